"""A plan's money at the bank: what may leave, the order, the bank's answer. Pure."""

from datetime import datetime

from services.payments.advance import settling
from services.payments.advance.decide import (
    AT_BANK,
    NOTHING,
    PLAN_MONEY,
    Advance,
    PlanMoney,
    Settlement,
    Stage,
    base_of,
    due_of,
    said_of,
)
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
from services.payments.hands import Hand
from shared.clock import SHANGHAI
from shared.events.advances import (
    AdvanceInstructed,
    AdvancePaid,
    AdvanceReturned,
    AdvanceUnknown,
)
from shared.events.base import CLAIM_EVENTS, Facts
from shared.events.envelope import Event
from shared.events.settlements import (
    SettlementInstructed,
    SettlementPaid,
    SettlementReturned,
    SettlementUnknown,
)
from shared.store.commands import Decision

RETURNED_UNSAID = "unsaid"
PAYABLE = (Stage.AUTHORISED, Stage.RETURNED)
Order = Advance | Settlement


class PlanPayments:
    """Advances and settlements as a batch sees them: one order of a plan at a time."""

    prefix = "advance-"
    aggregate = PLAN_MONEY

    def payment(self, money: PlanMoney, stream_id: str) -> Payment:
        """The settlement, or the first authorised advance. Raises NotPayable."""
        order = _leaving(money)
        if money.base is None or order is None or money.seals is None or money.fund is None:
            raise NotPayable(state=money.stage)
        if isinstance(order, Advance):
            fen, place, at = order.fen, _base_place(money), money.base_at
            settles, passed, clause = None, 0, None
            named = (Hand("account", actor) for actor in money.account_by)
            hands = (*money.hands, Hand("request", order.requested_by), *named)
        else:
            decided = money.decided
            assert decided is not None
            fen, place, at = order.due.settlement_fen, decided.place, decided.heard_at
            settles, passed, clause = money.base.plan, decided.passed, money.base.notice_clause
            hands = money.settling_hands
        assert order.authorised_by is not None
        assert at is not None
        authorised = Hand("authorise", order.authorised_by)
        return Payment(
            stream_id=stream_id,
            jurisdiction=money.jurisdiction,
            fund=money.fund,
            amount_fen=fen,
            payee_kind=money.base.payee_kind,
            payee=money.base.payee,
            instruction=instruction_id(stream_id, money.orders + 1),
            approvals=(place,) if place else (),
            approved_at=at,
            hands=(*hands, authorised),
            authorised_by=order.authorised_by,
            seals=money.seals,
            notice_clause=clause,
            settles=settles,
            passed=passed,
        )

    def instruct(self, money: PlanMoney, release: Release) -> Decision:
        order = _leaving(money)
        if isinstance(order, Advance):
            return Decision([_instructed_advance(money, order, release)])
        if order is None:
            raise NotPayable(state=money.stage)
        return Decision([_instructed_settlement(money, order, release)])

    def line(self, event: Event, batch: str) -> FileLine | None:
        said = event.facts
        match said:
            case AdvanceInstructed(batch=found, advance_fen=fen) if found == batch:
                pass
            case SettlementInstructed(batch=found, settlement_fen=fen) if found == batch:
                pass
            case _:
                return None
        return FileLine(
            said.line, said.instruction, fen, said.payee, said.bank_file_sha256,
            Seals(event.id, said.sealed),
        )  # fmt: skip

    def answer(self, money: PlanMoney, stream_id: str, answer: Answer) -> Decision:
        """The bank's word, and the settlement that waited for it. Raises AnswerContradicts."""
        order = _ordered(money, answer.instruction)
        if order is None or order.stage not in AT_BANK:
            return _known(dict(money.answers).get(answer.instruction), answer)
        if answer.outcome == "unknown":
            if order.stage is Stage.UNKNOWN:
                return NOTHING
            return Decision([_unknown(order, answer)])
        said = _answered(money, order, answer)
        return Decision([said, *settling.resumed(money, stream_id, said, answer)])


PLAN_PAYMENTS = PlanPayments()


def _leaving(money: PlanMoney) -> Order | None:
    """What may go into a batch now; a returned settlement only to a corrected account."""
    if money.order_at_bank is not None:
        return None
    if money.settlement and money.settlement.stage in PAYABLE and money.corrected:
        return money.settlement
    return next((each for each in money.advances if each.stage is Stage.AUTHORISED), None)


def _base_place(money: PlanMoney) -> Place | None:
    base = money.base
    if base is None or base.approval_partition is None or base.approval_seq is None:
        return None
    return Place(CLAIM_EVENTS, base.approval_partition, base.approval_seq)


def _instructed_advance(money: PlanMoney, advance: Advance, release: Release) -> AdvanceInstructed:
    assert advance.said is not None
    assert advance.authorised_by is not None
    return AdvanceInstructed(
        **{**base_of(advance.said), "account": money.account},
        fund=advance.said.fund,
        batch=release.batch,
        line=release.line,
        bank_file_sha256=release.bank_file_sha256,
        instruction=release.instruction,
        authorised_by=advance.authorised_by,
        judged=release.judged,
        overridden_by=release.overridden_by,
        sealed=release.sealed,
    )


def _instructed_settlement(
    money: PlanMoney, settlement: Settlement, release: Release
) -> SettlementInstructed:
    assert settlement.authorised_by is not None
    return SettlementInstructed(
        **{**due_of(settlement.due), "account": money.account},
        batch=release.batch,
        line=release.line,
        bank_file_sha256=release.bank_file_sha256,
        instruction=release.instruction,
        authorised_by=settlement.authorised_by,
        judged=release.judged,
        overridden_by=release.overridden_by,
        sealed=release.sealed,
    )


def _ordered(money: PlanMoney, instruction: str) -> Order | None:
    return next((each for each in money.all_orders if each.instruction == instruction), None)


def _known(stage: Stage | None, answer: Answer) -> Decision:
    """The same word again changes nothing; another one needs a person."""
    said = {Stage.PAID: "paid", Stage.RETURNED: "returned"}.get(stage) if stage else None
    if said is None or answer.outcome not in ("unknown", said):
        raise AnswerContradicts(state=stage.value if stage else "unknown")
    return NOTHING


def _unknown(order: Order, answer: Answer) -> Facts:
    if isinstance(order, Advance):
        return AdvanceUnknown(
            **said_of(order.keys), instruction=answer.instruction, since=answer.at
        )
    return SettlementUnknown(**due_of(order.due), instruction=answer.instruction, since=answer.at)


def _answered(money: PlanMoney, order: Order, answer: Answer) -> settling.BankSaid:
    if isinstance(order, Advance):
        return _advance_answered(money, order, answer)
    return _settlement_answered(money, order, answer)


def _advance_answered(
    money: PlanMoney, advance: Advance, answer: Answer
) -> AdvancePaid | AdvanceReturned:
    said = advance.said
    assert said is not None
    if answer.outcome == "paid":
        return AdvancePaid(
            **{**base_of(said), "account": advance.keys.account},
            fund=said.fund,
            instruction=answer.instruction,
            bank_reference=answer.bank_reference,
            paid_at=_midnight(answer),
            paid_on=answer.on,
            settlement_due_on=money.due_on or said.settlement_due_on,
            authorised_by=advance.authorised_by,
            released_by=advance.released_by,
        )
    return AdvanceReturned(
        **said_of(advance.keys),
        cause="bank",
        reason=answer.reason or RETURNED_UNSAID,
        bank_reference=answer.bank_reference or None,
        returned_on=answer.on,
        fund=said.fund,
        instruction=answer.instruction,
    )


def _settlement_answered(
    money: PlanMoney, settlement: Settlement, answer: Answer
) -> SettlementPaid | SettlementReturned:
    due = settlement.due
    if answer.outcome == "returned":
        return SettlementReturned(
            **due_of(due),
            instruction=answer.instruction,
            reason=answer.reason or RETURNED_UNSAID,
            bank_reference=answer.bank_reference or None,
            returned_on=answer.on,
        )
    assert due.fund is not None
    return SettlementPaid(
        **{**due_of(due), "fund": due.fund},
        passed=_passed(money, due.revision),
        instruction=answer.instruction,
        bank_reference=answer.bank_reference,
        paid_at=_midnight(answer),
        paid_on=answer.on,
        authorised_by=settlement.authorised_by,
        released_by=settlement.released_by,
        cleared_fen=money.receivable_fen,
    )


def _passed(money: PlanMoney, revision: int) -> int | None:
    """Of the decision that is paid; a newer one may wait."""
    known = money.decided
    return known.passed if known and known.revision == revision else None


def _midnight(answer: Answer) -> datetime:
    """Banks say the day only."""
    return datetime.combine(answer.on, datetime.min.time(), SHANGHAI)
