"""One fund: the special account (专账) that subsidies are paid from. Pure.

Payments never write into its stream: what left it stands in the journal alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from services.payments.fund.refusals import (
    CapExceeded,
    FundFrozenNow,
    FundKnown,
    FundUnknown,
    NoCap,
    NotEarmarked,
    PurposeRefused,
    SourceRefused,
)
from services.payments.hands import Hand, require_new_hand
from shared.events.base import PAYOUT_EVENTS
from shared.events.envelope import Event
from shared.events.funds import FundAllocated, FundCapRaised, FundFrozen, FundOpened
from shared.store.commands import Aggregate, Decision, Slot

SPECIAL = "special_account"
"""kind of the slot: a place has one special account, whatever its code"""


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
    special: bool = False
    """the special account (专账): it pays for its purposes alone"""
    clause: str = ""
    cap_fen: int | None = None
    """the most that may be put into it; None: no cap"""
    cap_clause: str = ""
    given_fen: int = 0
    """what was put into it; more can never leave it, since no account goes below zero"""

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
    special_account: bool = False
    cap_fen: int | None = None
    cap_clause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseCap:
    """`raised_fen` above 0; `approved_by` signed the document."""

    actor: str
    raised_fen: int
    document: str
    document_sha256: str | None
    raised_on: date
    approved_by: str


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
                special=said.special_account, clause=said.clause or "", cap_fen=said.cap_fen,
                cap_clause=said.cap_clause or said.clause or "",
            )  # fmt: skip
        case FundAllocated(amount_fen=fen):
            return replace(fund, given_fen=fund.given_fen + fen)
        case FundCapRaised(cap_fen=cap_fen):
            return replace(fund, cap_fen=cap_fen)
        case FundFrozen(frozen_on=frozen_on, until=until):
            return replace(fund, frozen_from=frozen_on, frozen_until=until, frozen_by=event.actor)
        case _:
            return fund


FUND: Aggregate[Fund] = Aggregate("/payments", PAYOUT_EVENTS, Fund(), evolve)


def open_fund(fund: Fund, command: OpenFund, jurisdiction: str) -> Decision:
    """A code names one fund of a jurisdiction for ever, and a jurisdiction has one special account.

    The command is as `of_policy` gave it.
    """
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
        special_account=command.special_account,
        cap_fen=command.cap_fen,
        cap_clause=command.cap_clause,
    )
    takes = [Slot(SPECIAL, jurisdiction)] if command.special_account else []
    return Decision([opened], takes=takes)


def allocate_fund(fund: Fund, command: AllocateFund) -> Decision:
    """Who records a budget document is not who signed it. Not beyond the cap (RD-12-1)."""
    _require_signed(fund, command.approved_by, command.actor)
    if fund.cap_fen is not None and fund.given_fen + command.amount_fen > fund.cap_fen:
        raise CapExceeded(
            fund=fund.code, given_fen=fund.given_fen, cap_fen=fund.cap_fen, clause=fund.cap_clause
        )
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


def raise_cap(fund: Fund, command: RaiseCap) -> Decision:
    """The government lets the special account hold more; recorded by another person."""
    _require_signed(fund, command.approved_by, command.actor)
    if fund.cap_fen is None:
        raise NoCap(fund=fund.code)
    raised = FundCapRaised(
        fund=fund.code,
        source=fund.source,
        raised_fen=command.raised_fen,
        cap_fen=fund.cap_fen + command.raised_fen,
        document=command.document,
        document_sha256=command.document_sha256,
        raised_on=command.raised_on,
        approved_by=command.approved_by,
    )
    return Decision([raised])


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
    """Raises FundUnknown, FundFrozenNow, PurposeRefused, NotEarmarked unless the fund may pay this
    on that day.

    `purpose` is the kind of subsidy; None where the record has none.
    """
    if fund.stage is Stage.NEW:
        raise FundUnknown(fund=code)
    if fund.frozen(on):
        raise FundFrozenNow(fund=code)
    if purpose is None or not fund.purposes or purpose in fund.purposes:
        return
    if fund.special:
        raise NotEarmarked(fund=code, purpose=purpose, clause=fund.clause)
    raise PurposeRefused(fund=code, purpose=purpose)


def require_source(fund: Fund, sources: Sequence[str], clause: str | None) -> None:
    """The policy names the sources that may pay a kind; none named: any. Raises SourceRefused."""
    if sources and fund.source not in sources:
        raise SourceRefused(
            fund=fund.code, source=fund.source, sources=", ".join(sources), clause=clause or ""
        )


def slots_of(event: Event) -> tuple[Sequence[Slot], Sequence[str]]:
    """The slot that a special account holds for ever."""
    match event.facts:
        case FundOpened(special_account=True):
            return [Slot(SPECIAL, event.jurisdiction)], ()
        case _:
            return (), ()


def _require_signed(fund: Fund, approved_by: str, actor: str) -> None:
    _require_open(fund)
    require_new_hand([Hand("approve", approved_by)], actor)


def _require_open(fund: Fund) -> None:
    if fund.stage is Stage.NEW:
        raise FundUnknown(fund=fund.code)
