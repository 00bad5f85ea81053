"""The file that a bank takes for many payments (代发): CSV, UTF-8 with BOM, one line an order."""

import csv
import hashlib
import io
from collections.abc import Sequence
from typing import NamedTuple

from shared.money import yuan
from shared.tables.cells import escape_cell

HEADER = ("序号", "指令号", "收款人户名", "收款人账号", "金额", "用途")
PURPOSE = "职业培训补贴"


class PaymentLine(NamedTuple):
    """One line in the clear: lives in memory only."""

    line: int
    instruction: str
    name: str
    account: str
    amount_fen: int


def render(lines: Sequence[PaymentLine]) -> bytes:
    """The file's bytes: the same lines give the same bytes, whatever made them.

    Every cell stands in quotes; one that a spreadsheet would run as a formula gets an apostrophe.
    Amounts are in yuan with two decimals.
    """
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADER)
    for line in lines:
        said = (line.name, line.account)
        writer.writerow(
            (line.line, line.instruction, *map(escape_cell, said), yuan(line.amount_fen), PURPOSE)
        )
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def digest(content: bytes) -> str:
    """SHA-256, as it stands in each order's event."""
    return hashlib.sha256(content).hexdigest()
