"""Each bad input has a code of its own and a sentence in both languages, and is not repeated."""

import asyncio
import io
from typing import Any

import orjson
import pytest

from tests.http.conftest import Site
from tests.http.sample import GOOD

REFUSED_FIELDS = [
    ("person_number", 999999198001010011, "STRING_EXPECTED"),
    ("person_number", "999999800101001", "RESIDENT_NUMBER_OLD"),
    ("person_number", "999999198001010012", "RESIDENT_NUMBER_CHECK"),
    ("person_number", "999999198013010011", "RESIDENT_NUMBER_INVALID"),
    ("person_number", "９９９９９９198001010011", "IDENTIFIER_NOT_PLAIN"),
    ("person_number", "", "RESIDENT_NUMBER_INVALID"),
    ("certificate", "CERT-１", "IDENTIFIER_NOT_PLAIN"),
    ("certificate", "A" * 41, "STRING_TOO_LONG"),
    ("certificate", "", "STRING_TOO_SHORT"),
    ("certificate", "A\u200bB", "STRING_CONTROL"),
    ("certificate", "A\x00B", "STRING_CONTROL"),
    ("certificate", " A", "STRING_EDGES"),
    ("certificate", "A B", "STRING_PATTERN"),
    ("certificate", None, "FIELD_NULL"),
    ("certificate", ["A"], "STRING_EXPECTED"),
    ("level", "L9", "CHOICE_UNKNOWN"),
    ("level", {}, "CHOICE_UNKNOWN"),
    ("passed_on", "2026-02-30", "DATE_INVALID"),
    ("passed_on", "2026-1-3", "DATE_INVALID"),
    ("passed_on", "20260131", "DATE_INVALID"),
    ("passed_on", "２０２６-01-31", "DATE_INVALID"),
    ("passed_on", "2026-01-31T00:00:00Z", "DATE_INVALID"),
    ("passed_on", "0001-01-01", "DATE_INVALID"),
    ("passed_on", 20260131, "DATE_INVALID"),
    ("occurred_at", "2026-01-31T08:00:00", "TIME_WITHOUT_ZONE"),
    ("occurred_at", "2026-01-31", "TIME_INVALID"),
    ("occurred_at", "2026-01-31T25:00:00Z", "TIME_INVALID"),
    ("occurred_at", "2026-01-31T08:00:60Z", "TIME_INVALID"),
    ("occurred_at", "0001-01-01T00:00:00+14:00", "TIME_INVALID"),
    ("occurred_at", "2026-01-31T08:00:00+99:00", "TIME_INVALID"),
    ("occurred_at", 1767225600, "TIME_INVALID"),
    ("amount_fen", 0, "AMOUNT_ZERO"),
    ("amount_fen", -1, "AMOUNT_NEGATIVE"),
    ("amount_fen", 10**13 + 1, "AMOUNT_TOO_LARGE"),
    ("amount_fen", 10**30, "AMOUNT_TOO_LARGE"),
    ("amount_fen", 12.7, "AMOUNT_NOT_FEN"),
    ("amount_fen", 12.0, "AMOUNT_NOT_FEN"),
    ("amount_fen", True, "AMOUNT_NOT_FEN"),
    ("amount_fen", "12", "AMOUNT_NOT_FEN"),
    ("amount_fen", "１２", "AMOUNT_NOT_FEN"),
    ("fee_fen", "１２.00", "AMOUNT_NOT_YUAN"),
    ("fee_fen", "1.239", "AMOUNT_NOT_YUAN"),
    ("fee_fen", "1e3", "AMOUNT_NOT_YUAN"),
    ("fee_fen", "-1.00", "AMOUNT_NEGATIVE"),
    ("fee_fen", 1.1, "AMOUNT_NOT_YUAN"),
    ("fee_fen", "9" * 20, "AMOUNT_TOO_LARGE"),
    ("ratio_bp", 10_001, "INTEGER_TOO_LARGE"),
    ("ratio_bp", -1, "INTEGER_TOO_SMALL"),
    ("ratio_bp", 50.0, "INTEGER_EXPECTED"),
    ("ratio_bp", 10**40, "INTEGER_TOO_LARGE"),
    ("agreed", "yes", "BOOLEAN_EXPECTED"),
    ("agreed", 1, "BOOLEAN_EXPECTED"),
    ("payees", {}, "LIST_EXPECTED"),
    ("payees", [{"name": "a", "amount_fen": 1}] * 4, "LIST_TOO_LONG"),
]


def _errors(document: Any) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in document["errors"]]


async def _post(site: Site, body: bytes, **headers: str) -> tuple[int, Any, Any]:
    return await site.ask("POST", "/claims", data=body, headers=site.headers(**headers))


@pytest.mark.parametrize(("name", "value", "code"), REFUSED_FIELDS)
async def test_a_bad_value_is_refused_with_its_code(
    site: Site, name: str, value: Any, code: str
) -> None:
    body = orjson.dumps({**GOOD, name: None}).replace(
        b'"%s":null' % name.encode(), b'"%s":%s' % (name.encode(), _json(value))
    )

    status, document, headers = await _post(site, body)

    assert (status, document["code"]) == (422, "INPUT_REFUSED")
    assert _errors(document) == [(f"/{name}", code)]
    assert headers["Content-Type"] == "application/problem+json"
    for sentence in (document["errors"][0], document):
        assert sentence["detail"].isascii()
        assert not sentence["detail_zh"].isascii()


def _json(value: Any) -> bytes:
    huge = isinstance(value, int) and abs(value) >= 2**63
    return str(value).encode() if huge else orjson.dumps(value)


BODIES = [
    (b"{", {}, 400, "BODY_NOT_JSON"),
    (b"", {}, 400, "BODY_NOT_JSON"),
    (b"\xff\xfe", {}, 400, "BODY_NOT_JSON"),
    (b"\xef\xbb\xbf{}", {}, 400, "BODY_NOT_JSON"),
    (b'{"amount_fen":NaN}', {}, 400, "BODY_NOT_JSON"),
    (b"[" * 60_000, {}, 400, "BODY_TOO_DEEP"),
    (b"x" * 65_537, {}, 413, "BODY_TOO_LARGE"),
    (b"x" * 10_000_000, {}, 413, "BODY_TOO_LARGE"),
    (b"{}", {"Content-Type": "text/plain"}, 415, "CONTENT_TYPE_WRONG"),
    (b"{}", {"Content-Type": "application/json; charset=gbk"}, 415, "CONTENT_TYPE_WRONG"),
    (b"{}", {"Idempotency-Key": "a b"}, 400, "IDEMPOTENCY_KEY_INVALID"),
    (b"{}", {"Idempotency-Key": ""}, 400, "IDEMPOTENCY_KEY_INVALID"),
    (b"{}", {"Idempotency-Key": "k" * 129}, 400, "IDEMPOTENCY_KEY_INVALID"),
    (b"{}", {"Idempotency-Key": "é"}, 400, "IDEMPOTENCY_KEY_INVALID"),
]


@pytest.mark.parametrize(("body", "headers", "status", "code"), BODIES)
async def test_a_body_that_cannot_be_read_is_refused_with_its_code(
    site: Site, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    got, document, _ = await site.ask(
        "POST", "/claims", data=io.BytesIO(body), headers=site.headers(**headers)
    )

    assert (got, document["code"], document["status"]) == (status, code, status)
    assert document["type"] == f"urn:claims-ledger:problem:{code}"


async def test_a_compressed_body_is_refused(site: Site) -> None:
    status, document, _ = await site.ask(
        "POST", "/claims", data=orjson.dumps(GOOD), headers=site.headers(), compress="gzip"
    )

    assert (status, document["code"]) == (415, "CONTENT_ENCODING_WRONG")


async def test_a_large_body_without_a_length_is_refused_while_it_arrives(site: Site) -> None:
    async def chunks() -> Any:
        for _ in range(20):
            yield b"x" * 10_000

    status, document, _ = await site.ask("POST", "/claims", data=chunks(), headers=site.headers())

    assert (status, document["code"]) == (413, "BODY_TOO_LARGE")


async def test_a_command_without_an_idempotency_key_is_refused(site: Site) -> None:
    headers = site.headers()
    del headers["Idempotency-Key"]

    status, document, _ = await site.ask("POST", "/claims", data=b"{}", headers=headers)

    assert (status, document["code"]) == (428, "IDEMPOTENCY_KEY_MISSING")


async def test_missing_unknown_and_nested_fields_are_all_named_at_once(site: Site) -> None:
    wrong = {**GOOD, "extra": 1, "payees": [{"name": "a", "amount_fen": 1}, {"name": 5}, 7]}
    del wrong["level"]

    _, document, _ = await _post(site, orjson.dumps(wrong))

    assert sorted(_errors(document)) == [
        ("/extra", "FIELD_UNKNOWN"),
        ("/level", "FIELD_REQUIRED"),
        ("/payees/1/amount_fen", "FIELD_REQUIRED"),
        ("/payees/1/name", "STRING_EXPECTED"),
        ("/payees/2", "OBJECT_EXPECTED"),
    ]


async def test_a_body_that_is_no_object_is_refused(site: Site) -> None:
    _, document, _ = await _post(site, b"[]")

    assert _errors(document) == [("", "OBJECT_EXPECTED")]


async def test_at_most_fifty_refusals_are_listed(site: Site) -> None:
    _, document, _ = await _post(site, orjson.dumps({f"x{n}": 1 for n in range(1000)}))

    assert len(document["errors"]) == 50


@pytest.mark.parametrize("planted", ["999999199002150029", "6222020200112233445"])
async def test_what_was_sent_is_never_sent_back(site: Site, planted: str) -> None:
    for body in (
        orjson.dumps({**GOOD, "certificate": f"{planted} x"}),
        orjson.dumps({**GOOD, planted: "x"}),
        orjson.dumps({**GOOD, "payees": [{planted: planted}]}),
        planted.encode(),
        planted.encode() + b"{",
    ):
        status, document, headers = await _post(site, body)

        assert status in (400, 422)
        assert planted not in orjson.dumps(document).decode() + str(headers)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "PATH_UNKNOWN"),
        ("GET", "/claims/a%20b", 404, "PATH_UNKNOWN"),
        ("GET", f"/claims/{'a' * 121}", 404, "PATH_UNKNOWN"),
        ("PUT", "/claims", 405, "METHOD_WRONG"),
        ("GET", "/claims/claim-1?x=1", 400, "QUERY_REFUSED"),
        ("GET", "/claims?limit=1&limit=2", 400, "REQUEST_WRONG"),
        ("GET", "/claims?limit=１", 422, "INPUT_REFUSED"),
        ("GET", "/claims?limit=101", 422, "INPUT_REFUSED"),
        ("GET", "/claims", 422, "INPUT_REFUSED"),
    ],
)
async def test_a_wrong_address_is_refused(
    site: Site, method: str, path: str, status: int, code: str
) -> None:
    got, document, _ = await site.ask(method, path, headers=site.headers())

    assert (got, document["code"]) == (status, code)


async def test_a_client_that_leaves_in_the_middle_of_its_body_harms_nobody(site: Site) -> None:
    head = "\r\n".join(f"{name}: {value}" for name, value in site.headers().items())
    for framing in ("Content-Length: 500\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\nzz\r\n"):
        _, writer = await asyncio.open_connection("127.0.0.1", site.port)
        writer.write(f"POST /claims HTTP/1.1\r\nHost: x\r\n{head}\r\n{framing}".encode())
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.close()
        await writer.wait_closed()
    await asyncio.sleep(0.05)

    status, _, _ = await _post(site, orjson.dumps(GOOD))

    assert (status, site.failures) == (201, [])
