"""One fund: the special account (专账) that subsidies are paid from. Pure.

Payments never write into its stream: what left it stands in the journal alone.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from services.payments.fund.refusals import (
    FundFrozenNow,
    FundKnown,
    FundUnknown,
    PurposeRefused,
)
from services.payments.hands import Hand, require_new_hand
from shared.events.base import PAYOUT_EVENTS
from shared.events.envelope import Event
from shared.events.funds import FundAllocated, FundFrozen, FundOpened
from shared.store.commands import Aggregate, Decision


class Stage(StrEnum):
    NEW = "new"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Fund:
    """What a fund's events add up to. How much is in it, the journal knows."""

    stage: Stage = Stage.NEW
    version: int = 0
    jurisdiction: str = ""
    code: str = ""
    source: str = ""
    year: int = 0
    purposes: tuple[str, ...] = ()
    frozen_from: date | None = None
    frozen_until: date | None = None
    frozen_by: str = ""
    """who recorded the freeze; another person ends it"""

    def frozen(self, on: date) -> bool:
        """Whether nothing may leave on that day; `until` is the first day on which it may again."""
        if self.frozen_from is None or on < self.frozen_from:
            return False
        return self.frozen_until is None or on < self.frozen_until


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFund:
    fund: str
    source: str
    year: int
    purposes: tuple[str, ...]
    """kinds of subsidy, as claims name them; none: all"""
    bank: str
    account: str
    opened_on: date
    clause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocateFund:
    """`amount_fen` above 0; `approved_by` signed the budget document."""

    actor: str
    amount_fen: int
    document: str
    document_sha256: str | None
    allocated_on: date
    approved_by: str
    bank_reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeFund:
    """`until` is the first day on which money may leave again; the same day as `frozen_on` ends an
    earlier freeze.
    """

    actor: str
    reason: str
    frozen_on: date
    until: date | None
    ordered_by: str


def evolve(fund: Fund, event: Event) -> Fund:
    """The fund after one more event. Never refuses."""
    fund = replace(fund, version=event.version)
    match event.facts:
        case FundOpened() as said:
            return replace(
                fund, stage=Stage.OPEN, jurisdiction=event.jurisdiction, code=said.fund,
                source=said.source, year=said.year, purposes=said.purposes,
            )  # fmt: skip
        case FundFrozen(frozen_on=frozen_on, until=until):
            return replace(fund, frozen_from=frozen_on, frozen_until=until, frozen_by=event.actor)
        case _:
            return fund


FUND: Aggregate[Fund] = Aggregate("/payments", PAYOUT_EVENTS, Fund(), evolve)


def open_fund(fund: Fund, command: OpenFund) -> Decision:
    """A code names one fund of a jurisdiction for ever."""
    if fund.stage is not Stage.NEW:
        raise FundKnown(fund=fund.code)
    opened = FundOpened(
        fund=command.fund,
        source=command.source,
        year=command.year,
        purposes=command.purposes,
        bank=command.bank,
        account=command.account,
        opened_on=command.opened_on,
        clause=command.clause,
    )
    return Decision([opened])


def allocate_fund(fund: Fund, command: AllocateFund) -> Decision:
    """Who records a budget document is not who signed it."""
    _require_open(fund)
    require_new_hand([Hand("approve", command.approved_by)], command.actor)
    allocated = FundAllocated(
        fund=fund.code,
        source=fund.source,
        amount_fen=command.amount_fen,
        document=command.document,
        document_sha256=command.document_sha256,
        allocated_on=command.allocated_on,
        approved_by=command.approved_by,
        bank_reference=command.bank_reference,
    )
    return Decision([allocated])


def freeze_fund(fund: Fund, command: FreezeFund) -> Decision:
    """Nothing leaves until the day `until`. A freeze is ended early by somebody else."""
    _require_open(fund)
    hands = [Hand("order", command.ordered_by)]
    if fund.frozen(command.frozen_on):
        hands.append(Hand("freeze", fund.frozen_by))
    require_new_hand(hands, command.actor)
    frozen = FundFrozen(
        fund=fund.code,
        source=fund.source,
        reason=command.reason,
        frozen_on=command.frozen_on,
        until=command.until,
        ordered_by=command.ordered_by,
    )
    return Decision([frozen])


def require_payable(fund: Fund, code: str, purpose: str | None, on: date) -> None:
    """Raises FundUnknown, FundFrozenNow, PurposeRefused unless the fund may pay this on that day.

    `purpose` is the kind of subsidy; None where the record has none.
    """
    if fund.stage is Stage.NEW:
        raise FundUnknown(fund=code)
    if fund.frozen(on):
        raise FundFrozenNow(fund=code)
    if purpose is not None and fund.purposes and purpose not in fund.purposes:
        raise PurposeRefused(fund=code, purpose=purpose)


def _require_open(fund: Fund) -> None:
    if fund.stage is Stage.NEW:
        raise FundUnknown(fund=fund.code)
