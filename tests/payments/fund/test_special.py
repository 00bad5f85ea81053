"""The special account (专账): its source, its purposes, its cap."""

from dataclasses import replace

import pytest
from hypothesis import example
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.payments.fund.decide import (
    Fund,
    OpenFund,
    allocate_fund,
    open_fund,
    raise_cap,
    require_payable,
    require_source,
    slots_of,
)
from services.payments.fund.policy import funds_of, of_policy
from services.payments.fund.refusals import CapExceeded, NoCap, SourceRefused
from services.payments.hands import HandTwice
from shared.events.funds import FundCapRaised, FundOpened
from shared.policy.duties import Funds
from shared.store.commands import Refusal
from tests.folding import Happened, events
from tests.payments.fund.builders import (
    CAP_FEN,
    CODE,
    DIRECTOR,
    OFFICER,
    OPENING,
    STREAM,
    TODAY,
    allocation,
    given,
    opened,
    raising,
    special,
    state,
)

RUDONG, ZIBO, JINAN, ELSEWHERE = "320623", "370300", "370100", "110000"
SPECIAL = OpenFund(
    fund=CODE, source="unemployment_insurance_surplus", year=2021, purposes=(), bank="ICBC",
    account="a0" * 16, opened_on=TODAY, special_account=True,
)  # fmt: skip


def test_the_special_account_is_as_the_policy_has_it() -> None:
    [facts] = open_fund(Fund(), of_policy(funds_of(RUDONG), SPECIAL), RUDONG).events

    assert isinstance(facts, FundOpened)
    assert (facts.cap_fen, facts.cap_clause, facts.clause) == (CAP_FEN, "RD-12-1", "RD-12-2")
    assert "RD.K.training" in facts.purposes


@pytest.mark.parametrize(
    ("place", "command", "code", "clause"),
    [
        (RUDONG, replace(SPECIAL, source="lottery"), "FUND_SOURCE_UNKNOWN", "RD-12-1"),
        (RUDONG, replace(SPECIAL, source="talent"), "FUND_SOURCE_UNKNOWN", "RD-12-2"),
        (RUDONG, replace(SPECIAL, purposes=("furniture",)), "NOT_EARMARKED", "RD-12-2"),
        (JINAN, replace(SPECIAL, source="employment_subsidy"), "SPECIAL_ACCOUNT_SILENT", ""),
        (ELSEWHERE, SPECIAL, "SPECIAL_ACCOUNT_SILENT", ""),
    ],
)
def test_what_the_policy_does_not_know_is_not_opened(
    place: str, command: OpenFund, code: str, clause: str
) -> None:
    with pytest.raises(Refusal) as refused:
        of_policy(funds_of(place), command)

    assert (refused.value.code, refused.value.clause) == (code, clause)


def test_a_place_without_a_policy_says_its_sources_itself() -> None:
    assert of_policy(Funds(), OPENING) == OPENING


def test_the_special_account_pays_for_its_purposes_alone() -> None:
    [facts] = open_fund(
        Fund(), of_policy(funds_of(ZIBO), replace(SPECIAL, source="unemployment_insurance")), ZIBO
    ).events
    account = state(Happened(facts, OFFICER))
    require_payable(account, CODE, "ZB.K.training", TODAY)
    with pytest.raises(Refusal) as refused:
        require_payable(account, CODE, "office_furniture", TODAY)  # E78

    assert (refused.value.code, refused.value.clause) == ("NOT_EARMARKED", "ZB-3.2-2")


def test_money_of_another_source_does_not_pay() -> None:
    fund = state(opened())
    require_source(fund, (), None)
    require_source(fund, ("talent", OPENING.source), "HLD-11-1")
    with pytest.raises(SourceRefused) as refused:
        require_source(fund, ("talent",), "HLD-11-1")

    assert refused.value.clause == "HLD-11-1"


def test_the_cap_is_raised_by_a_document_that_another_person_signed() -> None:
    full = state(special(), given(CAP_FEN))
    [facts] = raise_cap(full, raising()).events
    with pytest.raises(CapExceeded) as refused:
        allocate_fund(full, allocation())
    with pytest.raises(HandTwice):
        raise_cap(full, raising(DIRECTOR))
    with pytest.raises(NoCap):
        raise_cap(state(opened()), raising())

    assert isinstance(facts, FundCapRaised)
    assert facts.cap_fen == CAP_FEN + 1
    assert refused.value.clause == "RD-12-1"


def test_a_special_account_holds_its_slot_when_reservations_are_rebuilt() -> None:
    [plain, account] = events([opened(), special()], STREAM)

    assert slots_of(plain) == ((), ())
    assert [(slot.kind, slot.key) for slot in slots_of(account)[0]] == [
        ("special_account", "211402")
    ]


@example([(False, CAP_FEN), (False, 1)])
@drawn(st.lists(st.tuples(st.booleans(), st.integers(1, CAP_FEN)), max_size=12))
def test_no_more_than_the_cap_is_ever_put_in(steps: list[tuple[bool, int]]) -> None:
    """At every moment of any history: what was given is at most the cap of that moment."""
    history = [special()]
    for topped_up, fen in steps:
        account = state(*history)
        try:
            decision = (
                raise_cap(account, raising(fen=fen))
                if topped_up
                else allocate_fund(account, replace(allocation(), amount_fen=fen))
            )
        except CapExceeded:
            continue
        history += [Happened(facts, OFFICER) for facts in decision.events]
        after = state(*history)
        assert after.cap_fen is not None
        assert after.given_fen <= after.cap_fen
