"""Uploads of tables: read whole, bounded, one answer per Idempotency-Key and content."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from aiohttp import web

from shared.http.body import stream_body
from shared.http.problems import FieldRefusal, Kind, Problem, Refusal
from shared.service import Service
from shared.store.commands import IdempotencyKeyReused, Request
from shared.tables.columns import Column
from shared.tables.problems import FileRefused
from shared.tables.reader import Intake, Upload

CSV = ("text/csv",)
FILE_LIMIT = 32 * 1024 * 1024


async def read_upload(request: web.Request, columns: Sequence[Column], refused: Kind) -> Upload:
    """The table in the body. Raises Problem with every reason why the file cannot be read."""
    intake = Intake()
    try:
        async for chunk in stream_body(request):
            intake.add(chunk)
        return await asyncio.to_thread(Upload, intake.data(), columns)
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


async def receive(service: Service, asked: Request, now: datetime) -> None:
    """Remember key and content of a file. Raises IdempotencyKeyReused for another content."""
    digest = await service.pool.fetchval(
        "WITH new AS (INSERT INTO files_received (key, digest, received_at) VALUES ($1, $2, $3)"
        " ON CONFLICT DO NOTHING RETURNING digest)"
        " SELECT digest FROM new UNION ALL"
        " SELECT digest FROM files_received WHERE key = $1 LIMIT 1",
        asked.key,
        asked.digest,
        now,
    )
    if digest is not None and digest != asked.digest:
        raise IdempotencyKeyReused


def _plain(sentence: str) -> str:
    """A finished sentence, safe from being filled in a second time."""
    return sentence.replace("{", "{{").replace("}", "}}")
