"""Money leaves: a batch that audit has judged, the bank's file, and the bank's answer."""

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from services.cli.demo.desk import Desk, until
from services.cli.people import FINANCE_APPROVER, OFFICER
from shared.clock import SHANGHAI
from shared.tables.outcomes import FileAnswer

HEADER = ("指令号", "结果", "金额", "日期", "流水号", "原因")
CLOSED = "账户已销户"


@dataclass(frozen=True, slots=True)
class Batch:
    """One file for the bank; `what` says it in words."""

    id: str
    what: str
    lines: int
    amount_fen: int
    paid: int
    returned: int


class _Released(msgspec.Struct, frozen=True):
    batch: str
    lines: int
    amount_fen: int


async def send(
    desk: Desk, what: str, payables: Sequence[str], returned: Collection[str] = ()
) -> Batch:
    """Released by a second person, taken by the bank, answered; `returned` come back."""
    key = f"{what}-{payables[0]}".replace(" ", "_")
    approver, officer = desk.at("payments", FINANCE_APPROVER), desk.at("payments", OFFICER)

    async def release() -> _Released | None:
        return await approver.post("/batches", key, {"payables": payables}, _Released)

    released = await until(f"audit's word on {what}", release)
    file = await approver.download(f"/batches/{released.batch}/file")
    back = {n for n, payable in enumerate(payables) if payable in returned}
    answer = await officer.upload(
        f"/batches/{released.batch}/answers", f"{key}-answer", bank_says(file, back), FileAnswer
    )
    if answer.counts != {"recorded": released.lines}:
        raise AssertionError(f"{what}: the bank's answer: {answer.counts}")
    paid = released.lines - len(back)
    return Batch(released.batch, what, released.lines, released.amount_fen, paid, len(back))


def bank_says(file: bytes, returned: Collection[int]) -> bytes:
    """The bank's answer to its file, a row a line; the lines in `returned`, from 0, come back."""
    today = datetime.now(SHANGHAI).date().isoformat()
    _, *lines = csv.reader(io.StringIO(file.decode("utf-8-sig")))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for n, line in enumerate(lines):
        instruction, amount = line[1], line[4]
        if n in returned:
            writer.writerow((instruction, "退回", amount, today, "", CLOSED))
        else:
            writer.writerow((instruction, "成功", amount, today, f"B-{instruction[:12]}", ""))
    return text.getvalue().encode()
