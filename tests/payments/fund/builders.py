"""Builders of funds: what happened to one, and what is asked."""

from datetime import date
from typing import Any

from services.payments.fund.decide import FUND, AllocateFund, FreezeFund, Fund, OpenFund, RaiseCap
from shared.events.funds import FundAllocated, FundFrozen, FundOpened
from tests.folding import Happened, state_after

STREAM, CODE, PLACE = "fund-1", "SPECIAL-2020", "211402"
OFFICER, OTHER_OFFICER, DIRECTOR = "officer-1", "officer-2", "director-1"
TODAY, TOMORROW, LATER = date(2021, 5, 7), date(2021, 5, 8), date(2021, 6, 1)

CAP_FEN = 3_683_000_000

OPENING = OpenFund(
    fund=CODE, source="unemployment_insurance_surplus", year=2021,
    purposes=("HLD.K.employee_skill",), bank="ICBC", account="a0" * 16, opened_on=TODAY,
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


def special(cap_fen: int | None = CAP_FEN) -> Happened:
    """The special account of Rudong: earmarked, and capped."""
    facts = FundOpened(
        fund=CODE, source=OPENING.source, year=2021, purposes=("RD.K.training",), bank="ICBC",
        account="a0" * 16, opened_on=TODAY, clause="RD-12-2", special_account=True,
        cap_fen=cap_fen, cap_clause="RD-12-1",
    )  # fmt: skip
    return Happened(facts, OFFICER)


def given(amount_fen: int) -> Happened:
    facts = FundAllocated(
        fund=CODE, source=OPENING.source, amount_fen=amount_fen, document="D", allocated_on=TODAY,
        approved_by=DIRECTOR,
    )  # fmt: skip
    return Happened(facts, OFFICER)


def raising(actor: str = OFFICER, fen: int = 1) -> RaiseCap:
    return RaiseCap(
        actor=actor, raised_fen=fen, document="D-2", document_sha256=None, raised_on=TODAY,
        approved_by=DIRECTOR,
    )  # fmt: skip


def state(*given: Happened) -> Fund:
    return state_after(FUND, given, STREAM)
