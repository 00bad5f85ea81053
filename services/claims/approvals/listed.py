"""The list of claims to approve: one a line, with the hash of what was shown."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from services.claims.problems import APPROVALS_REFUSED, CLAIM_TWICE
from shared.http.problems import MAX_ERRORS, FieldRefusal, Kind, Problem, Refusal
from shared.money import yuan
from shared.tables import cells
from shared.tables.columns import Column, optional, parse_row
from shared.tables.problems import BadCell, RowError
from shared.tables.reader import Upload

_CLAIM = re.compile(r"claim-[0-9A-Za-z-]{1,110}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Listed(NamedTuple):
    """One line: the claim, and the hash of what its approver was shown."""

    claim: str
    shown_sha256: str


class Approvable(NamedTuple):
    """One claim of the read table that the policy proposes to approve."""

    claim: str
    shown_sha256: str
    kind: str
    occupation: str
    level: str
    amount_fen: int


def claim_id(cell: str) -> str:
    if _CLAIM.fullmatch(cell):
        return cell
    raise BadCell("CODE_FORMAT")


def sha256(cell: str) -> str:
    if _SHA256.fullmatch(cell):
        return cell
    raise BadCell("CODE_FORMAT")


TOLD = {"kind": "补贴种类", "occupation": "职业", "level": "等级", "amount": "金额"}
"""what a reader of the list wants to see beside claim and hash"""
COLUMNS: Sequence[Column] = (
    Column(name="claim", zh="申请编号", parse=claim_id, max_length=120),
    Column(name="shown_sha256", zh="所见内容哈希值", parse=sha256),
    *(optional(name, zh, cells.text) for name, zh in TOLD.items()),
)
"""what `approvable` writes may be sent back as it is: only claim and hash are read"""


def read(upload: Upload) -> list[Listed]:
    """Every line. Raises Problem with each wrong line, or for a claim that stands twice."""
    listed: list[Listed] = []
    wrong: list[FieldRefusal] = []
    for row in upload.rows():
        if row.fault is not None:
            wrong.append(FieldRefusal(f"/{row.number}", Refusal(APPROVALS_REFUSED)))
        else:
            values, errors = parse_row(row.cells, upload.layout, row.number)
            wrong += [_wrong(error) for error in errors]
            listed.append(Listed(*values[:2]))
        if len(wrong) >= MAX_ERRORS:
            break
    if wrong:
        raise Problem(APPROVALS_REFUSED, errors=tuple(wrong[:MAX_ERRORS]))
    if len({one.claim for one in listed}) != len(listed):
        raise Problem(CLAIM_TWICE)
    return listed


def written(rows: Iterable[Approvable]) -> bytes:
    """The claims of the read table that may be approved, as the list that approves them."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["claim", "shown_sha256", *TOLD])
    for row in rows:
        table.writerow([*row[:-1], yuan(row.amount_fen)])
    return text.getvalue().encode()


def _wrong(error: RowError) -> FieldRefusal:
    kind = Kind(error.code, 422, _plain(error.en), _plain(error.zh))
    return FieldRefusal(f"/{error.row}/{error.column}", Refusal(kind))


def _plain(sentence: str) -> str:
    return sentence.replace("{", "{{").replace("}", "}}")
