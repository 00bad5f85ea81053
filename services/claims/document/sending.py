"""A paper on its way out: opened chunk by chunk, the last one only when the whole is proved."""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

import structlog
from aiohttp import web

from services.claims.document import problems
from services.claims.document.files import Files
from services.claims.document.media import ENDINGS
from services.claims.document.papers import Paper
from shared.http.body import STREAM_SECONDS
from shared.http.problems import Problem
from shared.vault.papers import HolderKey, PaperOpening, PaperPlace
from shared.vault.sealing import SealBroken

log = structlog.get_logger()


class Stored(NamedTuple):
    """One file, with what opens it."""

    place: PaperPlace
    paper: Paper
    opening: PaperOpening


async def stored(files: Files, place: PaperPlace, paper: Paper, key: HolderKey) -> Stored:
    """Raises Problem for a file that is not here, or is not the one of the event."""
    header = await files.header(place.document)
    if header is None:
        raise Problem(problems.DOCUMENT_LOST)
    try:
        opening = PaperOpening(place, paper.attached.paper.commitment, header, key)
    except SealBroken:
        raise _broken(place) from None
    return Stored(place, paper, opening)


async def send(
    request: web.Request, files: Files, what: Stored, headers: Mapping[str, str]
) -> web.StreamResponse:
    """The content. A file that proves broken on the way is cut off before its last chunk, so that
    nobody takes it for whole. Raises Problem while nothing was sent.
    """
    content = await _chunk(files, what, 0)
    response = web.StreamResponse(headers={**headers_of(what), **headers})
    response.content_length = what.opening.size_bytes
    try:
        async with asyncio.timeout(STREAM_SECONDS):
            await response.prepare(request)
            await response.write(content)
            for no in range(1, what.opening.chunks):
                await response.write(await _chunk(files, what, no))
            await response.write_eof()
    except (Problem, TimeoutError):
        if request.transport is not None:
            request.transport.abort()
    return response


def headers_of(what: Stored) -> dict[str, str]:
    """Saved, never shown: nothing that somebody brought may run in a reader's page."""
    attached = what.paper.attached
    name = f"{attached.document}.{ENDINGS[attached.media_type]}"
    return {
        "Content-Type": attached.media_type,
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }


async def _chunk(files: Files, what: Stored, no: int) -> bytes:
    try:
        return what.opening.open(no, await files.chunk(what.place.document, no))
    except SealBroken:
        raise _broken(what.place) from None


def _broken(place: PaperPlace) -> Problem:
    log.error("document_broken", stream=place.stream, document=place.document)
    return Problem(problems.DOCUMENT_BROKEN)
