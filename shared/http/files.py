"""Uploads of tables: read whole, bounded, one answer per Idempotency-Key and content."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import msgspec
from aiohttp import web

from shared.http.answers import answer_bytes
from shared.http.body import stream_body
from shared.http.fields import (
    Choice,
    Identifier,
    Items,
    Nested,
    Schema,
    StrictInteger,
    StrictString,
)
from shared.http.position import ANSWER_HEADER, MAX_POSITIONS
from shared.http.problems import FieldRefusal, Kind, Problem, Refusal
from shared.service import Service
from shared.store.commands import IdempotencyKeyReused, Request
from shared.store.position import Position
from shared.tables.columns import Column
from shared.tables.problems import MAX_ROWS, FileRefused
from shared.tables.reader import Intake, Upload

CSV = ("text/csv",)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE_LIMIT = 32 * 1024 * 1024


class RowErrorSchema(Schema):
    row = StrictInteger(1)
    column = StrictString(64, min=0)
    code = Identifier(64)
    zh = StrictString(1000)
    en = StrictString(1000)


class RowOutcomeSchema(Schema):
    row = StrictInteger(1, en="line of the file", zh="文件行号")
    outcome = Choice(
        "submitted", "imported", "recorded", "already", "refused", "not_for_this_service"
    )
    record = Identifier(120, required=False)
    errors = Items(Nested(RowErrorSchema()), 100, required=False)
    warnings = Items(Nested(RowErrorSchema()), 100, required=False)


class CountsSchema(Schema):
    """How many rows had each outcome; an outcome that no row had is left out."""

    submitted = StrictInteger(required=False)
    imported = StrictInteger(required=False)
    recorded = StrictInteger(required=False)
    already = StrictInteger(required=False)
    refused = StrictInteger(required=False)
    not_for_this_service = StrictInteger(required=False)


class FileAnswerSchema(Schema):
    """One outcome for each row of the file, in its order."""

    roster = Identifier(120, required=False)
    sha256 = Identifier(64)
    encoding = Identifier(32)
    rows = StrictInteger()
    counts = Nested(CountsSchema())
    outcomes = Items(Nested(RowOutcomeSchema()), MAX_ROWS)


async def read_upload(
    request: web.Request, columns: Sequence[Column], refused: Kind, *, workbooks: bool = False
) -> Upload:
    """The table in the body. Raises Problem with every reason why the file cannot be read."""
    intake = Intake()
    try:
        async for chunk in stream_body(request):
            intake.add(chunk)
        return await asyncio.to_thread(Upload, intake.data(), columns, workbooks=workbooks)
    except FileRefused as wrong:
        raise Problem(
            refused,
            errors=tuple(
                FieldRefusal(
                    f"/{error.column}" if error.column else "",
                    Refusal(Kind(error.code, 422, _plain(error.en), _plain(error.zh))),
                )
                for error in wrong.errors
            ),
        ) from None


async def receive(service: Service, asked: Request, now: datetime) -> web.Response | None:
    """Remember key and content of a file; gives the answer if every row has had its outcome.

    Raises IdempotencyKeyReused for another content.
    """
    await service.pool.execute(_REMEMBER, asked.key, asked.digest, now)
    row = await service.pool.fetchrow(_RECEIVED, asked.key)
    assert row is not None
    if row["digest"] != asked.digest:
        raise IdempotencyKeyReused
    if row["answer"] is None:
        return None
    return await _answered(service, row["answer"], row["position"])


async def answer_file(
    service: Service, asked: Request, said: msgspec.Struct, topic: str
) -> web.Response:
    """The answer, kept under its key; of two at once the first stays.

    The events of a file stand in many partitions: the header names the newest of each, so that a
    read that waits for them sees every row.
    """
    heads = await service.store.heads()
    newest = sorted((at.partition, seq) for at, seq in heads.items() if at.topic == topic and seq)
    positions = [f"{topic}/{partition}/{seq}" for partition, seq in newest]
    await service.pool.execute(
        _KEEP, asked.key, msgspec.json.encode(said), ",".join(positions[:MAX_POSITIONS])
    )
    row = await service.pool.fetchrow(_RECEIVED, asked.key)
    assert row is not None
    return await _answered(service, row["answer"], row["position"])


async def _answered(service: Service, body: bytes, positions: str) -> web.Response:
    for position in filter(None, positions.split(",")):
        await service.acknowledged(Position.parse(position))
    return answer_bytes(body, headers={ANSWER_HEADER: positions} if positions else None)


def _plain(sentence: str) -> str:
    """A finished sentence, safe from being filled in a second time."""
    return sentence.replace("{", "{{").replace("}", "}}")


_REMEMBER = """
INSERT INTO files_received (key, digest, received_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
_RECEIVED = "SELECT digest, answer, position FROM files_received WHERE key = $1"
_KEEP = "UPDATE files_received SET answer = $2, position = $3 WHERE key = $1 AND answer IS NULL"
