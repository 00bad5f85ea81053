"""The cases written by hand under tests/policy/cases, read once."""

from functools import cache
from pathlib import Path

from shared.policy.coverage import plain_of
from shared.policy.document import Plain
from shared.policy.load import PACKS, shipped
from shared.policy.written.casefile import CaseFile
from shared.policy.written.judging import Packs, by_version
from shared.policy.written.reading import read_cases

FOLDER = Path(__file__).parent / "cases"


@cache
def cases() -> tuple[CaseFile, ...]:
    """Every case, in order of file and place."""
    return tuple(read.case for path in sorted(FOLDER.rglob("*.yaml")) for read in read_cases(path))


@cache
def packs() -> Packs:
    """The packs that ship with the ledger."""
    return by_version(shipped())


@cache
def plain_packs() -> dict[str, Plain]:
    """Policy id -> the pack's file as plain data."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(PACKS.glob("*.yaml")))
    return {pack.policy_id: plain_of(text) for pack, text in zip(shipped(), texts, strict=True)}


def cases_of(policy_id: str, rule: str) -> tuple[CaseFile, ...]:
    """The cases that show a rule of the document."""
    return tuple(
        case
        for case in cases()
        if case.policy.partition("@")[0] == policy_id and rule in case.rules and case.subject()
    )
