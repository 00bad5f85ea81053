"""Reads the worked examples: one YAML document a case, with claim, facts, history, on, expect."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import yaml

from shared.policy.cases import ClaimCase, Fact, History, Judgement

FOLDER = Path(__file__).parent / "cases"


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the example says; clauses and interpretations must be among those of the judgement."""

    decision: str
    amount_fen: int = 0
    payee: str | None = None
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    interpretations: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One worked example."""

    case: str
    title: str
    policy: str
    claim: ClaimCase
    facts: dict[str, bool | int | str | None] = {}
    history: History = History()
    on: date
    expect: Expected

    def known(self) -> dict[str, Fact | None]:
        return {
            name: None if value is None else Fact(value=value, source="case")
            for name, value in self.facts.items()
        }


class _Loader(yaml.SafeLoader):
    """Leaves dates as text for msgspec to read by the field's type; `on` is a word, not true."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, regexp)
        for tag, regexp in found
        if not tag.endswith(":timestamp") and (first in "tf" or not tag.endswith(":bool"))
    ]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_cases() -> Iterator[Case]:
    """Every case of every file, in order of name."""
    for path in sorted(FOLDER.glob("*.yaml")):
        for document in yaml.load_all(path.read_text(encoding="utf-8"), _Loader):
            yield msgspec.convert(document, Case)


def differences(expect: Expected, found: Judgement) -> list[str]:
    """What the judgement says otherwise than the example, one line each."""
    exact = {
        "decision": (expect.decision, found.decision),
        "amount_fen": (expect.amount_fen, found.amount_fen),
        "payee": (expect.payee, found.payee_kind),
        "reasons": (expect.reasons, found.reasons),
        "flags": (expect.flags, found.flags),
        "conflicts": (expect.conflicts, found.conflicts),
        "missing": (expect.missing, tuple(m.fact for m in found.missing)),
    }
    lines = [f"{name}: {want} != {got}" for name, (want, got) in exact.items() if want != got]
    cited = {one.clause for one in found.citations}
    lines += [f"not cited: {clause}" for clause in expect.clauses if clause not in cited]
    mattered = found.interpretations
    return lines + [f"not named: {one}" for one in expect.interpretations if one not in mattered]
