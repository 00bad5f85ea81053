"""Formats of the tables that a policy looks things up in: tables.yaml, read once."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.events.base import Code

AREA, FIRST_DAY, LAST_DAY = "area", "valid_from", "valid_to"
Cell = bool | int | str | tuple[str, ...] | None
"""what a cell says; days as YYYY-MM-DD; None: nothing"""
ColumnType = Literal[
    "area", "code", "codes", "organisation", "level", "certificate_type", "yuan", "yes_no", "day",
    "number", "text", "choice",
]  # fmt: skip
LookUpValue = Literal["amount", "listed", "text"]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every part of a format."""


class Named(_Part, frozen=True, kw_only=True):
    """In Chinese and English."""

    zh: str
    en: str


class ColumnFormat(_Part, frozen=True, kw_only=True):
    """One column of a table and its meaning."""

    id: Code
    type: ColumnType
    zh: str
    en: str
    needed: bool = False
    """a row without it is refused"""
    choices: dict[str, str] = {}
    """what a cell may say, with the Chinese word for it"""


class AnswerFormat(_Part, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """What a pack may look up in a table under this id.

    `column` None: a row that matches is true. With `equals` the cell must be that word. `each`
    names a column of many codes: each of them answers for itself, as a further key, `key`.
    """

    id: Code
    value: LookUpValue
    column: str | None = None
    equals: str | None = None
    each: str | None = None
    key: str | None = msgspec.field(default=None, name="as")
    first: str | None = None
    """column with the first day of what the cell says, where the row has another"""
    last: str | None = None


class TableFormat(_Part, frozen=True, kw_only=True):
    """One table: its columns, its keys and what may be looked up in it."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z_]{2,39}$")]
    register: Code
    name: Named
    keys: tuple[str, ...] = ()
    fields: dict[str, str] = {}
    first_day: Named | None = None
    """other names of the column valid_from"""
    columns: tuple[ColumnFormat, ...]
    answers: tuple[AnswerFormat, ...] = ()
    example: dict[str, str]

    def place(self, column: str) -> int:
        """Where the column's cell stands in a row."""
        return next(n for n, one in enumerate(self.columns) if one.id == column)

    def fields_of(self, answer: AnswerFormat) -> tuple[str, ...]:
        """The claim's fields that the keys of this answer are compared with, in order."""
        named = tuple(self.fields.get(key, key) for key in self.keys)
        return named if answer.key is None else (*named, answer.key)


@cache
def formats() -> Mapping[str, TableFormat]:
    """Every table by its id."""
    text = files("shared.policy").joinpath("tables.yaml").read_bytes()
    listed: Sequence[TableFormat] = msgspec.yaml.decode(text, type=list[TableFormat], strict=False)
    return {table.id: table for table in listed}


@cache
def answers() -> Mapping[str, tuple[TableFormat, AnswerFormat]]:
    """Everything that can be looked up, by the id that a pack writes into `look_up.table`."""
    return {answer.id: (table, answer) for table in formats().values() for answer in table.answers}
