"""Builders of funds: what happened to one, and what is asked."""

from datetime import date
from typing import Any

from services.payments.fund.decide import FUND, AllocateFund, FreezeFund, Fund, OpenFund
from shared.events.funds import FundFrozen, FundOpened
from tests.folding import Happened, state_after

STREAM, CODE = "fund-1", "SPECIAL-2020"
OFFICER, OTHER_OFFICER, DIRECTOR = "officer-1", "officer-2", "director-1"
TODAY, TOMORROW, LATER = date(2021, 5, 7), date(2021, 5, 8), date(2021, 6, 1)

OPENING = OpenFund(
    fund=CODE, source="unemployment_surplus", year=2021, purposes=("HLD.K.employee_skill",),
    bank="ICBC", account="a0" * 16, opened_on=TODAY,
)  # fmt: skip


def allocation(actor: str = OFFICER, approved_by: str = DIRECTOR) -> AllocateFund:
    return AllocateFund(
        actor=actor, amount_fen=1_000_00, document="HLD-2021-7", document_sha256=None,
        allocated_on=TODAY, approved_by=approved_by,
    )  # fmt: skip


def freeze(actor: str = OFFICER, **said: Any) -> FreezeFund:
    facts = {"reason": "audit", "frozen_on": TODAY, "until": None, "ordered_by": DIRECTOR}
    return FreezeFund(actor=actor, **{**facts, **said})


def opened() -> Happened:
    facts = FundOpened(
        fund=CODE, source=OPENING.source, year=2021, purposes=OPENING.purposes, bank="ICBC",
        account="a0" * 16, opened_on=TODAY,
    )  # fmt: skip
    return Happened(facts, OFFICER)


def frozen(actor: str = OFFICER, until: date | None = None) -> Happened:
    facts = FundFrozen(
        fund=CODE, source=OPENING.source, reason="audit", frozen_on=TODAY, until=until,
        ordered_by=DIRECTOR,
    )  # fmt: skip
    return Happened(facts, actor)


def state(*given: Happened) -> Fund:
    return state_after(FUND, given, STREAM)
