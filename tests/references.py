"""The page on reference data, from the formats: `python -m tests.references [folder]`."""

import sys
from collections.abc import Iterator
from pathlib import Path

from services.claims.reference.institutions import MAX_TOLD
from shared.policy.formats import AREA, FIRST_DAY, LAST_DAY, AnswerFormat, TableFormat, formats
from shared.tables.problems import MAX_ROWS
from shared.tables.reference import MAX_FILE_BYTES, columns_of

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "policy"
NAME = "references.md"
TYPES = {
    "area": "6-digit code of the place (GB/T 2260)",
    "code": "letters, digits and `. _ -`",
    "codes": "codes separated by `;`",
    "organisation": "unified social credit code, or a code of the bureau's own",
    "level": "五级 … 一级 or L5 … L1",
    "certificate_type": "职业资格证书, 职业技能等级证书 … or the English code",
    "yuan": "1500 or 1500.00; kept in fen",
    "yes_no": "是 or 否, yes or no",
    "day": "2020-05-06, 2020/5/6 or 2020年5月6日",
    "number": "whole number",
    "text": "text, at most 120 characters",
}
HEAD = f"""# Reference data

Wages, fees, catalogues, lists and registers that a policy sends the reader to. They are
files that an officer brings and another one confirms; the pack names the table, and the
judge gets what it says as a fact, with the register as its source and the import's event as
its reference.

## How a file comes in force

1. A clerk or operator sends it:
   `POST /references/{{table}}?jurisdiction=211400&valid_from=2021-01-01`, CSV (UTF-8 or GB18030)
   or XLSX (the first sheet), at most {MAX_FILE_BYTES // 2**20} MiB and {MAX_ROWS:,} rows.
   Every wrong row is named with line, column and rule in Chinese and English; with one
   wrong row nothing is taken. The same file for the same days again is answered `already`.
2. An approver, another person, confirms it:
   `POST /references/{{table}}/{{proposal}}/confirm`. Only then it counts. Each step is an event
   with the SHA-256 of the file; file and rows are kept by their hashes.
3. `mode=replace` (unless said otherwise): from `valid_from` on, earlier rows of the same
   jurisdiction count no more; the days before stay theirs, so a look-up for an earlier day
   gives the earlier value. `mode=add`: earlier rows stay. Two rows for the same thing on
   the same day are an error, in a file or against what is in force. `valid_to` ends the
   whole import: after it the table is not there.
4. Nothing is judged again by itself. `GET /references/waiting?register=CATALOG` lists the
   claims that lack something; `POST /references/waiting/propose` calculates up to 100 of them
   anew, as often as it is sent.
5. An import of `institutions` also tells of each institution: in the same commit one event
   `InstitutionRegistered` for each stretch of days of which the register now says something else;
   an exit, a ban, and an institution that it names no more are said as such, and a row that stays
   the same says nothing. At most {MAX_TOLD:,} in one import (`TOO_MANY_INSTITUTIONS`).
   Who owns an institution is in no table, so these events name no person.
   `GET /claims/to-review` lists the open claims whose institution has left, is barred or is named
   no more, until something happens to them.

`GET /references` shows what is loaded, `GET /references/{{table}}?on=2021-03-01` the rows
of a day, `GET /references/{{table}}/files/{{sha256}}` a file as it came.

File and rows stay in the database of claims, outside the log. A database that was recovered from
the log lacks them: look-ups are then answered 503 `REFERENCE_MISSING`, and the same file, sent
again for the same days, puts them back.

## How a row is found

- The claim's own district goes before its city, the city before its province (column
  `{AREA}`).
- A blank cell of a key stands for every value; of the rows that fit, the one with more keys
  filled is taken. A key that the pack does not ask by fits only where it is blank.
- `amount` is fen. `listed` is true when a row fits; false when the table is loaded for that
  day and no row fits; unknown when it is not loaded: then the claim is held, and the
  missing register is named. A blank cell that is asked for says nothing: unknown.
- In a pack:
  `look_up: {{table: minimum_wage, by: [], as_of: training_from, value: amount}}`.
- With `until: training_to` a sum by the month is looked up for the first day of each month of work
  that had begun by the claim; a month of which the table says nothing holds the claim.

Every table has the columns `{AREA}` (行政区划代码), `{FIRST_DAY}` (生效日期) and
`{LAST_DAY}` (失效日期, may be left out or blank: until further notice), besides its own.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD, *("\n".join(_section(table)) for table in formats().values())]
    return "\n".join([*parts, "Written by `make docs` from `shared/policy/tables.yaml`.", ""])


def _section(table: TableFormat) -> Iterator[str]:
    yield f"## {table.id}"
    yield ""
    yield f"{table.name.zh} · {table.name.en}. Register `{table.register}`."
    if table.keys:
        yield f"Keys: {', '.join(f'`{key}`' for key in table.keys)}."
    if table.first_day:
        yield f"`{FIRST_DAY}` may be called `{table.first_day.en}` ({table.first_day.zh})."
    yield from ("", "| column | 列名 | needed | what it holds | form |", "|---|---|---|---|---|")
    for column in table.columns:
        words = "; ".join(f"`{said}` {zh}" for said, zh in column.choices.items())
        form = words or TYPES[column.type]
        needed = "yes" if column.needed else ""
        yield f"| `{column.id}` | {column.zh} | {needed} | {column.en} | {form} |"
    if table.answers:
        yield from ("", "| look_up.table | value | by | what it answers |", "|---|---|---|---|")
        yield from (_answer(table, answer) for answer in table.answers)
    names = {column.name: column.zh for column in columns_of(table.id)}
    headers = [
        names.get(name, table.first_day.zh if table.first_day else "") for name in table.example
    ]
    yield from ("", "```csv", ",".join(headers), ",".join(table.example.values()), "```", "")


def _answer(table: TableFormat, answer: AnswerFormat) -> str:
    by = ", ".join(table.fields_of(answer)) or "–"
    if answer.each:
        said = f"whether `{answer.each}` has the claim's `{answer.key}`"
    elif answer.equals:
        said = f"whether `{answer.column}` is `{answer.equals}`"
    elif answer.first:
        said = f"whether there is one, from `{answer.first}` to `{answer.last}`"
    elif answer.column:
        said = f"`{answer.column}`" + (" in fen" if answer.value == "amount" else "")
    else:
        said = "whether a row fits"
    return f"| `{answer.id}` | {answer.value} | {by} | {said} |"


def write(folder: Path) -> None:
    (folder / NAME).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
