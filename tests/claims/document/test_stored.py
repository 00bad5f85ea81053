"""What lies in the table: kept for ever once an event names it, collected if none does."""

import hashlib
from datetime import timedelta

import aiohttp
import asyncpg
import pytest

from services.claims.claim.decide import CLAIM
from services.claims.document.collecting import Collecting
from services.claims.document.decide import AttachDocument, attach_to_claim
from services.claims.document.files import Files
from shared.clock import SimulatedClock
from shared.events.evidence import Document
from shared.ids import new_correlation_id
from shared.store.commands import By, Request
from shared.vault.papers import CHUNK_BYTES, HEADER_BYTES, PaperPlace, PaperSealing
from tests.claims.document.files import PDF_FILE, code_of, read, scan
from tests.claims.document.steps import attached, filed
from tests.installation import Running


async def named(claims: Running, stream_id: str, document: str, commitment: str) -> None:
    """The event of a paper, whatever lies in the table."""
    paper = Document(
        kind="receipt", file=hashlib.md5(document.encode()).hexdigest(), commitment=commitment
    )
    command = AttachDocument("filer-1", document, paper, "application/pdf", 1)
    await claims.service.ledger.execute(
        CLAIM, stream_id, lambda claim, _: attach_to_claim(claim, command, stream_id),
        By(actor="filer-1", jurisdiction="211402", correlation_id=new_correlation_id()),
        Request(hashlib.sha256(document.encode()).digest(), bytes(32), lambda _: b"{}"),
    )  # fmt: skip


async def test_what_no_event_names_is_collected_after_a_day_and_the_rest_is_kept_for_ever(
    claims: Running,
) -> None:
    office, path, _ = await filed(claims, "left")
    document = (await attached(office.filer, path, PDF_FILE, "left-1")).rpartition("/")[2]
    stream_id, pool, now = path.rpartition("/")[2], claims.service.pool, claims.service.clock.now()
    ages = {"document-old": 48, "document-named": 48, "document-new": 1}
    for name, hours in ages.items():
        begun = now - timedelta(hours=hours)
        await pool.execute(_BEGUN, name, stream_id, begun, bytes(HEADER_BYTES))
    await named(claims, stream_id, "document-named", "cd" * 32)
    dropped = await Collecting(claims.service.store, SimulatedClock(now)).once()
    left = await pool.fetch(
        "SELECT document, kept FROM document_files WHERE stream_id = $1 ORDER BY document",
        stream_id,
    )

    assert dropped == 1
    assert [tuple(row) for row in left] == [
        (document, True), ("document-named", True), ("document-new", False),
    ]  # fmt: skip


async def test_a_file_that_is_not_what_its_event_commits_to_is_never_taken_for_whole(
    claims: Running,
) -> None:
    office, path, _ = await filed(claims, "bent")
    stream_id, pool, now = path.rpartition("/")[2], claims.service.pool, claims.service.clock.now()
    person = (await office.clerk.get(path)).body["content"]["person"]
    assert claims.service.vault is not None
    [key] = await claims.service.vault.open_keys([person], purpose="test", actor="tester")
    assert key is not None
    sealing = PaperSealing(PaperPlace(stream_id, "document-bent"))
    chunks = [sealing.seal(scan(CHUNK_BYTES)), sealing.seal(b"the second one")]
    sealed = sealing.done(key)
    for name, header in (("document-bent", sealed.header), ("document-other", sealed.header)):
        await pool.execute(_BEGUN, name, stream_id, now, header)
        await named(claims, stream_id, name, sealed.commitment)
    await named(claims, stream_id, "document-lost", "cd" * 32)
    for no, chunk in enumerate((chunks[0], chunks[1][::-1])):
        await Files(pool).put("document-bent", no, chunk)

    with pytest.raises(aiohttp.ClientPayloadError):
        await read(office.clerk, f"{path}/documents/document-bent")
    status, body, _ = await read(office.clerk, f"{path}/documents/document-other")
    assert (status, code_of(body)) == (500, "DOCUMENT_BROKEN")
    status, body, _ = await read(office.clerk, f"{path}/documents/document-lost")
    assert (status, code_of(body)) == (404, "DOCUMENT_LOST")
    status, body, _ = await read(office.clerk, f"{path}/documents/document-none")
    assert (status, code_of(body)) == (404, "RESOURCE_UNKNOWN")


async def test_a_kept_file_is_not_changed_or_removed_by_the_service(claims: Running) -> None:
    office, path, _ = await filed(claims, "kept")
    document = await attached(office.filer, path, PDF_FILE, "kept-1")
    pool, name = claims.service.pool, document.rpartition("/")[2]
    for wrong in (
        "DELETE FROM document_files WHERE document = $1",
        "UPDATE document_files SET header = NULL, kept = false WHERE document = $1",
        "DELETE FROM document_chunks WHERE document = $1",
        "UPDATE document_chunks SET sealed = '' WHERE document = $1",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(wrong, name)
    assert (await read(office.clerk, document))[1] == PDF_FILE


_BEGUN = """
INSERT INTO document_files (document, stream_id, begun_at, header) VALUES ($1, $2, $3, $4)
"""
