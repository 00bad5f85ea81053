"""From a case to its answer, and how far it differs from what was expected. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from shared.money import parse_yuan
from shared.policy.casefile import CaseFile, Expected, facts_of, history_of, pack_for
from shared.policy.cases import ClaimCase, Judgement
from shared.policy.judge import judge
from shared.policy.pack import Pack
from shared.policy.questions import answer
from shared.policy.verdicts import (
    Verdict,
    judge_advance,
    judge_finding,
    judge_payment,
    judge_settlement,
)

Answer = Judgement | Verdict
Packs = Mapping[tuple[str, int], Pack]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One judged case."""

    case: CaseFile
    pack: Pack
    answer: Answer
    differences: tuple[str, ...] = ()


def by_version(packs: Iterable[Pack]) -> dict[tuple[str, int], Pack]:
    """Packs by (policy id, version)."""
    return {(pack.policy_id, pack.version): pack for pack in packs}


def judged(case: CaseFile, packs: Packs) -> Outcome:
    """The answer to one case; PackRefused where the case does not fit its pack."""
    pack = pack_for(case, packs)
    found = _answer(case, pack, packs)
    differences = () if case.expect is None else tuple(differing(case.expect, found))
    return Outcome(case=case, pack=pack, answer=found, differences=differences)


def _answer(case: CaseFile, pack: Pack, packs: Packs) -> Answer:
    if case.claim is not None:
        claim = in_place(case.claim, pack)
        on = case.on or claim.claimed_on
        history = history_of(case, pack, packs.values())
        return judge(pack, claim, facts_of(case, pack), history, on)
    if case.advance is not None:
        return judge_advance(pack, case.advance)
    if case.settlement is not None:
        return judge_settlement(pack, case.settlement)
    if case.payment is not None:
        return judge_payment(pack, case.payment)
    if case.finding is not None:
        return judge_finding(pack, case.finding)
    assert case.question is not None
    return answer(pack, case.question)


def in_place(claim: ClaimCase, pack: Pack) -> ClaimCase:
    """A claim that names no place is of the pack's own city."""
    if claim.jurisdiction:
        return claim
    return msgspec.structs.replace(claim, jurisdiction=pack.content.jurisdiction.code)


def differing(expect: Expected, found: Answer) -> list[str]:
    """What the answer says otherwise than was expected, one line each."""
    lines = []
    if expect.decision != found.decision:
        lines.append(f"decision: expected {expect.decision}, found {found.decision}")
    wanted_fen = _expected_fen(expect)
    if wanted_fen is not None and wanted_fen != found.amount_fen:
        lines.append(f"amount_fen: expected {wanted_fen}, found {found.amount_fen}")
    if expect.payee is not None and expect.payee != found.payee_kind:
        lines.append(f"payee: expected {expect.payee}, found {found.payee_kind}")
    if expect.fund is not None and expect.fund not in getattr(found, "funds", ()):
        lines.append(f"fund: {expect.fund} may not pay it")
    for name, exact in _exact(expect, found):
        if exact is not None:
            lines.append(f"{name}: {exact}")
    cited = {one.clause for one in found.citations}
    lines += [f"clauses: {one} is not cited" for one in expect.clauses if one not in cited]
    read = found.interpretations
    return lines + [
        f"interpretations: {one} is not named" for one in expect.interpretations if one not in read
    ]


def _exact(expect: Expected, found: Answer) -> list[tuple[str, str | None]]:
    pairs = {
        "reasons": (expect.reasons, found.reasons),
        "flags": (expect.flags, found.flags),
        "conflicts": (expect.conflicts, getattr(found, "conflicts", ())),
        "missing": (expect.missing, tuple(one.fact for one in found.missing)),
        "acts": (expect.acts, getattr(found, "acts", ())),
        "instead": (expect.instead, getattr(found, "instead", ())),
    }
    return [(name, _sets(want, got)) for name, (want, got) in pairs.items() if want is not None]


def _sets(want: tuple[str, ...], got: tuple[str, ...]) -> str | None:
    if set(want) == set(got):
        return None
    return f"expected {', '.join(want) or 'none'}; found {', '.join(got) or 'none'}"


def _expected_fen(expect: Expected) -> int | None:
    if expect.amount_yuan is None:
        return expect.amount_fen
    return parse_yuan(expect.amount_yuan.replace(",", ""))
