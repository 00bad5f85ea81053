"""How a payout is paid: authorised, ordered, answered, sent again, booked back. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from services.payments.bank.payable import (
    Answer,
    AnswerContradicts,
    FileLine,
    NotPayable,
    Payment,
    Place,
    Release,
    Seals,
    instruction_id,
)
from services.payments.hands import Hand, require_new_hand
from services.payments.notice.waiting import Shown, cleared_by
from services.payments.payout.decide import (
    NOTHING,
    PAYOUT,
    Payout,
    Stage,
    said_of,
    state_of,
    stream_of,
)
from services.payments.payout.refusals import (
    AccountUnchanged,
    HeldByFinding,
    HeldByOfficer,
    NotInThisState,
    OrdersExhausted,
)
from shared.clock import SHANGHAI
from shared.events.base import Sealed
from shared.events.envelope import Event
from shared.events.payouts import (
    PayeeAccountChanged,
    PayoutAuthorised,
    PayoutInstructed,
    PayoutPaid,
    PayoutReissued,
    PayoutReturned,
    PayoutReversed,
    PayoutUnknown,
)
from shared.events.settlements import RecoveryReceived
from shared.store.commands import Decision

MAX_ORDERS = 5
"""orders for one payout; a payee whose account fails so often must come to the counter"""
_ORDERED = (Stage.INSTRUCTED, Stage.UNKNOWN)


@dataclass(frozen=True, slots=True)
class AuthorisePayout:
    """`fund` is the account that pays; `notices` are those that name the claim."""

    actor: str
    fund: str
    opened_at_us: int | None = None
    notices: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeAccount:
    """`sealed` belongs to the id of the event that this leads to."""

    actor: str
    account: str
    sealed: Mapping[str, Sealed]
    requested_by: str = "person"


@dataclass(frozen=True, slots=True)
class ReissuePayout:
    actor: str


@dataclass(frozen=True, slots=True)
class AskBank:
    """The bank was asked what became of an order; `inquiry` is the number of the question."""

    inquiry: str


@dataclass(frozen=True, slots=True)
class ReversePayout:
    reason: str
    reversed_on: date
    bank_reference: str


def authorise_payout(payout: Payout, command: AuthorisePayout) -> Decision:
    """A finance officer agrees, after the public notice; none of the claim's hands may."""
    if payout.stage is not Stage.SCHEDULED:
        raise NotInThisState(command="authorise", state=state_of(payout))
    _require_free(payout)
    notice = cleared_by(payout.notice_clause, command.notices)
    require_new_hand((*_foreign(payout), *_changed(payout)), command.actor)
    authorised = PayoutAuthorised(
        **said_of(payout),
        amount_fen=payout.amount_fen,
        payee_kind=payout.payee_kind,
        payee=payout.payee,
        fund=command.fund,
        approval=payout.approval,
        opened_at_us=command.opened_at_us,
        notice=notice,
    )
    return Decision([authorised])


def change_account(payout: Payout, command: ChangeAccount) -> Decision:
    """What is not authorised, or came back, gets the payee's right account."""
    if payout.stage not in (Stage.SCHEDULED, Stage.RETURNED):
        raise NotInThisState(command="change the account of", state=state_of(payout))
    if command.account == payout.keys.account:
        raise AccountUnchanged
    changed = PayeeAccountChanged(
        payee_kind=payout.payee_kind,
        payee=payout.payee,
        person=payout.keys.person,
        claims=(payout.keys.claim,) if payout.keys.claim else (),
        before=payout.keys.account,
        after=command.account,
        requested_by=command.requested_by,  # type: ignore[arg-type]
        confirmed_by="counter",
        sealed=dict(command.sealed),
    )
    return Decision([changed])


def reissue_payout(payout: Payout, command: ReissuePayout) -> Decision:
    """A returned payout goes out again, once for each return and only to a corrected account."""
    if payout.stage is not Stage.RETURNED:
        raise NotInThisState(command="reissue", state=state_of(payout))
    _require_free(payout)
    if payout.corrected is None:
        raise AccountUnchanged
    if payout.orders >= MAX_ORDERS:
        raise OrdersExhausted(orders=payout.orders)
    require_new_hand((*_foreign(payout), *_changed(payout)), command.actor)
    assert payout.fund is not None
    reissued = PayoutReissued(
        **said_of(payout),
        amount_fen=payout.amount_fen,
        reissue_of=stream_of(payout),
        returned_event=payout.returned,
        fund=payout.fund,
        attempt=payout.orders + 1,
    )
    return Decision([reissued])


def ask_bank(payout: Payout, command: AskBank) -> Decision:
    """An order without an answer is asked for; it is never sent again before the bank answers."""
    if payout.stage not in _ORDERED or payout.order is None:
        raise NotInThisState(command="ask the bank about", state=state_of(payout))
    return Decision([_unknown(payout, payout.order.since, command.inquiry)])


def reverse_payout(payout: Payout, command: ReversePayout) -> Decision:
    """The bank booked a paid sum back in full; the money is in the fund again."""
    if payout.stage is not Stage.PAID or payout.recovery is not None:
        raise NotInThisState(command="reverse", state=state_of(payout))
    reversed_ = PayoutReversed(
        **said_of(payout),
        amount_fen=payout.amount_fen,
        reason=command.reason,
        reversed_on=command.reversed_on,
        bank_reference=command.bank_reference,
        fund=payout.fund,
    )
    return Decision([reversed_])


class Payouts:
    """Payouts as a batch sees them."""

    prefix = "payout-"
    aggregate = PAYOUT

    def payment(self, payout: Payout, stream_id: str) -> Payment:
        """Raises NotPayable, HeldByFinding, HeldByOfficer."""
        if payout.stage not in (Stage.AUTHORISED, Stage.REISSUED) or payout.fund is None:
            raise NotPayable(state=state_of(payout))
        _require_free(payout)
        assert payout.scheduled_at is not None
        return Payment(
            stream_id=stream_id,
            jurisdiction=payout.jurisdiction,
            fund=payout.fund,
            amount_fen=payout.amount_fen,
            payee_kind=payout.payee_kind,
            payee=payout.payee,
            instruction=instruction_id(stream_id, payout.orders + 1),
            approvals=_places(payout),
            approved_at=payout.scheduled_at,
            hands=(*payout.hands, *_authorised(payout), *_changed(payout)),
            authorised_by=payout.authorised_by[-1],
            claim=payout.keys.claim,
            seals=payout.corrected,
            notice_clause=payout.notice_clause,
        )

    def instruct(self, payout: Payout, release: Release) -> Decision:
        assert payout.fund is not None
        instructed = PayoutInstructed(
            **said_of(payout),
            amount_fen=payout.amount_fen,
            payee_kind=payout.payee_kind,
            payee=payout.payee,
            fund=payout.fund,
            batch=release.batch,
            line=release.line,
            bank_file_sha256=release.bank_file_sha256,
            instruction=release.instruction,
            authorised_by=payout.authorised_by[-1],
            judged=release.judged,
            overridden_by=release.overridden_by,
            sealed=release.sealed,
        )
        return Decision([instructed])

    def line(self, event: Event, batch: str) -> FileLine | None:
        said = event.facts
        if not isinstance(said, PayoutInstructed) or said.batch != batch:
            return None
        return FileLine(
            said.line, said.instruction, said.amount_fen, said.payee, said.bank_file_sha256,
            Seals(event.id, said.sealed),
        )  # fmt: skip

    def answer(self, payout: Payout, stream_id: str, answer: Answer) -> Decision:
        """The answer to the order at the bank. A known one changes nothing, also an old order's."""
        known = dict(payout.answered).get(answer.instruction)
        if known is not None and answer.outcome in (known, "unknown"):
            return NOTHING
        order = payout.order
        if payout.stage not in _ORDERED or not order or order.instruction != answer.instruction:
            raise AnswerContradicts(state=state_of(payout))
        match answer.outcome:
            case "paid":
                return Decision([_paid(payout, answer)])
            case "returned":
                return _returned(payout, answer)
            case "unknown" if payout.stage is Stage.UNKNOWN:
                return NOTHING
            case "unknown":
                return Decision([_unknown(payout, answer.at, None)])


PAYOUTS = Payouts()


def _require_free(payout: Payout) -> None:
    if payout.findings:
        raise HeldByFinding(finding=payout.findings[0])
    if payout.officer is not None:
        raise HeldByOfficer(actor=payout.officer)


def _foreign(payout: Payout) -> tuple[Hand, ...]:
    """The hands of the claim, and who released an earlier order: none of them may authorise."""
    return (*payout.hands, *(Hand("release", actor) for actor in payout.released_by))


def _authorised(payout: Payout) -> tuple[Hand, ...]:
    return tuple(Hand("authorise", actor) for actor in payout.authorised_by)


def _changed(payout: Payout) -> tuple[Hand, ...]:
    """Who named the account that the money goes to neither authorises nor releases it."""
    return tuple(Hand("account", actor) for actor in payout.account_by)


def _places(payout: Payout) -> tuple[Place, ...]:
    if payout.approved_at is None:
        return ()
    return (payout.approved_at,)


def _paid(payout: Payout, answer: Answer) -> PayoutPaid:
    assert payout.order is not None
    assert payout.fund is not None
    return PayoutPaid(
        **said_of(payout),
        amount_fen=payout.amount_fen,
        batch=payout.order.batch,
        line=payout.order.line,
        instruction=payout.order.instruction,
        payee_kind=payout.payee_kind,
        payee=payout.payee,
        fund=payout.fund,
        approval=payout.approval,
        bank_reference=answer.bank_reference,
        paid_at=datetime.combine(answer.on, datetime.min.time(), SHANGHAI),
        paid_on=answer.on,
        authorised_by=payout.authorised_by[-1],
        released_by=payout.released_by[-1],
    )


def _returned(payout: Payout, answer: Answer) -> Decision:
    """Still owed; or, where the approval was revoked meanwhile, the recovery is paid by it."""
    assert payout.order is not None
    returned = PayoutReturned(
        **said_of(payout),
        amount_fen=payout.amount_fen,
        batch=payout.order.batch,
        line=payout.order.line,
        instruction=payout.order.instruction,
        reason=answer.reason,
        bank_reference=answer.bank_reference or None,
        returned_on=answer.on,
        fund=payout.fund,
        recovery=payout.recovery,
    )
    if payout.recovery is None or not payout.owed_fen:
        return Decision([returned])
    return Decision([returned, _received(payout, answer)])


def _received(payout: Payout, answer: Answer) -> RecoveryReceived:
    assert payout.recovery is not None
    assert payout.fund is not None
    return RecoveryReceived(
        recovery=payout.recovery,
        payee_kind=payout.payee_kind,
        payee=payout.payee,
        person=payout.keys.person,
        plan=payout.keys.plan,
        claim=payout.keys.claim,
        payout=stream_of(payout),
        institution=payout.keys.institution,
        received_fen=payout.owed_fen,
        balance_fen=0,
        received_on=answer.on,
        bank_reference=answer.bank_reference or answer.instruction,
        fund=payout.fund,
    )


def _unknown(payout: Payout, since: datetime, inquiry: str | None) -> PayoutUnknown:
    assert payout.order is not None
    return PayoutUnknown(
        **said_of(payout),
        amount_fen=payout.amount_fen,
        batch=payout.order.batch,
        line=payout.order.line,
        instruction=payout.order.instruction,
        since=since,
        inquiry=inquiry,
    )
