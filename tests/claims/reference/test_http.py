"""Reference data over HTTP: brought by one person, in force by another, read by the day."""

import hashlib
from datetime import date

import pytest

from services.claims.reference.decide import REFERENCE, stream_of
from shared.events.references import ReferenceImported
from shared.http.files import XLSX
from shared.http.identity import Role
from shared.policy.formats import formats
from shared.policy.layers import TableRow
from shared.store.commands import By, Decision
from shared.tables.reference import snapshot_of
from tests.claims.reference.desk import Desk
from tests.installation import Running
from tests.tables.workbooks import Value, workbook

HEADER = "area,amount_yuan,valid_from,valid_to\n"


@pytest.fixture
def desk(claims: Running) -> Desk:
    return Desk(claims)


async def test_a_file_counts_once_another_person_says_so_and_keeps_the_days_before(
    desk: Desk,
) -> None:
    old = f"{HEADER}211400,1480.00,2018-01-01,\n211402,1500.00,2018-01-01,\n".encode()
    new = f"{HEADER}211400,1610.00,2019-11-01,\n".encode()
    brought = await desk.bring("minimum_wage", old, "&valid_from=2018-01-01")
    proposal = brought.body["proposal"]
    nothing = await desk.wages("minimum_wage", "2018-06-01")
    double = await desk.bring("minimum_wage", old, "&valid_from=2018-01-01")
    alone = await desk.confirm("minimum_wage", proposal, by=desk.clerk)
    confirmed = await desk.confirm("minimum_wage", proposal)
    sha256 = await desk.in_force("minimum_wage", new, "&valid_from=2019-11-01")

    assert (nothing, double.body["outcome"], double.body["proposal"]) == ([], "already", proposal)
    assert alone.codes == ["ROLE_REFUSED"]
    assert confirmed.status == 200
    assert await desk.wages("minimum_wage", "2019-10-31") == [
        ("211400", "148000"), ("211402", "150000"),
    ]  # fmt: skip
    assert await desk.wages("minimum_wage", "2019-11-01") == [("211400", "161000")]
    assert await desk.wages("minimum_wage", "2017-12-31") == []
    [shown] = [
        table
        for table in (await desk.clerk.get("/references")).body["tables"]
        if table["table"] == "minimum_wage"
    ]
    assert [one["sha256"] for one in shown["imports"]] == [brought.body["sha256"], sha256]
    assert [one["confirmed_by"] for one in shown["imports"]] == ["approver-7", "approver-7"]


async def test_who_brought_a_file_does_not_confirm_it(claims: Running, desk: Desk) -> None:
    both = claims.person("clerk-8", Role.CLERK, Role.APPROVER)
    data = f"{HEADER}211400,12.50,2018-01-01,\n".encode()
    brought = await desk.bring("minimum_living", data, "&valid_from=2018-01-01", by=both)
    refused = await desk.confirm("minimum_living", brought.body["proposal"], by=both)
    path = f"/references/minimum_living/{brought.body['proposal']}/decline"
    declined = await both.post(path, {"reason": "wrong year"}, key="decline-1")
    late = await desk.confirm("minimum_living", brought.body["proposal"])

    assert refused.codes == ["SAME_PERSON_TWICE"]
    assert declined.body["event"] == "ReferenceDeclined"
    assert late.codes == ["IMPORT_UNKNOWN"]


async def test_a_wrong_row_is_named_and_nothing_of_the_file_is_taken(
    claims: Running, desk: Desk
) -> None:
    before = await claims.event_count()
    data = f"{HEADER}211400,300,2018-01-01,\n370100,12.345,2018-01-01,\n".encode()
    refused = await desk.bring("student_grant", data, "&valid_from=2018-01-01")

    assert (refused.body["outcome"], refused.body["rows"], refused.body["wrong"]) == (
        "refused", 2, 2,
    )  # fmt: skip
    assert [(e["row"], e["column"], e["code"]) for e in refused.body["errors"]] == [
        (3, "amount_yuan", "AMOUNT_NOT_YUAN"),
        (3, "area", "AREA_NOT_OWN"),
    ]
    assert await claims.event_count() == before


async def test_a_workbook_is_kept_as_it_came_and_its_rows_by_their_own_hash(
    claims: Running, desk: Desk
) -> None:
    rows: list[list[Value]] = [
        ["行政区划代码", "职业代码", "技能等级", "收费标准", "生效日期"],
        ["211400", "6-31-01-03", "四级", 300, "2018-01-01"],
    ]
    data = workbook(rows)
    brought = await desk.bring("appraisal_fee", data, "&mode=add", type_=XLSX)
    await desk.confirm("appraisal_fee", brought.body["proposal"])
    again = await desk.bring("appraisal_fee", data, "&mode=add", type_=XLSX)
    sha256 = hashlib.sha256(data).hexdigest()
    path = f"{claims.url}/references/appraisal_fee/files/{sha256}"
    said = {"Authorization": f"Bearer {desk.clerk.token}"}
    async with claims.session.get(path, headers=said) as given:
        kept = await given.read()

    assert (brought.body["encoding"], brought.body["sha256"]) == ("xlsx", sha256)
    assert again.body["outcome"] == "already"
    assert kept == data
    assert (await desk.clerk.get("/references/appraisal_fee/files/abc")).status == 404


async def test_two_files_that_meet_are_not_both_put_in_force(desk: Desk) -> None:
    first, second = (f"{HEADER}211403,{n},2018-01-01,\n".encode() for n in (10, 11))
    one = await desk.bring("minimum_living", first, "&mode=add")
    two = await desk.bring("minimum_living", second, "&mode=add")
    confirmed = await desk.confirm("minimum_living", one.body["proposal"])
    refused = await desk.confirm("minimum_living", two.body["proposal"])
    third = await desk.bring("minimum_living", second.replace(b"11,", b"11.0,"), "&mode=add")

    assert confirmed.status == 200
    assert refused.codes == ["IMPORT_OVERLAPS"]
    assert [error["code"] for error in third.body["errors"]] == ["OVERLAPS_IN_FORCE"]


async def test_a_file_is_for_the_own_places_names_its_day_and_a_known_table(
    claims: Running, desk: Desk
) -> None:
    elsewhere = claims.person("clerk-9", Role.CLERK, at="370100")
    data = f"{HEADER}211400,300,2018-01-01,\n".encode()

    assert (await desk.bring("student_grant", data, "", by=elsewhere)).codes == [
        "JURISDICTION_REFUSED"
    ]
    assert (await desk.bring("student_grant", data, "")).codes == ["IMPORT_DAY_NEEDED"]
    assert (await desk.bring("wages", data, "&mode=add")).codes == ["RESOURCE_UNKNOWN"]
    assert (await desk.bring("student_grant", b"PK\x03\x04", "&mode=add")).codes == [
        "FILE_REFUSED", "WORKBOOK",
    ]  # fmt: skip


async def test_rows_that_a_recovered_database_lacks_are_told_and_the_same_file_puts_them_back(
    claims: Running, desk: Desk
) -> None:
    data, day = b"area,occupation,valid_from\n211400,6-31-01-03,2018-01-01\n", date(2018, 1, 1)
    table = formats()["training_needs"]
    row = TableRow("211400", ("6-31-01-03", None), day)
    imported = ReferenceImported(
        reference="CATALOG", snapshot_sha256=hashlib.sha256(data).hexdigest(), rows=1,
        valid_from=day, source="UPLOAD", received_at=claims.service.clock.now(), table=table.id,
        rows_sha256=snapshot_of(table, [row])[1], replaces=True,
    )  # fmt: skip
    by = By(actor="approver-7", jurisdiction="211400", correlation_id="recovered")
    unit = claims.service.ledger.unit(
        REFERENCE, stream_of(table.id), 0, Decision([imported]), by
    )  # fmt: skip
    await claims.service.store.append(unit)
    path = "/references/training_needs?on=2018-01-01"
    lost = await desk.clerk.get(path)
    again = await desk.bring("training_needs", data, "&valid_from=2018-01-01")

    assert lost.codes == ["REFERENCE_MISSING"]
    assert again.body["outcome"] == "already"
    assert await desk.wages("training_needs", "2018-01-01") == [("211400", "6-31-01-03")]
