"""Tables of the money: plans, batches, the fund, and the register that was silent."""

from collections.abc import Iterator

from rich.table import Table

from services.cli.demo.plans import Plan
from services.cli.demo.seen import Seen
from services.cli.output import table
from shared.clock import SHANGHAI
from shared.money import yuan


def money_tables(seen: Seen) -> Iterator[Table]:
    """In the order of the story."""
    told = seen.answers.plans
    yield _outages(seen)
    yield table(
        "Plans: base, advances, earned, settled, recovered  班次：基数、预支、应得、清算、追回",
        (
            "plan", "base ¥", "advanced ¥", "earned ¥", "settled ¥", "demanded ¥", "received ¥",
            "owed ¥",
        ),
        [_plan(plan) for plan in told.plans] if told else [],
    )  # fmt: skip
    yield table(
        "Batches at the bank  银行批次",
        ("batch", "what", "lines: number", "amount ¥", "paid: number", "returned: number"),
        [
            (b.id, b.what, b.lines, yuan(b.amount_fen), b.paid, b.returned)
            for b in seen.answers.batches
        ],
    )
    yield _fund(seen)


def _plan(plan: Plan) -> tuple[object, ...]:
    money, debt = plan.money, plan.debt
    if money is None:
        return (plan.id,)
    sums = (
        money.base_fen, money.advanced_fen, money.earned_fen, money.settled_fen,
        money.demanded_fen, debt.received_fen if debt else 0, debt.balance_fen if debt else 0,
    )  # fmt: skip
    return (plan.id, *map(yuan, sums))


def _outages(seen: Seen) -> Table:
    waited = seen.answers.plans.waited if seen.answers.plans else 0
    rows = [
        (
            outage.register,
            f"{outage.down_from.astimezone(SHANGHAI):%H:%M:%S}",
            f"{outage.down_to.astimezone(SHANGHAI):%H:%M:%S}",
            waited,
            outage.unanswered,
        )
        for outage in seen.outages()
    ]
    columns = ("register", "from", "to", "claims that waited: number", "unanswered: number")
    return table("Registers that were silent  无答复的登记部门", columns, rows)


def _fund(seen: Seen) -> Table:
    """What was allocated, and where it is: the last line is 0."""
    fund = seen.answers.fund
    if fund is None:
        return table("Fund  资金专账", ("account", "¥"), [])
    held = fund.balances
    rows = [
        ("allocated 拨入", yuan(-held.source)),
        ("available 可用", yuan(held.available)),
        ("payable, authorised 已授权", yuan(held.payable)),
        ("in transit, at the bank 在途", yuan(held.transit)),
        ("spent 已支付", yuan(held.spent)),
        ("receivable from payees 应收", yuan(seen.receivable_fen())),
        ("allocated less all of these 差额", yuan(seen.missing_fen())),
        ("sum of all lines of the journal 分录合计", yuan(fund.sum_fen)),
    ]
    return table(f"Fund {fund.fund}  资金专账", ("account", "¥"), rows)
