"""A paper on its way in: checked by its first bytes, sealed and stored while it arrives."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiohttp import web

from services.claims.document import problems
from services.claims.document.files import Files
from services.claims.document.media import looks_like
from shared.events.evidence import Document
from shared.http.body import stream_body
from shared.http.problems import Problem
from shared.service import Service
from shared.vault.papers import (
    CHUNK_BYTES,
    HolderKey,
    PaperPlace,
    PaperSealing,
    PlanKey,
    SealedPaper,
)
from shared.vault.values import Kind, Value

PURPOSE = "attach"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose key a paper is sealed with; `number` is the person's, for the file's own reference."""

    key: HolderKey
    number: str | None = None

    def __repr__(self) -> str:
        return "Holder"


async def holder_of(service: Service, stream_id: str, person: str | None, actor: str) -> Holder:
    """Raises Problem for a person who was erased: nothing can be sealed for nobody."""
    assert service.vault is not None
    if person is None:
        return Holder(PlanKey(stream_id, service.vault.plan_secret(stream_id)))
    opened = await service.vault.open_numbers([person], [], purpose=PURPOSE, actor=actor)
    if person not in opened.keys:
        raise Problem(problems.PERSON_ERASED)
    return Holder(opened.keys[person], opened.persons[person])


async def receive(
    request: web.Request, files: Files, place: PaperPlace, holder: Holder
) -> SealedPaper:
    """The body, stored whole; nothing stays of one that is refused or breaks off.

    Raises Problem: 400, 408, 413, 415 or 422.
    """
    sealing = PaperSealing(place)
    async with AsyncExitStack() as undo:
        undo.push_async_callback(files.drop, place.document)
        no = 0
        async for chunk in checked_chunks(request):
            await files.put(place.document, no, sealing.seal(chunk))
            no += 1
        sealed = sealing.done(holder.key)
        await files.close(place.document, sealed.header)
        undo.pop_all()
    return sealed


async def digest_of(request: web.Request) -> str:
    """SHA-256 of a body that is not stored: the request may have been answered before."""
    digest = hashlib.sha256()
    async for chunk in checked_chunks(request):
        digest.update(chunk)
    return digest.hexdigest()


async def checked_chunks(request: web.Request) -> AsyncIterator[bytes]:
    """256 KiB each, the last one what is left. Raises Problem for an empty or disguised file."""
    buffer = bytearray()
    looked = False
    async for piece in stream_body(request):
        buffer += piece
        while len(buffer) >= CHUNK_BYTES:
            looked = looked or _look(request.content_type, buffer)
            yield bytes(buffer[:CHUNK_BYTES])
            del buffer[:CHUNK_BYTES]
    if not looked:
        _look(request.content_type, buffer)
    if buffer:
        yield bytes(buffer)


async def paper_of(
    service: Service, sealed: SealedPaper, kind: str, holder: Holder, actor: str
) -> Document:
    """What the event says; the same content has the same `file`, wherever it is brought again."""
    assert service.vault is not None
    value = Value(kind=Kind.FILE, text=sealed.sha256, owner=holder.number)
    [reference] = await service.vault.refer([value], actor=actor)
    return Document(
        kind=kind,
        file=reference,
        commitment=sealed.commitment,
        stored_sha256=sealed.stored_sha256,
    )


def _look(media_type: str, head: bytearray) -> bool:
    if not head:
        raise Problem(problems.DOCUMENT_EMPTY)
    if not looks_like(media_type, bytes(head[:4096])):
        raise Problem(problems.DOCUMENT_NOT_OF_TYPE, media_type=media_type)
    return True
