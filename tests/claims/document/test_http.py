"""Papers over real HTTP and a real PostgreSQL: brought, read, refused, and gone with a person."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest

from services.claims.document.api import MAX_UPLOADS
from services.claims.document.media import CSV, PDF, PNG
from shared.events.documents import MAX_DOCUMENT_BYTES, DocumentAttached
from shared.events.envelope import decode
from shared.events.persons import PersonalDataRead
from shared.http.identity import Role
from shared.ids import new_correlation_id
from shared.reading import CLAIMS_READINGS, record_reading
from shared.store.commands import By
from shared.vault.papers import CHUNK_BYTES
from tests.claims.document.files import MARK, PDF_FILE, attach, code_of, read, scan
from tests.claims.document.steps import attached, filed, files, newest_reading, until_files
from tests.claims.filing import resident_number
from tests.claims.plan.office import INSTITUTION, PlanOffice, plan
from tests.installation import Person, Running

PIECE = 1024 * 1024


async def test_a_scan_comes_back_byte_for_byte_and_its_reading_is_an_event(
    claims: Running,
) -> None:
    office, path, _ = await filed(claims, "scan")
    content = scan(3 * CHUNK_BYTES + 5)
    document = await attached(office.filer, path, content, "scan-1")
    shown = (await office.clerk.get(path)).body
    status, body, headers = await read(office.clerk, document)
    reading = await newest_reading(claims)

    assert (status, body) == (200, content)
    assert headers["Content-Type"] == PDF
    name = document.rpartition("/")[2]
    assert headers["Content-Disposition"] == f'attachment; filename="{name}.pdf"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    [listed] = shown["documents"]
    assert (listed["kind"], listed["media_type"]) == ("certificate", PDF)
    assert (listed["size_bytes"], listed["attached_by"]) == (len(content), "filer-1")
    assert isinstance(reading.facts, PersonalDataRead)
    assert reading.facts.persons == (shown["content"]["person"],)
    assert (reading.facts.reader, reading.facts.subject) == ("clerk-1", path.rpartition("/")[2])
    assert reading.facts.fields == ("document", name)


async def test_neither_the_table_nor_the_event_tells_what_the_paper_says(claims: Running) -> None:
    office, path, _ = await filed(claims, "clear")
    content = scan(2 * CHUNK_BYTES)
    document = await attached(office.filer, path, content, "clear-1")
    name = document.rpartition("/")[2]
    rows = await claims.service.pool.fetch(
        "SELECT sealed FROM document_chunks WHERE document = $1 ORDER BY no", name
    )
    kept = b"".join(row["sealed"] for row in rows)
    events = await claims.service.store.load(path.rpartition("/")[2])
    facts = decode(events[-1]).facts

    assert (MARK in content, MARK in kept) == (True, False)
    assert isinstance(facts, DocumentAttached)
    assert facts.paper.stored_sha256 == hashlib.sha256(kept).hexdigest()
    plain = hashlib.sha256(content).hexdigest().encode()
    assert plain not in events[-1]


async def test_the_certificate_is_missing_until_it_is_attached(claims: Running) -> None:
    office, path, _ = await filed(claims, "missing")
    before = (await office.filer.get(path)).body["papers"]
    await attached(office.filer, path, PDF_FILE, "missing-1")
    after = (await office.filer.get(path)).body["papers"]

    assert "certificate" in before["asked"]
    assert "certificate" in before["missing"]
    assert before["papers_asked"] == len(before["asked"])
    assert "certificate" not in after["missing"]
    assert after["asked"] == before["asked"]


async def test_the_same_upload_again_is_one_event_and_one_file(claims: Running) -> None:
    office, path, _ = await filed(claims, "again")
    content = scan(CHUNK_BYTES + 1)
    before = await files(claims)
    one, two = await asyncio.gather(
        *(attach(office.filer, path, content, key="again-1") for _ in range(2))
    )
    three = await attach(office.filer, path, content, key="again-1")
    other = await attach(office.filer, path, scan(99), key="again-1")
    as_receipt = await attach(office.filer, path, content, key="again-1", kind="receipt")

    assert {each.status for each in (one, two, three)} == {201}
    assert one.body == two.body == three.body
    assert one.position == three.position
    for reused in (other, as_receipt):
        assert (reused.status, reused.codes) == (422, ["IDEMPOTENCY_KEY_REUSED"])
    assert await files(claims) == before + 1
    assert len(await claims.service.store.load(path.rpartition("/")[2])) == 2


async def test_the_same_file_under_another_key_is_there_already_and_leaves_nothing(
    claims: Running,
) -> None:
    office, path, _ = await filed(claims, "there")
    await attached(office.filer, path, PDF_FILE, "there-1")
    before = await files(claims)
    again = await attach(office.filer, path, PDF_FILE, key="there-2")

    assert (again.status, again.codes) == (409, ["DOCUMENT_ATTACHED_ALREADY"])
    assert await files(claims) == before


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"MZ\x90\x00", "application/x-msdownload", 415, "CONTENT_TYPE_WRONG"),
        (b"<html>", PDF, 415, "DOCUMENT_NOT_OF_TYPE"),
        (PDF_FILE, PNG, 415, "DOCUMENT_NOT_OF_TYPE"),
        (PDF_FILE, CSV, 415, "DOCUMENT_NOT_OF_TYPE"),
        (b"", PDF, 422, "DOCUMENT_EMPTY"),
    ],
)
async def test_a_file_of_another_type_is_refused_and_nothing_of_it_stays(
    claims: Running, content: bytes, media_type: str, status: int, code: str
) -> None:
    office, path, _ = await filed(claims, f"type-{status}-{media_type}-{len(content)}"[:60])
    before = await files(claims)
    answer = await attach(office.filer, path, content, key="type", media_type=media_type)

    assert (answer.status, answer.codes) == (status, [code])
    assert answer.body["detail"].isascii()
    assert not answer.body["detail_zh"].isascii()
    assert await files(claims) == before


async def test_a_paper_without_a_kind_is_refused_by_the_name_of_the_field(claims: Running) -> None:
    office, path, _ = await filed(claims, "kind")
    answer = await office.filer.post(
        f"{path}/documents", key="kind-1", raw=PDF_FILE, **{"Content-Type": PDF}
    )

    assert (answer.status, answer.codes[0]) == (422, "INPUT_REFUSED")
    assert [error["pointer"] for error in answer.body["errors"]] == ["/kind"]


async def _pieces(total: int) -> AsyncIterator[bytes]:
    yield PDF_FILE.ljust(PIECE)
    for _ in range(total // PIECE - 1):
        yield bytes(PIECE)
    yield b"x"


async def test_a_file_that_turns_out_too_large_is_refused_and_nothing_of_it_stays(
    claims: Running,
) -> None:
    """Sent in pieces, no length is declared: it is counted while it arrives."""
    office, path, _ = await filed(claims, "large")
    before, filer = await files(claims), office.filer
    said = {
        "Authorization": f"Bearer {filer.token}", "Content-Type": PDF, "Idempotency-Key": "large-1",
    }  # fmt: skip
    url = f"{filer.url}{path}/documents?kind=certificate"
    async with filer.session.post(url, data=_pieces(MAX_DOCUMENT_BYTES), headers=said) as given:
        status, document = given.status, await given.json(content_type=None)

    assert (status, document["code"]) == (413, "BODY_TOO_LARGE")
    assert str(MAX_DOCUMENT_BYTES) in document["detail"]
    assert await files(claims) == before


async def test_a_file_that_declares_itself_too_large_is_refused_before_it_is_stored(
    claims: Running,
) -> None:
    office, path, _ = await filed(claims, "declared")
    before = await files(claims)
    answer = await attach(office.filer, path, bytes(MAX_DOCUMENT_BYTES + 1), key="declared-1")

    assert (answer.status, answer.codes) == (413, ["BODY_TOO_LARGE"])
    assert await files(claims) == before


async def test_an_upload_that_breaks_off_leaves_nothing(claims: Running) -> None:
    office, path, _ = await filed(claims, "broken")
    before = await files(claims)
    _, writer = await asyncio.open_connection(*_address(claims.url))
    head = _head(office.filer, path, "broken-1", 2 * CHUNK_BYTES)
    writer.write(head + scan(CHUNK_BYTES + 9))
    await writer.drain()
    await until_files(claims, before + 1)
    writer.close()
    await until_files(claims, before)

    assert len(await claims.service.store.load(path.rpartition("/")[2])) == 1


async def test_sixteen_uploads_at_a_time_and_the_next_one_is_asked_to_come_back(
    claims: Running,
) -> None:
    office, path, _ = await filed(claims, "many")
    before, writers = await files(claims), []
    for number in range(MAX_UPLOADS):
        _, writer = await asyncio.open_connection(*_address(claims.url))
        writer.write(_head(office.filer, path, f"many-{number}", 100))
        writers.append(writer)
    await until_files(claims, before + MAX_UPLOADS)
    refused = await attach(office.filer, path, PDF_FILE, key="many")
    for writer in writers:
        writer.close()
    await until_files(claims, before)

    assert (refused.status, refused.codes) == (503, ["OVERLOADED"])
    assert refused.headers["Retry-After"] == "5"
    assert (await attach(office.filer, path, PDF_FILE, key="many")).status == 201


async def test_a_reading_without_persons_names_what_was_read(claims: Running) -> None:
    acting = By(actor="clerk-1", jurisdiction="211402", correlation_id=new_correlation_id())

    with pytest.raises(ValueError, match="or of a subject"):
        await record_reading(
            claims.service.ledger, CLAIMS_READINGS, acting, persons=[], purpose="document",
            fields=["document"],
        )  # fmt: skip


def _head(person: Person, path: str, key: str, length: int) -> bytes:
    """The head of an upload whose body is still to come."""
    return (
        f"POST {path}/documents?kind=certificate HTTP/1.1\r\nHost: x\r\nContent-Type: {PDF}\r\n"
        f"Authorization: Bearer {person.token}\r\nIdempotency-Key: {key}\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


def _address(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("http://").partition(":")
    return host, int(port)


async def test_nobody_brings_or_reads_papers_of_a_claim_that_is_not_theirs(
    claims: Running,
) -> None:
    office, path, _ = await filed(claims, "theirs")
    document = await attached(office.filer, path, PDF_FILE, "theirs-1")
    strangers = {
        "NOT_OWN_RECORD": claims.person("filer-2", Role.INSTITUTION, org="INST-2"),
        "JURISDICTION_REFUSED": claims.person("clerk-7", Role.CLERK, at="370100"),
        "ROLE_REFUSED": office.inspector,
    }
    person = claims.person("somebody-1", Role.CLAIMANT)
    readings = await claims.event_count()

    for code, stranger in (*strangers.items(), ("NOT_OWN_RECORD", person)):
        refused = await attach(stranger, path, PDF_FILE, key="theirs-2")
        status, body, _ = await read(stranger, document)
        assert (refused.status, refused.codes) == (403, [code])
        assert (status, code_of(body)) == (403, code)
    assert await claims.event_count() == readings
    for reader in (office.approver, claims.person("auditor-1", Role.AUDITOR)):
        assert (await read(reader, document))[:2] == (200, PDF_FILE)


async def test_no_route_lets_another_city_touch_or_see_a_paper(claims: Running) -> None:
    office, path, _ = await filed(claims, "walk-d")
    plan_path = f"/plans/{await PlanOffice(claims).filed(plan(901), 'walk-d')}"
    planner = PlanOffice(claims).filer
    papers = [
        await attached(office.filer, path, PDF_FILE, "walk-d1"),
        await attached(planner, plan_path, PDF_FILE, "walk-d2"),
    ]
    before = await claims.event_count()
    for at in ("210200", "211403"):
        clerk = claims.person("foreigner-d", Role.CLERK, at=at)
        for document in papers:
            record = document.rpartition("/documents/")[0]
            answers = [
                await attach(clerk, record, scan(99), key=f"walk-{at}"),
                await clerk.post(f"{document}/withdraw", {"reason": "x"}, key=f"walk-w-{at}"),
                await clerk.get(document),
            ]
            for answer in answers:
                assert (answer.status, answer.codes) == (403, ["JURISDICTION_REFUSED"])
    assert await claims.event_count() == before


async def test_after_an_erasure_nobody_can_read_the_paper_or_bring_another(
    claims: Running,
) -> None:
    office, path, number = await filed(claims, "gone")
    document = await attached(office.filer, path, PDF_FILE, "gone-1")
    operator = claims.person("operator-1", Role.OPERATOR, at="210000")
    said = {"id_number": resident_number(number), "ground": "PIPL-47", "keep_tombstone": False}
    erased = await operator.post("/persons/erase", said, key="gone-2")
    status, body, _ = await read(office.clerk, document)
    more = await attach(office.filer, path, scan(99), key="gone-3")

    assert erased.status == 200
    assert (status, code_of(body)) == (404, "DOCUMENT_ERASED")
    assert (more.status, more.codes) == (409, ["PERSON_ERASED"])


async def test_a_withdrawn_paper_counts_no_more_and_can_still_be_read(claims: Running) -> None:
    office, path, _ = await filed(claims, "back")
    document = await attached(office.filer, path, PDF_FILE, "back-1")
    said = {"reason": "wrong page"}
    withdrawn = await office.filer.post(f"{document}/withdraw", said, key="back-2")
    again = await office.filer.post(f"{document}/withdraw", said, key="back-3")
    shown = (await office.clerk.get(path)).body

    assert (withdrawn.status, withdrawn.body["event"]) == (200, "DocumentWithdrawn")
    assert (again.status, again.codes) == (409, ["DOCUMENT_UNKNOWN"])
    assert [paper["withdrawn"] for paper in shown["documents"]] == [True]
    assert (await read(office.clerk, document))[:2] == (200, PDF_FILE)


async def test_an_accepted_claim_takes_no_paper_and_the_file_is_not_even_read(
    claims: Running,
) -> None:
    office, path, _ = await filed(claims, "late")
    await office.accept(path.rpartition("/")[2], "late")
    before = await files(claims)
    late = await attach(office.filer, path, PDF_FILE, key="late-1")

    assert (late.status, late.codes) == (409, ["NOT_IN_THIS_STATE"])
    assert await files(claims) == before


async def test_papers_of_a_plan_are_sealed_too_and_their_reading_names_the_plan(
    claims: Running,
) -> None:
    office = PlanOffice(claims)
    path = f"/plans/{await office.filed(plan(900), 'papers-plan')}"
    content = "日期,学员甲\n2020-03-02,到\n".encode()
    answer = await attach(
        office.filer, path, content, key="plan-1", kind="attendance", media_type=CSV
    )
    document = f"{path}/documents/{answer.body['document']}"
    trainer = claims.person("trainer-1", Role.INSTITUTION, org=INSTITUTION)
    stranger = claims.person("trainer-2", Role.INSTITUTION, org="INST-9")
    shown = await office.says(path.rpartition("/")[2], answer.position)
    sealed = await claims.service.pool.fetchval(
        "SELECT sealed FROM document_chunks WHERE document = $1", answer.body["document"]
    )

    assert answer.body["plan"] == path.rpartition("/")[2]
    assert [paper["kind"] for paper in shown["documents"]] == ["attendance"]
    assert content not in sealed
    for reader in (office.clerk, trainer):
        assert (await read(reader, document))[:2] == (200, content)
    assert code_of((await read(stranger, document))[1]) == "NOT_OWN_RECORD"
    reading = (await newest_reading(claims)).facts
    assert isinstance(reading, PersonalDataRead)
    assert (reading.persons, reading.subject) == ((), path.rpartition("/")[2])
