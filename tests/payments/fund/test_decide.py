"""The rules of a fund, each by what had happened, what is asked, and what follows."""

import pytest

from services.payments.fund.decide import (
    Fund,
    allocate_fund,
    freeze_fund,
    open_fund,
    require_payable,
)
from services.payments.fund.refusals import (
    FundFrozenNow,
    FundKnown,
    FundUnknown,
    PurposeRefused,
)
from services.payments.hands import HandTwice
from shared.events.funds import FundAllocated, FundFrozen, FundOpened
from tests.payments.fund.builders import (
    CODE,
    DIRECTOR,
    LATER,
    OFFICER,
    OPENING,
    OTHER_OFFICER,
    PLACE,
    TODAY,
    TOMORROW,
    allocation,
    freeze,
    frozen,
    opened,
    state,
)

PURPOSE = OPENING.purposes[0]


def test_a_code_names_one_fund_for_ever() -> None:
    [facts] = open_fund(Fund(), OPENING, PLACE).events

    assert isinstance(facts, FundOpened)
    assert (facts.fund, facts.purposes) == (CODE, (PURPOSE,))
    with pytest.raises(FundKnown):
        open_fund(state(opened()), OPENING, PLACE)


def test_who_records_a_budget_document_did_not_sign_it() -> None:
    [facts] = allocate_fund(state(opened()), allocation()).events

    assert isinstance(facts, FundAllocated)
    assert (facts.amount_fen, facts.approved_by) == (1_000_00, DIRECTOR)
    with pytest.raises(HandTwice):
        allocate_fund(state(opened()), allocation(OFFICER, OFFICER))
    with pytest.raises(FundUnknown):
        allocate_fund(Fund(), allocation())


def test_nothing_leaves_a_frozen_fund_until_the_day_it_is_open_again() -> None:
    fund = state(opened(), frozen(until=LATER))

    with pytest.raises(FundFrozenNow):
        require_payable(fund, CODE, PURPOSE, TOMORROW)
    require_payable(fund, CODE, PURPOSE, LATER)
    with pytest.raises(FundFrozenNow):
        require_payable(state(opened(), frozen()), CODE, PURPOSE, LATER)


def test_another_person_ends_a_freeze() -> None:
    fund = state(opened(), frozen())
    [facts] = freeze_fund(fund, freeze(OTHER_OFFICER, until=TODAY)).events

    assert isinstance(facts, FundFrozen)
    assert not state(opened(), frozen(), frozen(OTHER_OFFICER, until=TODAY)).frozen(TODAY)
    with pytest.raises(HandTwice):
        freeze_fund(fund, freeze(OFFICER, until=TODAY))
    with pytest.raises(HandTwice):
        freeze_fund(state(opened()), freeze(DIRECTOR))
    with pytest.raises(FundUnknown):
        freeze_fund(Fund(), freeze())


def test_a_fund_pays_what_it_is_for() -> None:
    with pytest.raises(PurposeRefused):
        require_payable(state(opened()), CODE, "HLD.K.other", TODAY)
    with pytest.raises(FundUnknown):
        require_payable(Fund(), CODE, PURPOSE, TODAY)
    require_payable(state(opened()), CODE, None, TODAY)
