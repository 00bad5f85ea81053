"""Looking up by index says what reading every row of every import says."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.policy.formats import formats
from shared.policy.layers import Layer, TableRow, overlapping, standing
from shared.policy.lookup import look_up, tables_of
from tests.policy.builders import claim
from tests.policy.test_lookup import AREAS, asked

TABLE, FIRST = formats()["appraisal_fee"], date(2020, 1, 1)
days = st.integers(0, 12).map(lambda n: FIRST + timedelta(days=n))
rows = st.builds(
    TableRow,
    st.sampled_from(AREAS),
    st.tuples(
        st.sampled_from([None, "6-31-01-03", "4-10-01-06"]),
        st.sampled_from([None, "L5", "L4"]),
        st.integers(1, 99),
    ),
    days,
    st.none() | days,
)
imports = st.tuples(
    st.sampled_from(AREAS), days, st.none() | days, st.booleans(), st.lists(rows, max_size=6)
)


@st.composite
def layers(draw: st.DrawFn) -> list[Layer]:
    """Imports in their order; rows that would be refused are left out."""
    made: list[Layer] = []
    for number, (place, since, until, replaces, some) in enumerate(
        draw(st.lists(imports, max_size=4))
    ):
        empty = Layer(
            table=TABLE.id, reference=f"import-{number}", jurisdiction=place, valid_from=since,
            valid_to=until, replaces=replaces, rows=(),
        )  # fmt: skip
        kept: list[TableRow] = []
        for row in some:
            met = overlapping(TABLE, [*kept, row], standing(made), empty)
            if not met and row.valid_from >= since:
                kept.append(row)
        made.append(
            Layer(
                table=TABLE.id,
                reference=empty.reference,
                jurisdiction=place,
                valid_from=since,
                valid_to=until,
                replaces=replaces,
                rows=tuple(kept),
            )
        )
    return made


def by_reading_all(made: list[Layer], occupation: str, level: str, day: date) -> object:
    fits = [
        row
        for row in standing(made)
        if row.row.area in AREAS
        and row.first <= day <= row.last
        and row.row.cells[0] in (None, occupation)
        and row.row.cells[1] in (None, level)
    ]
    ranked = sorted(
        fits,
        key=lambda row: (
            AREAS.index(row.row.area),
            -sum(cell is not None for cell in row.row.cells[:2]),
            row.row.cells[0] is None,
        ),
    )
    return (ranked[0].row.cells[2], ranked[0].reference) if ranked else None


@given(layers(), st.sampled_from(["6-31-01-03", "4-10-01-06", "6-18-01-01"]),
       st.sampled_from(["L5", "L4", "L3"]), days)  # fmt: skip
def test_the_index_finds_the_row_that_reading_all_of_them_finds(
    made: list[Layer], occupation: str, level: str, day: date
) -> None:
    case = claim(occupation=occupation, level=level, training_from=day)
    found = look_up(asked("appraisal_fee", "occupation", "level"), case, tables_of(made), AREAS)

    said = None if found is None else (found.value, found.reference)
    assert said == by_reading_all(made, occupation, level, day)
