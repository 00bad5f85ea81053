"""What events book: nothing is lost on the way, and the journal can be computed again."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import date

import asyncpg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.payments.fund.decide import AllocateFund, Fund, allocate_fund
from services.payments.fund.decide import Stage as FundStage
from services.payments.payout.decide import (
    PAYOUT,
    HoldPayout,
    Payout,
    ReleasePayout,
    Stage,
    hold_for_finding,
    hold_payout,
    lift_finding,
    release_payout,
    schedule_payout,
)
from services.payments.payout.pay import (
    PAYOUTS,
    AskBank,
    AuthorisePayout,
    ChangeAccount,
    ReissuePayout,
    ask_bank,
    authorise_payout,
    change_account,
    reissue_payout,
    reverse_payout,
)
from services.payments.payout.revoke import cancel_payout
from shared.books import PAYABLE, SPENT, TRANSIT, book, fund_account, recovery_account
from shared.clock import RealClock
from shared.events.base import Facts
from shared.events.envelope import Event
from shared.postgres.prepare import Database
from shared.store.commands import By, Decision, Ledger, Refusal
from shared.store.journal import lines_of
from shared.store.pool import open_pool
from shared.store.rebook import compare_journal, restore_journal
from shared.store.store import Store
from shared.store.unit import Appended
from tests.databases import Databases
from tests.folding import Happened, events
from tests.payments.payout.builders import (
    AMOUNT_FEN,
    APPROVED,
    CAUSE,
    CLAIM,
    FINDING,
    FUND,
    OFFICER,
    OTHER_OFFICER,
    REVERSE,
    REVOKED,
    REVOKING,
    STREAM,
    TODAY,
    bank_says,
    release,
)

PLACE = "211402"
Act = Callable[[Payout], Decision]
ACCOUNTS = iter(f"{n:032x}" for n in range(10**6))


def instruct(payout: Payout) -> Decision:
    """What a batch does with each of its lines."""
    assert PAYOUTS.payment(payout, STREAM).amount_fen == AMOUNT_FEN
    return PAYOUTS.instruct(payout, release(payout.orders + 1))


ACTS: dict[str, Act] = {
    "approve": lambda p: schedule_payout(p, APPROVED, CLAIM, CAUSE),
    "hold": lambda p: hold_payout(p, HoldPayout(OFFICER)),
    "let go": lambda p: release_payout(p, ReleasePayout(OTHER_OFFICER)),
    "find": lambda p: hold_for_finding(p, FINDING, "A1", CLAIM),
    "lift": lambda p: lift_finding(p, FINDING),
    "authorise": lambda p: authorise_payout(p, AuthorisePayout(OFFICER, FUND)),
    "instruct": instruct,
    "paid": lambda p: PAYOUTS.answer(p, STREAM, bank_says("paid", p.orders)),
    "returned": lambda p: PAYOUTS.answer(p, STREAM, bank_says("returned", p.orders)),
    "unknown": lambda p: PAYOUTS.answer(p, STREAM, bank_says("unknown", p.orders)),
    "ask": lambda p: ask_bank(p, AskBank("INQ-1")),
    "account": lambda p: change_account(p, ChangeAccount("counter-1", next(ACCOUNTS), {})),
    "reissue": lambda p: reissue_payout(p, ReissuePayout(OFFICER)),
    "reverse": lambda p: reverse_payout(p, REVERSE),
    "revoke": lambda p: cancel_payout(p, REVOKED, REVOKING, TODAY),
}
USUAL = ("approve", "authorise", "instruct", "returned", "account", "reissue", "instruct", "paid")
WHERE = {
    Stage.AUTHORISED: PAYABLE, Stage.RETURNED: PAYABLE, Stage.REISSUED: PAYABLE,
    Stage.INSTRUCTED: TRANSIT, Stage.UNKNOWN: TRANSIT, Stage.PAID: SPENT,
}  # fmt: skip


def walked(acts: list[str]) -> list[Event]:
    """The events of one payout after these commands; what is refused changes nothing."""
    said: list[Happened] = []
    for act in acts:
        made = events(said, STREAM, PLACE)
        payout = PAYOUT.initial
        for event in made:
            payout = PAYOUT.evolve(payout, event)
        try:
            decision = ACTS[act](payout)
        except Refusal:
            continue
        actor = {"instruct": "releaser-1", "account": "counter-1"}.get(act, OFFICER)
        said += [Happened(facts, actor) for facts in decision.events]
    return events(said, STREAM, PLACE)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*ACTS, *USUAL]), max_size=30))
@example([*USUAL, "revoke"])
@example(["authorise", "instruct", "revoke", "returned"])
@example(["authorise", "instruct", "revoke", "paid"])
@example(["authorise", "instruct", "paid", "reverse"])
@example(["authorise", "revoke"])
def test_an_approved_fen_is_in_exactly_one_place(acts: list[str]) -> None:
    held: Counter[str] = Counter()
    payout = PAYOUT.initial
    for event in walked(["approve", *acts]):
        payout = PAYOUT.evolve(payout, event)
        for line in lines_of(event.id, book(event).moves):
            held[line.account] += line.amount_fen
        assert sum(held.values()) == 0
        left = {account: fen for account, fen in held.items() if fen and "available" not in account}
        assert left == place_of(payout)


def place_of(payout: Payout) -> dict[str, int]:
    """Where the money of a payout must be, by what has happened to it."""
    expected: Counter[str] = Counter()
    if payout.stage in WHERE:
        expected[fund_account(PLACE, FUND, WHERE[payout.stage])] += AMOUNT_FEN
    if payout.recovery and payout.owed_fen:
        back = payout.stage is Stage.CANCELLED  # the receipt follows in the same commit
        expected[fund_account(PLACE, FUND, SPENT)] -= 0 if back else AMOUNT_FEN
        expected[recovery_account(payout.recovery)] += payout.owed_fen
    return {account: fen for account, fen in expected.items() if fen}


@pytest.fixture
async def database(databases: Databases) -> Database:
    return await databases("payments")


@pytest.fixture
async def ledger(database: Database) -> AsyncIterator[Ledger]:
    pool: asyncpg.Pool = await open_pool(database.service_dsn("payments_service"), 4)
    yield Ledger(Store(pool, 24, RealClock().now), RealClock(), books=book)
    await pool.close()


async def test_a_lost_journal_comes_back_from_the_events(
    ledger: Ledger, database: Database
) -> None:
    await allocated(ledger, 10 * AMOUNT_FEN)
    for n, acts in enumerate((["revoke"], [], ["instruct", "paid"], [*USUAL[2:], "revoke"])):
        said = [event.facts for event in walked(["approve", "authorise", *acts])]
        await appended(ledger, f"payout-{n}", said)
    before = await compare_journal(ledger.store, book)
    await lose_journal(database)
    lost = await compare_journal(ledger.store, book)
    restored = await restore_journal(ledger.store, book)

    assert before.equal
    assert before.lines > 20
    assert (lost.equal, lost.missing) == (False, before.lines)
    assert restored == before.lines
    assert await compare_journal(ledger.store, book) == before
    assert await restore_journal(ledger.store, book) == 0


async def allocated(ledger: Ledger, fen: int) -> None:
    """A fund that has so much."""
    fund = Fund(code=FUND, source="s", stage=FundStage.OPEN)
    command = AllocateFund(
        actor=OFFICER, amount_fen=fen, document="D", document_sha256=None,
        allocated_on=date(2021, 1, 4), approved_by="director-1",
    )  # fmt: skip
    await appended(ledger, "fund-1", list(allocate_fund(fund, command).events))


async def appended(ledger: Ledger, stream_id: str, said: list[Facts]) -> None:
    by = By(actor=OFFICER, jurisdiction=PLACE, correlation_id="c-1")
    unit = ledger.unit(PAYOUT, stream_id, 0, Decision(said), by)
    assert isinstance(await ledger.store.append(unit), Appended)


async def lose_journal(database: Database) -> None:
    """As after the events were taken back from the log."""
    connection = await asyncpg.connect(database.owner_dsn)
    await connection.execute("DELETE FROM journal_lines; DELETE FROM balances")
    await connection.close()
