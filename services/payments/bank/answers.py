"""What the bank says of a batch, row by row: recorded, known already, or refused with a code."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from services.payments import problems
from services.payments.bank.payable import Answer, AnswerContradicts, FileLine, Payable
from shared.http.problems import CATALOGUE, Kind
from shared.service import Service
from shared.store.commands import MAX_TRIES, By, Contended, finished
from shared.tables import cells
from shared.tables.columns import Column, optional, parse_row
from shared.tables.outcomes import RowOutcome, refuse_row, refused_row
from shared.tables.problems import BadCell, row_error
from shared.tables.reader import Row, Upload

_WORDS: Mapping[str, Literal["paid", "returned", "unknown"]] = {
    "paid": "paid", "成功": "paid", "returned": "returned", "退回": "returned",
    "失败": "returned", "unknown": "unknown", "未知": "unknown",
}  # fmt: skip
AT_ONCE = 200
"""rows that are recorded at the same time"""


def outcome_word(cell: str) -> Literal["paid", "returned", "unknown"]:
    """Raises BadCell for another word."""
    if cell not in _WORDS:
        raise BadCell("OUTCOME_UNKNOWN_WORD")
    return _WORDS[cell]


COLUMNS: Sequence[Column] = (
    Column(name="instruction", zh="指令号", parse=cells.code),
    Column(name="outcome", zh="结果", parse=outcome_word),
    Column(
        name="amount",
        zh="金额",
        parse=cells.positive_yuan,
        aliases=("金额(元)",),
        signs_allowed=True,
    ),
    Column(name="on", zh="日期", parse=cells.day),
    optional("bank_reference", "流水号", cells.code),
    optional("reason", "原因", cells.text),
    optional("line", "序号", cells.code),
)


class Sent(NamedTuple):
    """An order of the batch: whose it is, and what it says."""

    kind: Payable[Any]
    stream_id: str
    line: FileLine


@dataclass(frozen=True, slots=True)
class Said:
    """One row that has the right form."""

    row: int
    instruction: str
    outcome: Literal["paid", "returned", "unknown"]
    amount_fen: int
    on: date
    bank_reference: str
    reason: str
    line: str


class Answering:
    """Records the bank's answers for one person."""

    def __init__(self, service: Service, by: By, orders: Mapping[str, Sent]) -> None:
        self._service = service
        self._by = by
        self._orders = orders

    async def record(self, upload: Upload) -> list[RowOutcome]:
        """One outcome a row; a row that is refused stops no other."""
        outcomes: list[RowOutcome] = []
        good: list[tuple[Said, Sent]] = []
        seen: set[str] = set()
        for row in upload.rows():
            said = read(row, upload)
            if isinstance(said, RowOutcome):
                outcomes.append(said)
                continue
            fault = self._fault(said, seen)
            seen.add(said.instruction)
            if fault is None:
                good.append((said, self._orders[said.instruction]))
            else:
                outcomes.append(refuse_row(said.row, *fault))
        for n in range(0, len(good), AT_ONCE):
            page = good[n : n + AT_ONCE]
            outcomes += await asyncio.gather(*(self._one(said, sent) for said, sent in page))
        return outcomes

    def _fault(self, said: Said, seen: set[str]) -> tuple[str, Kind] | None:
        """The column and the reason why a row is not what we sent."""
        sent = self._orders.get(said.instruction)
        if sent is None:
            return "instruction", problems.INSTRUCTION_UNKNOWN
        if said.instruction in seen:
            return "instruction", problems.DOUBLE_LINE
        if said.line and said.line != str(sent.line.line):
            return "line", problems.LINE_DIFFERS
        if said.amount_fen != sent.line.amount_fen:
            return "amount", problems.AMOUNT_DIFFERS
        if said.on > self._service.clock.today():
            return "on", problems.ANSWER_FROM_TOMORROW
        if said.outcome == "paid" and not said.bank_reference:
            return "bank_reference", problems.ANSWER_INCOMPLETE
        if said.outcome == "returned" and not said.reason:
            return "reason", problems.ANSWER_INCOMPLETE
        return None

    async def _one(self, said: Said, sent: Sent) -> RowOutcome:
        """Recorded on the stream of the order, unless it is known already."""
        service, kind = self._service, sent.kind
        answer = Answer(
            instruction=said.instruction, outcome=said.outcome, on=said.on,
            at=service.clock.now(), bank_reference=said.bank_reference, reason=said.reason,
        )  # fmt: skip
        for _ in range(MAX_TRIES):
            bodies = await service.store.load(sent.stream_id)
            events = kind.aggregate.events(bodies)
            try:
                decision = kind.answer(kind.aggregate.fold(bodies), sent.stream_id, answer)
            except AnswerContradicts as no:
                return _contradicts(said.row, no)
            if not decision.events:
                return RowOutcome(row=said.row, outcome="already", record=sent.stream_id)
            unit = service.ledger.unit(
                kind.aggregate, sent.stream_id, len(bodies), decision, self._by,
                not_before=events[-1].recorded_at,
            )  # fmt: skip
            if finished(await service.store.append(unit), unit):
                return RowOutcome(row=said.row, outcome="recorded", record=sent.stream_id)
        raise Contended(sent.stream_id)


def read(row: Row, upload: Upload) -> Said | RowOutcome:
    """The row's values, or every reason why it has none."""
    if row.fault:
        return refused_row([row_error(row.number, row.fault)])
    found, errors = parse_row(row.cells, upload.layout, row.number)
    if errors:
        return refused_row(errors)
    instruction, outcome, amount, on, reference, reason, line = found
    return Said(
        row.number, instruction, outcome, amount, on, reference or "", reason or "", line or ""
    )


def _contradicts(row: int, no: AnswerContradicts) -> RowOutcome:
    kind = CATALOGUE[no.code]
    told = Kind(kind.code, kind.status, kind.en.format(**no.facts), kind.zh.format(**no.facts))
    return refuse_row(row, "outcome", told)
