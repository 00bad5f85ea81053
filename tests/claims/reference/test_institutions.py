"""The register of institutions: what a new import says of each that was not said before."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.claims.reference.institutions import MAX_TOLD, TABLE, news, stream_of
from services.claims.reference.refusals import TooManyInstitutions
from shared.events.envelope import decode
from shared.events.references import InstitutionRegistered
from shared.http.identity import Role
from shared.policy.formats import Cell, formats
from shared.policy.layers import Layer, TableRow, standing
from shared.store.store import Asked
from tests.claims.reference.desk import Desk
from tests.claims.reference.register import DAYS, line, register
from tests.installation import Running

FILE = "ab" * 32
JAN, JULY, NEXT = date(2020, 1, 1), date(2020, 7, 1), date(2021, 1, 1)
DAY = timedelta(days=1)
COLUMNS = [column.id for column in formats()[TABLE].columns]


def row(
    institution: str, status: str = "active", first: date = JAN, last: date | None = None,
    **more: Cell,
) -> TableRow:  # fmt: skip
    cells: dict[str, Cell] = {"institution": institution, "status": status, **more}
    return TableRow("211400", tuple(cells.get(name) for name in COLUMNS), first, last)


def layer(first: date, *rows: TableRow, replaces: bool = True) -> Layer:
    return Layer(
        table=TABLE, reference="", jurisdiction="211400", valid_from=first, replaces=replaces,
        rows=rows,
    )  # fmt: skip


def told(
    layers: Sequence[Layer], new: Layer
) -> list[tuple[str, str, date, date | None, bool, bool]]:
    return [
        (one.institution, one.status, one.valid_from, one.valid_to, one.barred, one.unlisted)
        for events in news(layers, new, FILE).values()
        for one in events
    ]


def test_the_first_import_tells_of_each_institution_with_its_licences_and_agreement() -> None:
    agreed = row(
        "INST-1", county="211402", credit_class="A", licensed_occupations=("4-10-01-06",),
        agreement="AG-1", agreement_from="2020-03-01", barred=False,
    )  # fmt: skip
    found = news([], layer(JAN, agreed, row("INST-2", "suspended")), FILE)
    [one], [two] = found[stream_of("211400", "INST-1")], found[stream_of("211400", "INST-2")]

    assert (one.county, one.credit_class, one.agreement) == ("211402", "A", "AG-1")
    assert (one.agreement_from, one.agreement_to) == (date(2020, 3, 1), None)
    assert [(licence.occupation, licence.valid_from) for licence in one.licences] == [
        ("4-10-01-06", JAN)
    ]
    assert (one.roles, one.area, one.snapshot_sha256) == (("training",), "211400", FILE)
    assert (two.status, two.county, two.valid_from, two.valid_to) == (
        "suspended", "211400", JAN, None,
    )  # fmt: skip


def test_an_institution_whose_row_stays_the_same_is_not_told_again() -> None:
    first = layer(JAN, row("INST-1"), row("INST-2"))
    again = layer(NEXT, row("INST-1", first=NEXT), row("INST-2", "suspended", NEXT))

    assert told([first], again) == [("INST-2", "suspended", NEXT, None, False, False)]


def test_an_exit_a_ban_and_a_row_that_is_gone_are_told_with_their_days() -> None:
    first = layer(JAN, *(row(f"INST-{n}") for n in range(4)))
    new = layer(
        JULY, row("INST-0", first=JULY), row("INST-1", "exited", NEXT),
        row("INST-1", first=JULY, last=NEXT - DAY),
        row("INST-2", first=JULY, last=NEXT - DAY, barred=True),
    )  # fmt: skip

    assert told([first], new) == [
        ("INST-1", "exited", NEXT, None, False, False),
        ("INST-2", "active", JULY, NEXT - DAY, True, False),
        ("INST-2", "active", NEXT, None, False, True),
        ("INST-3", "active", JULY, None, False, True),
    ]


FEW_DAYS = st.integers(0, 6).map(lambda n: JAN + DAY * n)
ROWS = st.builds(
    lambda name, status, first, more: row(name, status, first, first + DAY * more),
    st.sampled_from(["INST-1", "INST-2"]), st.sampled_from(["active", "exited"]), FEW_DAYS,
    st.integers(0, 4),
)  # fmt: skip


@given(st.lists(st.tuples(FEW_DAYS, st.lists(ROWS, max_size=2), st.booleans()), max_size=4))
def test_what_was_told_adds_up_to_what_the_table_says_of_every_day(
    imports: list[tuple[date, list[TableRow], bool]],
) -> None:
    layers: list[Layer] = []
    heard: dict[tuple[str, date], InstitutionRegistered] = {}
    days = [JAN + DAY * n for n in range(14)]
    for first, rows, replaces in imports:
        new = layer(first, *{r.cells[0]: r for r in rows}.values(), replaces=replaces)
        if any(_meets(layers, new, day) for day in days):
            continue
        for events in news(layers, new, FILE).values():
            for one in events:
                last = one.valid_to or days[-1]
                heard |= {(one.institution, d): one for d in days if one.valid_from <= d <= last}
        layers.append(new)
    said = {
        (r.row.cells[0], day): r.row.cells[COLUMNS.index("status")]
        for r in standing(layers)
        for day in days
        if r.first <= day <= r.last
    }
    listed = {key: one.status for key, one in heard.items() if not one.unlisted}

    assert listed == said


def _meets(layers: Sequence[Layer], new: Layer, day: date) -> bool:
    """Two rows of one institution on one day: such an import is refused before."""
    named = [r.row.cells[0] for r in standing([*layers, new]) if r.first <= day <= r.last]
    return len(named) != len(set(named))


def test_more_than_one_commit_takes_is_refused() -> None:
    rows = [row(f"INST-{n}") for n in range(MAX_TOLD + 1)]

    assert len(news([], layer(JAN, *rows[:MAX_TOLD]), FILE)) == MAX_TOLD
    with pytest.raises(TooManyInstitutions):
        news([], layer(JAN, *rows), FILE)


async def told_by(claims: Running, institution: str) -> list[InstitutionRegistered]:
    stream = stream_of("211400", institution)
    bodies = (await claims.service.store.read(Asked((stream,)))).bodies.get(stream, ())
    found = [decode(body) for body in bodies]
    assert all(event.causation_id for event in found)
    facts = [event.facts for event in found]
    return [one for one in facts if isinstance(one, InstitutionRegistered)]


async def test_a_confirmed_import_tells_of_the_institutions_in_the_same_commit(
    claims: Running,
) -> None:
    desk = Desk(claims)
    data = register(line("TOLD-1"), line("TOLD-2"))
    brought = await desk.bring(TABLE, data, DAYS)
    path = f"/references/{TABLE}/{brought.body['proposal']}/confirm"
    both = await desk.clerk.post(path, key="told-0")
    nothing = await told_by(claims, "TOLD-1")
    before = await claims.event_count()
    done = await desk.approver.post(path, key="told-1")
    after = await claims.event_count()
    again = await desk.approver.post(path, key="told-1")
    late = await desk.approver.post(path, key="told-2")

    assert (both.status, nothing) == (403, [])
    assert done.body == {"table": TABLE, "event": "ReferenceImported"}
    assert (again.body, late.codes) == (done.body, ["IMPORT_UNKNOWN"])
    assert after - before == 3
    assert await claims.event_count() == after
    [one] = await told_by(claims, "TOLD-1")
    assert (one.status, one.county, one.barred) == ("active", "211402", False)


async def test_who_brought_the_register_does_not_put_it_in_force(claims: Running) -> None:
    desk = Desk(claims)
    brought = await desk.bring(TABLE, register(line("TOLD-3")), DAYS)
    path = f"/references/{TABLE}/{brought.body['proposal']}/confirm"
    elsewhere = claims.person("approver-8", Role.APPROVER, at="370100")
    both = claims.person("clerk-7", Role.APPROVER)

    assert (await elsewhere.post(path, key="told-3")).codes == ["JURISDICTION_REFUSED"]
    assert (await both.post(path, key="told-4")).codes == ["SAME_PERSON_TWICE"]
    assert await told_by(claims, "TOLD-3") == []
