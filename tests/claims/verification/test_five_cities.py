"""Each model case of the five cities, verified by the made-up registers to the same decision."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from services.claims.verification.decide import VERIFICATION
from services.claims.verification.questions import Wanted, questions_of, verified
from services.simulators.registers.books import (
    Agreement,
    Books,
    Certificate,
    Insured,
    Noted,
    Shelf,
)
from shared.events.claims import ClaimContent
from shared.events.verifications import VerificationAnswered, VerificationRequested
from shared.policy.cases import ClaimCase, Fact, FactValue
from shared.policy.judge import judge
from shared.policy.pack import Pack
from shared.policy.written.casefile import CaseFile, facts_of, history_of
from shared.registers.port import Question
from shared.registers.wire import fact_of
from tests.folding import Happened, state_after
from tests.policy.test_answerable import KINDS, PACKS, models

NUMBER, PAPER, FIRM = "999999198001010011", "PAPER-1", "ENT-1"
NOW = datetime(2022, 1, 1, tzinfo=UTC)


def content_of(claim: ClaimCase) -> ClaimContent:
    said = {name: getattr(claim, name) for name in ClaimCase.__struct_fields__}
    del said["jurisdiction"]
    said["employer"] = claim.employer or FIRM
    return ClaimContent(person="11" * 16, **said)


def kept(wanted: Wanted, value: FactValue, claim: ClaimCase) -> Iterator[Noted]:
    """What the register keeps where the fact has this value."""
    ask, keys = wanted.spec.ask, wanted.keys
    assert ask is not None
    about = PAPER if keys.certificate else NUMBER if keys.person else keys.organisation or ""
    one = Noted(
        register=keys.register, attribute=keys.question, about=about, first=keys.as_of,
        last=keys.until or keys.as_of, code=claim.occupation, level=claim.level,
    )  # fmt: skip
    match ask.read, value:
        case "holds", True:
            yield one
        case "count", int(number) if number:
            back = 0 if keys.until else number - 1
            first = keys.as_of - timedelta(days=back)
            last = first + timedelta(days=number - 1)
            yield msgspec.structs.replace(one, first=first, last=last, each="day")
        case (("amount_fen" | "code"), _):
            yield msgspec.structs.replace(one, **{ask.read: value})
        case "valid_from", date() as day:
            yield msgspec.structs.replace(one, first=day)
        case "valid_to", date() as day:
            yield msgspec.structs.replace(one, last=day)


def books_of(noted: Iterable[Noted], claim: ClaimCase) -> Books:
    """Each entry in the book that is made for it."""
    insured, papers, agreements, others = [], [], [], []
    for one in noted:
        match one.register, one.attribute:
            case "SI_EMPLOY", "insured_month":
                last = one.last or one.first
                insured.append(Insured(id_number=NUMBER, employer=FIRM, first=one.first, last=last))
            case "CERT_REG", "certificate":
                papers.append(Certificate(
                    number=PAPER, id_number=NUMBER, occupation=claim.occupation,
                    level=claim.level, issued_on=one.first,
                ))  # fmt: skip
            case "INST_REG", "agreement":
                last = one.last or one.first
                agreements.append(
                    Agreement(institution=one.about, code="A-1", first=one.first, last=last)
                )
            case _:
                others.append(one)
    return Books(
        insured=tuple(insured), certificates=tuple(papers), agreements=tuple(agreements),
        noted=tuple(others),
    )  # fmt: skip


def answered(shelf: Shelf, wanted: Wanted) -> Any:
    """The question's stream after the register has answered."""
    keys = wanted.keys
    said = shelf.answer(keys.register, Question(
        id=keys.verification, question=keys.question, as_of=keys.as_of, until=keys.until,
        id_number=NUMBER if keys.person else None,
        certificate_number=PAPER if keys.certificate else None, institution=keys.organisation,
    ))  # fmt: skip
    named = msgspec.structs.asdict(keys)
    asked = VerificationRequested(**named, claims=("claim-1",), channel="http")
    answer = VerificationAnswered(
        **named, claims=("claim-1",), outcome=said.outcome, source=keys.register,
        facts=tuple(fact_of(fact) for fact in said.facts), valid_at=NOW, received_at=NOW,
        answer_commitment="0" * 64,
    )  # fmt: skip
    return state_after(VERIFICATION, [Happened(asked), Happened(answer)], keys.verification)


def known(case: CaseFile, pack: Pack, given: dict[str, Fact | None]) -> dict[str, Fact | None]:
    """What the registers say of the facts that the case has, beside what tables say."""
    assert case.claim is not None
    content = content_of(case.claim)
    wanted = [one for one in questions_of(content, pack) if given.get(one.spec.id) is not None]
    entries = [
        entry
        for one in wanted
        if (fact := given[one.spec.id]) is not None
        for entry in kept(one, fact.value, case.claim)
    ]
    shelf = Shelf(books_of(entries, case.claim))
    states = {one.stream_id: answered(shelf, one) for one in wanted}
    said = verified(content, 1, case.claim.jurisdiction, pack, states, ())
    looked = {name: fact for name, fact in given.items() if pack.facts[name].look_up}
    return {**said.facts, **looked}


@pytest.mark.parametrize(("policy", "kind"), KINDS)
def test_a_claim_of_each_kind_is_decided_alike_when_registers_answer(
    policy: str, kind: str
) -> None:
    pack = PACKS[policy]
    for case in models(kind):
        assert case.claim is not None
        given, on = facts_of(case, pack), case.on or case.claim.claimed_on
        history = history_of(case, pack)
        by_hand = judge(pack, case.claim, given, history, on)
        asked = judge(pack, case.claim, known(case, pack, given), history, on)
        assert (asked.decision, asked.amount_fen, asked.reasons, asked.flags) == (
            by_hand.decision, by_hand.amount_fen, by_hand.reasons, by_hand.flags,
        ), (case.case, asked.missing)  # fmt: skip
