"""Money over real HTTP: from the budget to the bank's answer."""

import asyncio
import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from services.payments.bank.batch import BATCH, SILENCE
from shared.clock import SimulatedClock
from shared.http.identity import Role
from tests.claims.filing import Office, claim
from tests.payments.conftest import Both
from tests.payments.money import (
    ACCOUNT,
    OTHER_ACCOUNT,
    PLACE,
    Bureau,
    finding_on,
    forget_audit,
    heard,
    judged,
    with_account,
)

PERSON = iter(range(30_000, 31_000))


async def test_a_payout_is_paid_from_its_fund(both: Both) -> None:
    bureau = await Bureau.opened(both, "LIFE", 1_000_000)
    payout = await bureau.authorised(with_account(next(PERSON)), "b-life")
    held = await bureau.balances()
    batch = await bureau.released(payout, key="b-life-r")
    header, [line, instruction, name, account, amount, _] = await bureau.file(batch["batch"])
    answer = await bureau.answer(
        batch["batch"], [f"{instruction},成功,{amount},2021-05-07,B-77,"], "b-life-a"
    )

    assert held == {"source": -1_000_000, "available": 800_000, "payable": 200_000}
    assert (batch["lines"], batch["amount_fen"]) == (1, 200_000)
    assert (line, name, account, amount) == ("1", "学员甲", ACCOUNT, "2000.00")
    assert header[0] == "序号"
    assert answer.body["counts"] == {"recorded": 1}
    assert (await bureau.state(payout, "paid"))["amount_fen"] == 200_000
    assert await bureau.balances() == {"source": -1_000_000, "available": 800_000, "spent": 200_000}


async def test_a_returned_payout_goes_out_once_more_to_the_corrected_account(both: Both) -> None:
    n = next(PERSON)
    bureau = await Bureau.opened(both, "BACK", 500_000)
    payout = await bureau.authorised(with_account(n), "back")
    first = (await bureau.released(payout, key="back-r1"))["batch"]
    [row] = await bureau.rows(first, "退回", "", "账户已销户")
    returned = await bureau.answer(first, [row], "back-a1")
    after_return = await bureau.balances()
    early = await bureau.officer.post(f"/payouts/{payout}/reissue", {}, key="back-early")
    wrong = await bureau.change_account(payout, n + 1, "back-wrong")
    changed = await bureau.change_account(payout, n, "back-acc")
    again = await bureau.officer.post(f"/payouts/{payout}/reissue", {}, key="back-again")
    twice = await bureau.officer.post(f"/payouts/{payout}/reissue", {}, key="back-twice")
    second = (await bureau.released(payout, key="back-r2"))["batch"]
    _, [_, instruction, name, account, amount, _] = await bureau.file(second)
    late = await bureau.answer(first, [row], "back-a2")
    paid = await bureau.answer(second, [f"{instruction},成功,{amount},2021-05-09,B-9,"], "back-a3")

    assert returned.body["counts"] == {"recorded": 1}
    assert after_return == {"source": -500_000, "available": 300_000, "payable": 200_000}
    assert (early.status, early.codes) == (409, ["ACCOUNT_UNCHANGED"])
    assert (wrong.status, wrong.codes) == (409, ["PAYEE_DIFFERS"])
    assert (changed.body["event"], again.body["event"]) == ("PayeeAccountChanged", "PayoutReissued")
    assert (twice.status, twice.codes) == (409, ["PAYOUT_NOT_IN_THIS_STATE"])
    assert (name, account) == ("学员甲", OTHER_ACCOUNT)
    assert late.body["counts"] == {"already": 1}
    assert paid.body["counts"] == {"recorded": 1}
    assert await bureau.balances() == {"source": -500_000, "available": 300_000, "spent": 200_000}


async def test_an_answer_has_an_outcome_for_each_row(both: Both) -> None:
    bureau = await Bureau.opened(both, "ROWS", 1_000_000)
    payouts = [await bureau.authorised(with_account(next(PERSON)), f"rows-{n}") for n in range(3)]
    batch = (await bureau.released(*payouts, key="rows-r"))["batch"]
    _, *lines = await bureau.file(batch)
    ids = [line[1] for line in lines]
    rows = [
        f"{ids[0]},成功,2000.00,2021-05-07,B-1,",
        f"{ids[0]},成功,2000.00,2021-05-07,B-1,",
        f"{ids[1]},成功,1999.99,2021-05-07,B-2,",
        "f00,成功,2000.00,2021-05-07,B-3,",
        f"{ids[2]},退回,2000.00,2021-05-07,B-4,",
        f"{ids[2]},成功,2000.00,2021-05-07,,",
        f"{ids[2]},也许,2000.00,2021-05-07,B-5,",
        f"{ids[2]},未知,2000.00,2099-01-01,,",
    ]
    first = await bureau.answer(batch, rows, "rows-a")
    again = await bureau.answer(batch, rows, "rows-a")
    other = await bureau.answer(batch, rows[:1], "rows-b")
    future = await bureau.answer(batch, [f"{ids[1]},未知,2000.00,2099-01-01,,"], "rows-d")
    contrary = await bureau.answer(batch, [rows[0].replace("成功", "退回") + "销户"], "rows-c")

    assert [codes_of(row) for row in first.body["outcomes"]] == [
        "recorded", "DOUBLE_LINE", "AMOUNT_DIFFERS", "INSTRUCTION_UNKNOWN", "ANSWER_INCOMPLETE",
        "DOUBLE_LINE", "OUTCOME_UNKNOWN_WORD", "DOUBLE_LINE",
    ]  # fmt: skip
    assert (again.body, again.position) == (first.body, first.position)
    assert other.body["counts"] == {"already": 1}
    assert codes_of(future.body["outcomes"][0]) == "ANSWER_FROM_TOMORROW"
    assert codes_of(contrary.body["outcomes"][0]) == "ANSWER_CONTRADICTS"
    assert (await bureau.state(payouts[1], "instructed"))["version"] == 3


async def test_a_batch_waits_for_audit_and_says_how_far_it_is(both: Both) -> None:
    bureau = await Bureau.opened(both, "WAIT", 500_000)
    payout = await bureau.authorised(with_account(next(PERSON)), "wait")
    await forget_audit(both)
    never = await bureau.release(payout, key="wait-0")
    await judged(both, upto=0)
    behind = await bureau.release(payout, key="wait-1")
    await judged(both)
    released = await bureau.release(payout, key="wait-1")
    again = await bureau.release(payout, key="wait-1")
    double = await bureau.release(payout, key="wait-2")

    assert (never.status, never.codes) == (409, ["AUDIT_BEHIND", "APPROVAL_NOT_JUDGED"])
    assert behind.codes == ["AUDIT_BEHIND", "APPROVAL_NOT_JUDGED"]
    assert "claim-events.v1" in behind.body["errors"][0]["detail"]
    assert released.status == 201
    assert (again.body, again.position) == (released.body, released.position)
    assert double.codes == ["BATCH_REFUSED", "NOT_PAYABLE"]


async def test_two_persons_release_without_an_audit_that_is_silent(both: Both) -> None:
    bureau = await Bureau.opened(both, "SILENT", 500_000)
    payout = await bureau.authorised(with_account(next(PERSON)), "silent")
    ask = {"jurisdiction": PLACE, "reason": "audit is down"}
    await forget_audit(both)
    await judged(both, upto=0)
    heard = await bureau.officer.post("/batches/override", ask, key="silent-0")
    await forget_audit(both)
    asked = await bureau.approver.post("/batches/override", ask, key="silent-1")
    batch = asked.body["batch"]
    own = await bureau.release(payout, key="silent-2", override=batch)
    early = await bureau.other_approver.post(
        "/batches", {"payables": [payout], "override": batch}, key="silent-3"
    )
    unknown = await bureau.release(payout, key="silent-4", override=f"batch-{uuid4()}")

    assert (heard.status, heard.codes) == (409, ["AUDIT_NOT_SILENT"])
    assert asked.status == 201
    assert own.codes == ["PAYMENT_SAME_PERSON_TWICE"]
    assert early.codes == ["AUDIT_NOT_SILENT"]  # the approval is younger than ten minutes
    assert unknown.codes == ["OVERRIDE_UNUSABLE"]


async def test_after_ten_minutes_of_silence_another_person_releases_once(both: Both) -> None:
    bureau = await Bureau.opened(both, "LATER", 500_000)
    payout = await bureau.authorised(with_account(next(PERSON)), "later")
    other = await bureau.authorised(with_account(next(PERSON)), "later-2")
    service, ask = both.payments.service, {"jurisdiction": PLACE, "reason": "audit is down"}
    await forget_audit(both)
    asked = await bureau.approver.post("/batches/override", ask, key="later-1")
    batch, real = asked.body["batch"], service.clock
    service.clock = SimulatedClock(real.now() + SILENCE)
    try:
        released = await bureau.other_approver.post(
            "/batches", {"payables": [payout], "override": batch}, key="later-2"
        )
        twice = await bureau.other_approver.post(
            "/batches", {"payables": [other], "override": batch}, key="later-3"
        )
    finally:
        service.clock = real
    shown = (await bureau.officer.get(f"/batches/{batch}")).body

    assert (released.status, released.body["batch"]) == (201, batch)
    assert shown["overridden_by"] == ["releaser-1", "releaser-2"]
    assert twice.codes == ["OVERRIDE_UNUSABLE"]
    assert len(await bureau.file(batch)) == 2


async def test_a_batch_is_whole_or_not_at_all_and_names_what_stops_it(both: Both) -> None:
    bureau = await Bureau.opened(both, "WHOLE", 1_000_000)
    good = await bureau.authorised(with_account(next(PERSON)), "whole-1")
    held = await bureau.authorised(with_account(next(PERSON)), "whole-2")
    early = await bureau.scheduled(with_account(next(PERSON)), "whole-3")
    no_account = await bureau.authorised(claim(next(PERSON)), "whole-4")
    await bureau.officer.post(f"/payouts/{held}/hold", {}, key="whole-hold")
    await judged(both)
    mixed = await bureau.release(good, held, early, f"payout-{uuid4()}", key="whole-r")
    nameless = await bureau.release(good, no_account, key="whole-n")
    twice = await bureau.release(good, good, key="whole-t")
    foreign = await bureau.release("claim-1", key="whole-f")

    assert [(e["pointer"], e["code"]) for e in mixed.body["errors"]] == [
        ("/payables/1", "HELD_BY_OFFICER"),
        ("/payables/2", "NOT_PAYABLE"),
        ("/payables/3", "NOT_PAYABLE"),
    ]
    assert [(e["pointer"], e["code"]) for e in nameless.body["errors"]] == [
        ("/payables/1", "ACCOUNT_MISSING")
    ]
    assert (twice.status, twice.codes) == (422, ["BATCH_DOUBLE"])
    assert foreign.status == 404
    assert (await bureau.state(good, "authorised"))["version"] == 2


async def test_the_file_is_the_same_each_time_and_each_reading_is_an_event(both: Both) -> None:
    bureau = await Bureau.opened(both, "FILE", 500_000)
    payout = await bureau.authorised(with_account(next(PERSON)), "file")
    batch = await bureau.released(payout, key="file-r")
    first, second = [await bureau.bytes_of(batch["batch"]) for _ in range(2)]
    events = BATCH.events(await both.payments.service.store.load(batch["batch"]))
    stored = await both.payments.service.pool.fetch("SELECT body FROM events")

    assert first == second
    assert hashlib.sha256(first).hexdigest() == batch["bank_file_sha256"]
    assert [type(event.facts).__name__ for event in events] == [
        "PersonalDataRead", "BatchReleased", "PersonalDataRead", "PersonalDataRead",
    ]  # fmt: skip
    assert not any(ACCOUNT.encode() in row["body"] for row in stored)
    assert not any("学员甲".encode() in row["body"] for row in stored)


async def test_a_finding_after_the_authorisation_stops_the_payout(both: Both) -> None:
    bureau = await Bureau.opened(both, "HOLD", 500_000)
    payout = await bureau.authorised(with_account(next(PERSON)), "hold-x")
    await heard(both, finding_on(payout), datetime.now(UTC))
    await judged(both)
    stopped = await bureau.release(payout, key="hold-x-r")

    assert stopped.codes == ["BATCH_REFUSED", "HELD_BY_FINDING"]
    assert (await bureau.state(payout, "held"))["findings"]


async def test_a_revoked_approval_frees_the_money_or_asks_it_back(both: Both) -> None:
    bureau = await Bureau.opened(both, "REVOKE", 1_000_000)
    waiting = await bureau.authorised(with_account(next(PERSON)), "revoke-1")
    paid, _ = await bureau.paid(with_account(next(PERSON)), "revoke-2")
    before = await bureau.balances()
    for payout in (waiting, paid):
        claim_id = payout.replace("payout-", "claim-")
        answer = await Office(both.claims).approver.post(
            f"/claims/{claim_id}/revoke", {"reasons": ["PAPER_FORGED"]}, key=payout
        )
        assert answer.status == 200, answer.body
    await bureau.state(waiting, "cancelled")
    after = await bureau.until_balances(lambda held: "spent" not in held)

    assert before == {
        "source": -1_000_000, "available": 600_000, "payable": 200_000, "spent": 200_000,
    }  # fmt: skip
    assert after == {"source": -1_000_000, "available": 800_000}


async def test_a_debt_waits_for_the_bank_s_answer_to_what_it_asks_back(both: Both) -> None:
    bureau = await Bureau.opened(both, "AWAIT", 1_000_000)
    payout = await bureau.authorised(with_account(next(PERSON)), "await")
    batch = (await bureau.released(payout, key="await-r"))["batch"]
    claim_id = payout.replace("payout-", "claim-")
    approver = Office(both.claims).approver
    await approver.post(f"/claims/{claim_id}/revoke", {"reasons": ["PAPER_FORGED"]}, key="await-v")
    path = f"/recoveries/{await bureau.debt(claim_id)}"
    receipt = {"received_fen": 80_000, "received_on": "2021-05-08", "bank_reference": "R-1"}
    early = await bureau.officer.post(f"{path}/receipts", receipt, key="await-1")
    await bureau.officer.post(f"{path}/write-off", {"reason": "dissolved"}, key="await-2")
    given_up = await bureau.approver.post(f"{path}/write-off/approve", {}, key="await-3")
    [row] = await bureau.rows(batch, "退回", "", "账户已销户")
    returned = await bureau.answer(batch, [row], "await-a")

    assert (early.status, early.codes) == (409, ["RECOVERY_AWAITS_BANK"])
    assert (given_up.status, given_up.codes) == (409, ["RECOVERY_AWAITS_BANK"])
    assert returned.body["counts"] == {"recorded": 1}
    assert await bureau.balances() == {"source": -1_000_000, "available": 1_000_000}


async def test_of_two_payouts_of_sixty_percent_exactly_one_is_authorised(both: Both) -> None:
    bureau = await Bureau.opened(both, "SIXTY", 300_000)
    payouts = [await bureau.scheduled(with_account(next(PERSON)), f"sixty-{n}") for n in range(2)]
    answers = await asyncio.gather(
        *(bureau.authorise(payout, f"sixty-{payout}") for payout in payouts)
    )

    assert sorted(answer.status for answer in answers) == [200, 409]
    assert [a.codes for a in answers if a.status == 409] == [["FUND_EXHAUSTED"]]
    assert (await bureau.balances())["available"] == 100_000


async def test_many_payouts_are_authorised_each_with_an_outcome(both: Both) -> None:
    bureau = await Bureau.opened(both, "MANY", 500_000)
    payouts = [await bureau.scheduled(with_account(next(PERSON)), f"many-{n}") for n in range(3)]
    body = {"fund": "MANY", "payouts": [*payouts, "payout-none", payouts[0]]}
    first = await bureau.officer.post("/payouts/authorise", body, key="many-a")
    again = await bureau.officer.post("/payouts/authorise", body, key="many-a")

    assert (first.body["authorised"], first.body["refused"]) == (2, 2)
    assert sorted(o.get("code", "") for o in first.body["outcomes"]) == [
        "", "", "FUND_EXHAUSTED", "RESOURCE_UNKNOWN",
    ]  # fmt: skip
    assert (again.body, again.position) == (first.body, first.position)


async def test_the_server_refuses_each_pair_of_hands(both: Both) -> None:
    """File, accept, approve, authorise, release: no two of them by one person."""
    bureau = await Bureau.opened(both, "HANDS", 2_000_000)
    for step, hand in (("file", "filer-1"), ("accept", "clerk-1"), ("approve", "approver-1")):
        payout = await bureau.scheduled(with_account(next(PERSON)), f"hands-{step}")
        officer = both.payments.person(hand, Role.FINANCE_OFFICER)
        refused = await bureau.authorise(payout, f"hands-{step}-x", officer)
        assert (refused.status, refused.codes) == (409, ["PAYMENT_SAME_PERSON_TWICE"])
        assert step in refused.body["detail"]
        await bureau.authorise(payout, f"hands-{step}-ok")
        await judged(both)
        for other in (hand, "officer-1"):
            releaser = both.payments.person(other, Role.FINANCE_APPROVER)
            stopped = await releaser.post(
                "/batches", {"payables": [payout]}, key=f"hands-{step}-{other}"
            )
            assert stopped.codes == ["BATCH_REFUSED", "PAYMENT_SAME_PERSON_TWICE"]


async def test_an_order_that_is_lost_is_asked_for_and_never_sent_again(both: Both) -> None:
    bureau = await Bureau.opened(both, "LOST", 500_000)
    payout = await bureau.authorised(with_account(next(PERSON)), "lost")
    batch = (await bureau.released(payout, key="lost-r"))["batch"]
    [row] = await bureau.rows(batch, "未知", "", "")
    await bureau.answer(batch, [row], "lost-a")
    asked = await bureau.officer.post(
        f"/payouts/{payout}/inquiry", {"inquiry": "INQ-1"}, key="lost-q"
    )
    again = await bureau.release(payout, key="lost-again")
    [paid] = await bureau.rows(batch, "成功", "B-5", "")
    answered = await bureau.answer(batch, [paid], "lost-b")
    reversed_ = await bureau.officer.post(
        f"/payouts/{payout}/reverse",
        {"reason": "paid twice", "reversed_on": "2021-05-09", "bank_reference": "B-6"},
        key="lost-v",
    )

    assert asked.body["event"] == "PayoutUnknown"
    assert again.codes == ["BATCH_REFUSED", "NOT_PAYABLE"]
    assert answered.body["counts"] == {"recorded": 1}
    assert reversed_.body["event"] == "PayoutReversed"
    assert await bureau.balances() == {"source": -500_000, "available": 500_000}


def codes_of(row: dict[str, Any]) -> str:
    """The outcome, or why the row was refused."""
    return str(row["errors"][0]["code"] if row["outcome"] == "refused" else row["outcome"])
