"""The finance bureau and its bank: a fund, batches of what was authorised, and the answers."""

import asyncio
import csv
import io
from dataclasses import dataclass, field

from shared.ids import payout_id
from tests.faults.client import CSV, NOT_JUDGED, NOT_NOTICED, PAYMENTS
from tests.faults.people import resident_number
from tests.faults.teller import Teller, Unlawful

FUND = "CRASH"
GIVEN_FEN = 1_000_000_000_00
MAX_ORDERS = 40
PAUSE_SECONDS = 0.2
ANSWERS = "指令号,结果,金额,日期,流水号,原因"
PAID, RETURNED, UNKNOWN = "成功", "退回", "未知"


@dataclass(slots=True)
class _Order:
    """One authorised sum on its way; `says` are the bank's words, the last one is final."""

    stream_id: str
    says: tuple[str, ...]
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Bank:
    """Pays what stories authorise, several at once in one file, one file after the other."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._waiting: list[_Order] = []
        self._closing = asyncio.Event()
        self._open = asyncio.Event()

    async def run(self) -> None:
        """Until it is closed and nothing waits. Raises Unlawful, NotAnswered."""
        await self._fund()
        while self._waiting or not self._closing.is_set():
            orders = self._waiting[:MAX_ORDERS]
            del self._waiting[: len(orders)]
            if orders:
                await self._send(orders)
            await asyncio.sleep(PAUSE_SECONDS)

    def close(self) -> None:
        self._closing.set()

    async def pay_claim(self, claim_id: str, person: int, *says: str) -> str:
        """The payout of an approved claim; after a return once more, to another account."""
        payout, say = payout_id(claim_id), self._teller.say
        await self.show(claim_id)
        await self.authorise(f"/payouts/{payout}")
        await self.pay(payout, *says)
        if says[-1] == RETURNED:
            other = {
                "id_number": resident_number(person), "name": "学员甲", "requested_by": "person",
                "account": f"62229999{person:010d}",
            }  # fmt: skip
            await say(f"/payouts/{payout}/account", other, "teller", PAYMENTS)
            await say(f"/payouts/{payout}/reissue", {}, "officer", PAYMENTS)
            await self.pay(payout, PAID)
        return payout

    async def show(self, *claims: str) -> None:
        """The public notice before the money; it closes by itself."""
        body = {"jurisdiction": "211402", "claims": claims}
        await self._teller.say("/notices", body, "clerk")

    async def authorise(self, path: str) -> None:
        """By the first of the bureau's two hands, from the fund."""
        await self._open.wait()
        body = {"fund": FUND}
        await self._teller.say(f"{path}/authorise", body, "officer", PAYMENTS, NOT_NOTICED)

    async def pay(self, stream_id: str, *says: str) -> None:
        """Return when the bank has said its last word on the order."""
        order = _Order(stream_id, says)
        self._waiting.append(order)
        await order.done.wait()

    async def _fund(self) -> None:
        body = {
            "jurisdiction": "211402", "fund": FUND, "source": "unemployment_insurance_surplus",
            "year": 2021, "purposes": [], "bank": "ICBC", "account": "6222000000000001",
            "opened_on": "2021-01-04",
        }  # fmt: skip
        opened = await self._teller.say("/funds", body, "officer", PAYMENTS)
        given = {
            "amount_fen": GIVEN_FEN, "document": "HLD-2021-7", "allocated_on": "2021-01-04",
            "approved_by": "director-1",
        }  # fmt: skip
        path = f"/funds/{opened['fund']}/allocate"
        await self._teller.say(path, given, "officer", PAYMENTS)
        self._open.set()

    async def _send(self, orders: list[_Order]) -> None:
        """Released when audit has judged the approvals; then the file and the bank's answers."""
        body = {"payables": [order.stream_id for order in orders]}
        told = await self._teller.say("/batches", body, "releaser", PAYMENTS, NOT_JUDGED)
        path = f"/batches/{told['batch']}"
        given = await self._teller.client.look(PAYMENTS, f"{path}/file", "releaser")
        _, *lines = csv.reader(io.StringIO(given.body.decode("utf-8-sig")))
        if len(lines) != len(orders):
            raise Unlawful(f"{path}: {len(lines)} lines for {len(orders)} orders")
        await self._answer(path, orders, lines)

    async def _answer(self, path: str, orders: list[_Order], lines: list[list[str]]) -> None:
        for n in range(max(len(order.says) for order in orders)):
            rows = [
                row_of(line, order.says[n])
                for order, line in zip(orders, lines, strict=True)
                if n < len(order.says)
            ]
            table = "\n".join([ANSWERS, *rows, ""]).encode()
            said = await self._teller.upload(f"{path}/answers", table, "officer", CSV, PAYMENTS)
            if said.told["counts"].get("refused"):
                raise Unlawful(f"{path}/answers: {said.told['outcomes']}")
            for order in orders:
                if n == len(order.says) - 1:
                    order.done.set()


def row_of(line: list[str], outcome: str) -> str:
    """The bank's word on one line of its file."""
    reference = f"B-{line[1][:12]}" if outcome == PAID else ""
    reason = "CLOSED" if outcome == RETURNED else ""
    return f"{line[1]},{outcome},{line[4]},2021-05-07,{reference},{reason}"
