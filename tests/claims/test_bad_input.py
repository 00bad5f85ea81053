"""Bad input, each with its own code and a sentence in zh and en: nothing written, nothing lost."""

import asyncio
import time
from typing import Any

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from shared.http.identity import Role
from shared.http.issuer import LocalIssuer
from shared.settings import Environment
from tests.claims.filing import Office, claim, resident_number, roster, roster_row
from tests.installation import AUDIENCE, ISSUER, Answer, Person, Running

FIRST = 10_000
PERSON = iter(range(FIRST, FIRST + 5000))
OTHER_CITY = "210200"


def _sentences(problem: dict[str, Any]) -> None:
    for said in (problem, *problem.get("errors", ())):
        assert said["detail"].isascii(), said
        assert said["detail_zh"], said
        assert not said["detail_zh"].isascii(), said


async def _refused(claims: Running, answer: Answer, status: int, code: str, before: int) -> None:
    assert (answer.status, answer.codes[-1]) == (status, code), answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    _sentences(answer.body)
    assert await claims.event_count() == before


def _with(path: str, value: Any) -> dict[str, Any]:
    """A lawful claim with one value replaced; `person.name` names a field of a field."""
    body = claim(FIRST - 1)
    inside, *names = [body, *path.split(".")]
    for name in names[:-1]:
        inside = inside[name]
    inside[names[-1]] = value
    return body


VALUES = [
    ("level", 4, "CHOICE_UNKNOWN"),
    ("level", "L9", "CHOICE_UNKNOWN"),
    ("kind", 7, "STRING_EXPECTED"),
    ("kind", "XX.K.unknown", "KIND_UNKNOWN"),
    ("group", "XX.G.unknown", "GROUP_UNKNOWN"),
    ("occupation", "9-99-99-99", "OCCUPATION_UNKNOWN"),
    ("person", "somebody", "OBJECT_EXPECTED"),
    ("person", None, "FIELD_NULL"),
    ("colour", "red", "FIELD_UNKNOWN"),
    ("person.nickname", "red", "FIELD_UNKNOWN"),
    ("claimed_fen", 0, "AMOUNT_ZERO"),
    ("claimed_fen", -1, "AMOUNT_NEGATIVE"),
    ("claimed_fen", 10**13 + 1, "AMOUNT_TOO_LARGE"),
    ("claimed_fen", 10**30, "AMOUNT_TOO_LARGE"),
    ("claimed_fen", 12.7, "AMOUNT_NOT_FEN"),
    ("claimed_fen", "１２", "AMOUNT_NOT_FEN"),
    ("person.id_number", "９９９９９９198001010011", "IDENTIFIER_NOT_PLAIN"),
    ("person.id_number", "999999800101001", "RESIDENT_NUMBER_OLD"),
    ("person.id_number", "999999198001010012", "RESIDENT_NUMBER_CHECK"),
    ("person.id_number", 999999198001010011, "STRING_EXPECTED"),
    ("person.name", "", "STRING_TOO_SHORT"),
    ("person.name", "甲" * 61, "STRING_TOO_LONG"),
    ("person.name", "甲\u202e乙", "STRING_CONTROL"),
    ("person.account", "6222 0011", "STRING_PATTERN"),
    ("certificate.number", "HLD２０２１", "IDENTIFIER_NOT_PLAIN"),
    ("certificate.issued_on", "2021-02-30", "DATE_INVALID"),
    ("certificate.issued_on", "2021-04-21T00:00:00", "DATE_INVALID"),
    ("training.starts_on", "20210205", "DATE_INVALID"),
    ("training.ends_on", "2020-01-01", "DATE_ORDER"),
    ("claimed_on", "2021-04-29T08:00:00", "DATE_INVALID"),
    ("jurisdiction", "2114", "STRING_PATTERN"),
]


@pytest.mark.parametrize(("path", "value", "code"), VALUES)
async def test_a_bad_value_is_refused_and_nothing_is_written(
    claims: Running, path: str, value: Any, code: str
) -> None:
    before = await claims.event_count()
    text = orjson.dumps(_with(path, None if _huge(value) else value))
    raw = text.replace(b":null", b":%d" % value) if _huge(value) else text
    answer = await Office(claims).filer.post("/claims", key="bad-value", raw=raw)

    await _refused(claims, answer, 422, code, before)
    assert answer.codes[0] == "INPUT_REFUSED"
    assert answer.body["errors"][0]["pointer"].startswith(f"/{path.partition('.')[0]}") or (
        code in ("FIELD_UNKNOWN", "DATE_ORDER")
    )


def _huge(value: Any) -> bool:
    return isinstance(value, int) and abs(value) >= 2**63


async def test_a_claim_names_a_certificate_or_a_plan(claims: Running) -> None:
    body, before = claim(next(PERSON)), await claims.event_count()
    del body["certificate"]["number"]
    answer = await Office(claims).filer.post("/claims", body, key="no-certificate")

    await _refused(claims, answer, 422, "CERTIFICATE_OR_PLAN", before)


async def test_a_city_without_a_policy_is_refused(claims: Running) -> None:
    before = await claims.event_count()
    clerk = claims.person("clerk-2", Role.CLERK, at=OTHER_CITY)
    answer = await clerk.post("/claims", _with("jurisdiction", OTHER_CITY), key="no-policy")

    await _refused(claims, answer, 422, "JURISDICTION_UNKNOWN", before)


@pytest.mark.parametrize(
    ("raw", "headers", "status", "code"),
    [
        (b"{", {}, 400, "BODY_NOT_JSON"),
        (b"x" * 10_000_000, {}, 413, "BODY_TOO_LARGE"),
        (b"[" * 2000, {}, 400, "BODY_TOO_DEEP"),
        (b"{}", {"Content-Type": "text/plain"}, 415, "CONTENT_TYPE_WRONG"),
        (b"{}", {"Content-Encoding": "gzip"}, 415, "CONTENT_ENCODING_WRONG"),
        (b"{}", {"Idempotency-Key": "a b"}, 400, "IDEMPOTENCY_KEY_INVALID"),
        (b"[]", {}, 422, "OBJECT_EXPECTED"),
    ],
)
async def test_a_bad_body_is_refused_and_nothing_is_written(
    claims: Running, raw: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    before = await claims.event_count()
    answer = await Office(claims).filer.post("/claims", key="bad-body", raw=raw, **headers)

    await _refused(claims, answer, status, code, before)


async def test_a_command_without_a_key_and_a_query_that_nobody_knows_are_refused(
    claims: Running,
) -> None:
    before, filer = await claims.event_count(), Office(claims).filer
    keyless = await filer.ask("POST", "/claims", b"{}", {"Content-Type": "application/json"})
    queried = await filer.post("/claims?force=yes", claim(next(PERSON)), key="query")
    unknown = await filer.get("/claims?colour=red")
    wide = await filer.get("/claims?limit=１０")

    await _refused(claims, keyless, 428, "IDEMPOTENCY_KEY_MISSING", before)
    await _refused(claims, queried, 400, "QUERY_REFUSED", before)
    await _refused(claims, unknown, 422, "FIELD_UNKNOWN", before)
    await _refused(claims, wide, 422, "INTEGER_EXPECTED", before)


@pytest.mark.parametrize("name", ["claim-unknown", "payout-1", "person-1"])
async def test_an_unknown_claim_is_not_found(claims: Running, name: str) -> None:
    before, office = await claims.event_count(), Office(claims)
    shown = await office.clerk.get(f"/claims/{name}")
    asked = await office.clerk.post(f"/claims/{name}/accept", {"office": "O-1"}, key="unknown")

    await _refused(claims, shown, 404, "RESOURCE_UNKNOWN", before)
    await _refused(claims, asked, 404, "RESOURCE_UNKNOWN", before)
    strange = await office.clerk.get(f"/claims/{name}%2F..")
    await _refused(claims, strange, 404, "PATH_UNKNOWN", before)


async def test_a_key_that_comes_back_with_another_body_is_refused(claims: Running) -> None:
    office = Office(claims)
    claim_id = await office.filed(claim(next(PERSON)), "reused")
    await office.accept(claim_id, "reused-2")
    before = await claims.event_count()
    other_claim = await office.filer.post("/claims", claim(next(PERSON)), key="reused")
    other_office = await office.clerk.post(
        f"/claims/{claim_id}/accept", {"office": "OFFICE-2"}, key="reused-2-a"
    )

    await _refused(claims, other_claim, 422, "IDEMPOTENCY_KEY_REUSED", before)
    await _refused(claims, other_office, 422, "IDEMPOTENCY_KEY_REUSED", before)


def _forged(claims: Running, **changes: Any) -> str:
    key = ECKey.generate_key("P-256")
    issuer = claims.issuer._key  # what a thief does not have
    said = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "thief", "roles": ["clerk"],
        "jurisdiction": "211400", "exp": int(time.time()) + 60, **changes,
    }  # fmt: skip
    return jwt.encode({"alg": "ES256", "kid": issuer.thumbprint()}, said, key)


async def test_expired_and_forged_tokens_are_refused(
    claims: Running, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before = await claims.event_count()
    stranger = LocalIssuer(
        tmp_path_factory.mktemp("stranger"), ISSUER, AUDIENCE, Environment.TEST
    ).mint("thief", [Role.CLERK], "211400")
    good = claims.issuer.mint("clerk-1", [Role.CLERK], "211400")
    head, body, signature = good.split(".")
    tokens = {
        claims.issuer.mint("clerk-1", [Role.CLERK], "211400", seconds=-1): "TOKEN_EXPIRED",
        stranger: "TOKEN_KEY_UNKNOWN",
        _forged(claims): "TOKEN_SIGNATURE_WRONG",
        f"{head}.{body}.": "TOKEN_SIGNATURE_WRONG",
        f"{head}{body}{signature}": "TOKEN_MALFORMED",
        "eyJhbGciOiJub25lIn0.e30.": "TOKEN_ALGORITHM_REFUSED",
    }
    for token, code in tokens.items():
        thief = Person(claims.url, claims.session, token)
        answer = await thief.post("/claims", claim(next(PERSON)), key="token")
        await _refused(claims, answer, 401, code, before)


async def _upload(claims: Running, table: bytes, key: str) -> Answer:
    return await Office(claims).filer.upload("/rosters", table, key=key)


def _rows(count: int) -> list[str]:
    return [roster_row(next(PERSON)) for _ in range(count)]


def _bad_row(column: int, cell: str) -> str:
    cells = roster_row(next(PERSON)).split(",")
    cells[column] = cell
    return ",".join(cells)


BAD_ROWS = [
    (2, "999999800101001", "ID_15_DIGITS"),
    (2, "999999198001010012", "ID_CHECK_DIGIT"),
    (2, "９９９９９９198001010011", "ID_FULL_WIDTH"),
    (3, "=cmd|'/c calc'!A1", "FORMULA"),
    (3, "@SUM(A1)", "FORMULA"),
    (3, '"学员\r\n甲"', "LINE_BREAK"),
    (5, "9-99-99-99", "OCCUPATION_UNKNOWN"),
    (6, "", "LEVEL_MISSING"),
    (9, "2021-04-21T00:00:00", "DATE_FORMAT"),
    (9, "2021-02-30", "DATE_INVALID"),
    (0, OTHER_CITY, "JURISDICTION_REFUSED"),
    (1, "XX.K.unknown", "KIND_UNKNOWN"),
]


async def test_bad_rows_are_told_each_with_its_code_and_the_good_ones_are_taken(
    claims: Running,
) -> None:
    rows = [row for bad in BAD_ROWS for row in (_bad_row(bad[0], bad[1]), *_rows(1))]
    before = await claims.event_count()
    answer = await _upload(claims, roster(rows), "bad-rows")
    outcomes = answer.body["outcomes"]

    assert answer.status == 200
    assert [row["outcome"] for row in outcomes] == ["refused", "submitted"] * len(BAD_ROWS)
    for row, (_, _, code) in zip(outcomes[::2], BAD_ROWS, strict=True):
        assert code in [error["code"] for error in row["errors"]], row
        assert all(error["en"] and not error["zh"].isascii() for error in row["errors"])
    assert await claims.event_count() == before + len(BAD_ROWS)


async def test_quotes_and_commas_inside_a_cell_are_part_of_the_name(claims: Running) -> None:
    row = _bad_row(3, '"学员 ""小"", 甲"')
    answer = await _upload(claims, roster([row]), "quotes")

    assert answer.body["counts"] == {"submitted": 1}


@pytest.mark.parametrize(
    ("encoding", "mark", "ends", "found"),
    [
        ("gbk", b"", "\n", "gb18030"),
        ("utf-8", b"\xef\xbb\xbf", "\n", "utf-8-sig"),
        ("utf-8", b"", "\r\n", "utf-8"),
    ],
)
async def test_gbk_a_byte_order_mark_and_crlf_are_accepted_and_told(
    claims: Running, encoding: str, mark: bytes, ends: str, found: str
) -> None:
    text = roster(_rows(2)).decode().replace("\n", ends)
    answer = await _upload(claims, mark + text.encode(encoding), f"{encoding}-{found}-{len(ends)}")

    assert answer.body["counts"] == {"submitted": 2}
    assert answer.body["encoding"] == found


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b"name,colour\nA,B\n", "UNKNOWN_COLUMN"),
        (b"\xff\xfe\x00\xd8", "ENCODING"),
        (b"PK\x03\x04 a workbook", "NOT_CSV"),
        (roster([]), "NO_ROWS"),
        (roster(['"open']), "QUOTES"),
    ],
)
async def test_a_file_that_is_no_roster_is_refused_whole(
    claims: Running, table: bytes, code: str
) -> None:
    before = await claims.event_count()
    answer = await _upload(claims, table, "bad-file")

    assert (answer.status, answer.codes[0]) == (422, "FILE_REFUSED")
    assert code in answer.codes
    for error in answer.body["errors"]:  # both name a column as the file does
        assert error["detail"] != error["detail_zh"]
    assert await claims.event_count() == before


async def test_a_roster_of_100_001_rows_is_refused_whole(claims: Running) -> None:
    before = await claims.event_count()
    answer = await _upload(claims, roster([roster_row(1)] * 100_001), "too-many")

    assert (answer.status, answer.codes) == (422, ["FILE_REFUSED", "TOO_MANY_ROWS"])
    assert await claims.event_count() == before


async def test_a_file_of_more_than_32_mib_is_refused(claims: Running) -> None:
    before = await claims.event_count()
    answer = await _upload(claims, b"x" * (32 * 1024 * 1024 + 1), "too-large")

    await _refused(claims, answer, 413, "BODY_TOO_LARGE", before)


async def test_a_roster_sent_again_is_answered_the_same_and_writes_nothing(
    claims: Running,
) -> None:
    rows = [*_rows(3), roster_row(5, level=1).replace("五级", "十级"), *_rows(1)]
    first = await _upload(claims, roster(rows), "roster-again")
    before = await claims.event_count()
    second = await _upload(claims, roster(rows), "roster-again")
    other_key = await _upload(claims, roster(rows), "roster-other-key")
    other_file = await Office(claims).filer.upload("/rosters", roster(rows[:2]), key="roster-again")

    assert (second.body, second.position) == (first.body, first.position)
    assert other_key.body["counts"]["already"] == first.body["counts"]["submitted"]
    known = [row.get("record") for row in other_key.body["outcomes"]]
    assert known == [row.get("record") for row in first.body["outcomes"]]
    assert (other_file.status, other_file.codes) == (422, ["IDEMPOTENCY_KEY_REUSED"])
    assert await claims.event_count() == before


async def test_a_roster_reordered_with_one_row_changed_files_that_row_alone(
    claims: Running,
) -> None:
    rows = _rows(6)
    await _upload(claims, roster(rows), "order-1")
    before = await claims.event_count()
    changed = [*reversed(rows[1:]), roster_row(next(PERSON))]
    answer = await _upload(claims, roster(changed), "order-2")

    assert answer.body["counts"] == {"already": 5, "submitted": 1}
    assert await claims.event_count() == before + 1


async def test_the_same_row_twice_is_one_claim_and_two_outcomes(claims: Running) -> None:
    [row] = _rows(1)
    answer = await _upload(claims, roster([row, row]), "same-row")
    first, second = answer.body["outcomes"]

    assert (first["outcome"], second["outcome"]) == ("submitted", "already")
    assert first["record"] == second["record"]


async def test_a_read_that_waits_for_a_rosters_position_sees_every_row(claims: Running) -> None:
    filer = claims.person("filer-wait", Role.INSTITUTION, org="INST-WAIT")
    answer = await filer.upload("/rosters", roster(_rows(40)), key="wait")
    listed = await filer.get("/claims?limit=200", answer.position)

    assert len(listed.body["claims"]) == 40


async def test_two_uploads_of_one_file_at_once_file_every_row_once(claims: Running) -> None:
    rows, before = _rows(20), await claims.event_count()
    answers = await asyncio.gather(
        *(_upload(claims, roster(rows), f"at-once-{n}") for n in range(2))
    )

    counts = [answer.body["counts"].get("submitted", 0) for answer in answers]
    assert sum(counts) == 20
    assert await claims.event_count() == before + 20


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"id_number": "999999198001010012"}, "RESIDENT_NUMBER_CHECK"),
        ({"keep_tombstone": "yes"}, "BOOLEAN_EXPECTED"),
        ({"ground": ""}, "STRING_TOO_SHORT"),
        ({"name": "somebody"}, "FIELD_UNKNOWN"),
    ],
)
async def test_an_erasure_with_a_bad_value_erases_nobody(
    claims: Running, said: dict[str, Any], code: str
) -> None:
    before = await claims.event_count()
    operator = claims.person("operator-1", Role.OPERATOR, at="210000")
    good = {"id_number": resident_number(1), "ground": "PIPL-47", "keep_tombstone": False}
    answer = await operator.post("/persons/erase", {**good, **said}, key="bad-erasure")

    await _refused(claims, answer, 422, code, before)


async def test_a_field_that_is_named_like_a_phone_number_is_not_repeated(claims: Running) -> None:
    body = {**claim(next(PERSON)), "19912345678": 1}
    answer = await Office(claims).filer.post("/claims", body, key="named")

    assert answer.codes == ["INPUT_REFUSED", "FIELD_UNKNOWN"]
    assert "19912345678" not in str(answer.body)
