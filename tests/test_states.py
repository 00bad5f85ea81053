"""The tables in docs/states say what the code does, cell by cell, and leave no state out."""

import pytest

from tests.states import FOLDER, Table, read_cells, tables

TABLES = tables()
CELLS = [
    (table, state, command)
    for table in TABLES
    for state in table.states
    for command in table.commands
]


@pytest.mark.parametrize(
    ("table", "state", "command"), CELLS, ids=lambda part: getattr(part, "name", part)
)
def test_a_command_in_a_state_does_what_the_table_says(
    table: Table, state: str, command: str
) -> None:
    said = read_cells((FOLDER / f"{table.name}.md").read_text(encoding="utf-8"))

    assert table.cell(state, command) == said[state, command]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_shows_every_stage_and_each_cell_once(table: Table) -> None:
    shown = {table.states[state].stage for state in table.states}
    said = read_cells((FOLDER / f"{table.name}.md").read_text(encoding="utf-8"))

    assert shown == set(table.stages)
    assert set(said) == {(state, command) for _, state, command in _cells_of(table)}


def _cells_of(table: Table) -> list[tuple[Table, str, str]]:
    return [cell for cell in CELLS if cell[0] is table]
