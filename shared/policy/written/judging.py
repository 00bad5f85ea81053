"""From a case to its answer, and how far it differs from what was expected. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from shared.money import parse_yuan
from shared.policy.cases import ClaimCase, Judgement
from shared.policy.judge import judge
from shared.policy.mistakes import Told
from shared.policy.pack import Pack
from shared.policy.questions import answer
from shared.policy.verdicts import (
    Verdict,
    judge_advance,
    judge_finding,
    judge_payment,
    judge_settlement,
)
from shared.policy.written.casefile import CaseFile, Expected, facts_of, history_of, pack_for
from shared.policy.written.words import difference_told, word

Answer = Judgement | Verdict
Packs = Mapping[tuple[str, int], Pack]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One judged case."""

    case: CaseFile
    pack: Pack
    answer: Answer
    differences: tuple[Told, ...] = ()


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


def differing(expect: Expected, found: Answer) -> list[Told]:
    """What the answer says otherwise than was expected, a sentence each."""
    wanted_fen = _expected_fen(expect)
    pairs: list[tuple[str, str, str]] = [("decision", expect.decision, found.decision)]
    if wanted_fen is not None:
        pairs += [("amount_fen", str(wanted_fen), str(found.amount_fen))]
    if expect.payee is not None:
        pairs += [("payee", expect.payee, found.payee_kind or "null")]
    said = [_not_that(*pair) for pair in pairs if pair[1] != pair[2]]
    if expect.fund is not None and expect.fund not in getattr(found, "funds", ()):
        said.append(difference_told("MAY_NOT_PAY", field="fund", wanted=expect.fund))
    said += [one for field, want, got in _exact(expect, found) for one in _sets(field, want, got)]
    cited = {one.clause for one in found.citations}
    lacking = (
        ("NOT_CITED", "clauses", [one for one in expect.clauses if one not in cited]),
        ("NOT_NAMED", "interpretations",
         [one for one in expect.interpretations if one not in found.interpretations]),
    )  # fmt: skip
    return said + [
        difference_told(code, field=field, wanted=one)
        for code, field, ones in lacking
        for one in ones
    ]


Texts = tuple[str, ...]


def _exact(expect: Expected, found: Answer) -> list[tuple[str, Texts | None, Texts]]:
    wanted = None if expect.missing is None else _bare(expect.missing)
    return [
        ("reasons", expect.reasons, found.reasons),
        ("flags", expect.flags, found.flags),
        ("conflicts", expect.conflicts, getattr(found, "conflicts", ())),
        ("missing", wanted, _bare(one.fact for one in found.missing)),
        ("acts", expect.acts, getattr(found, "acts", ())),
        ("instead", expect.instead, getattr(found, "instead", ())),
    ]


def _bare(names: Iterable[str]) -> Texts:
    """Whoever leaves out the `claim.` before a field means the same."""
    return tuple(name.removeprefix("claim.") for name in names)


def _not_that(field: str, wanted: str, found: str) -> Told:
    shown = word("nothing") if found == "null" else found
    return difference_told("NOT_THAT", field=field, wanted=wanted, found=shown)


def _sets(field: str, want: Texts | None, got: Texts) -> list[Told]:
    if want is None or set(want) == set(got):
        return []
    wanted, found = (", ".join(ones) or word("nothing") for ones in (want, got))
    return [difference_told("NOT_THESE", field=field, wanted=wanted, found=found)]


def _expected_fen(expect: Expected) -> int | None:
    if expect.amount_yuan is None:
        return expect.amount_fen
    return parse_yuan(expect.amount_yuan.replace(",", ""))
