"""From an event class to the columns of its typed table, and the SQL that fills them."""

from dataclasses import dataclass
from functools import cache

import msgspec
from msgspec import inspect

from shared.events.base import EventType, Sealed

ENVELOPE = (
    "topic",
    "partition_no",
    "seq",
    "event_id",
    "stream",
    "stream_version",
    "recorded_us",
    "occurred_us",
    "actor",
    "jurisdiction",
)

_ENVELOPE_TYPES = dict.fromkeys(
    ("partition_no", "seq", "stream_version", "recorded_us", "occurred_us"), "BIGINT"
)
_EVENT_ID = (
    "concat(lower(substr(hex(event_id), 1, 8)), '-', lower(substr(hex(event_id), 9, 4)), '-', "
    "lower(substr(hex(event_id), 13, 4)), '-', lower(substr(hex(event_id), 17, 4)), '-', "
    "lower(substr(hex(event_id), 21, 12)))"
)

Shape = str | list["Shape"] | dict[str, "Shape"]


@dataclass(frozen=True, slots=True)
class Column:
    """One field of an event's data: its JSON shape, and the SQL and the type of its column."""

    name: str
    field: str
    shape: Shape
    sql: str
    required: bool
    type: str


def table_of(key: str) -> str:
    """`ClaimApproved.v1` → `ClaimApproved_v1`."""
    return key.replace(".", "_")


def columns_of(kind: EventType) -> tuple[Column, ...]:
    """Columns in the order of the class; ciphertext is left out, so it cannot outlive its key."""
    info = inspect.type_info(kind.facts)
    if not isinstance(info, inspect.StructType):
        raise TypeError(kind.key)
    return tuple(column for field in info.fields if (column := _column(field)) is not None)


def _column(field: inspect.Field) -> Column | None:
    kind, shape = _plain(field.type), _shape(field.type)
    if shape is None:
        return None
    name = f"said_{field.name}" if field.name in ENVELOPE else field.name
    sql, stored = f'data."{field.encode_name}"', _type(shape)
    if isinstance(kind, inspect.DateTimeType):
        sql, stored = f"epoch_us(try_cast({sql} AS TIMESTAMPTZ))", "BIGINT"
    return Column(name, field.encode_name, shape, _with_default(sql, field), field.required, stored)


def _type(shape: Shape) -> str:
    match shape:
        case str():
            return shape
        case list():
            return f"{_type(shape[0])}[]"
        case dict():
            fields = [f'"{name}" {_type(inner)}' for name, inner in shape.items()]
            return f"STRUCT({', '.join(fields)})"


def _with_default(sql: str, field: inspect.Field) -> str:
    # Fields equal to their default are not encoded: absent means the default, not unknown.
    match field.default:
        case bool() as default:
            return f"coalesce({sql}, {str(default).upper()})"
        case int() as default:
            return f"coalesce({sql}, {default})"
        case str() as default:
            return f"coalesce({sql}, '{default.replace(chr(39), chr(39) * 2)}')"
        case ():
            return f"coalesce({sql}, [])"
        case _:
            return sql


def _plain(kind: inspect.Type) -> inspect.Type:
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.UnionType):
        members = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        return _plain(members[0]) if len(members) == 1 else inspect.AnyType()
    return kind


def _shape(kind: inspect.Type) -> Shape | None:
    """DuckDB's JSON structure for a type; None for what stays out of the typed layer."""
    match _plain(kind):
        case inspect.IntType():
            return "BIGINT"
        case inspect.BoolType():
            return "BOOLEAN"
        case inspect.StrType() | inspect.DateType() | inspect.DateTimeType():
            return "VARCHAR"
        case inspect.LiteralType(values=values):
            return "BIGINT" if all(isinstance(value, int) for value in values) else "VARCHAR"
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            inner = _shape(item)
            return None if inner is None else [inner]
        case inspect.StructType(cls=cls, fields=fields) if cls is not Sealed:
            shapes = {field.encode_name: _shape(field.type) for field in fields}
            return {name: shape for name, shape in shapes.items() if shape is not None}
        case _:
            return None


@cache
def empty_sql(kind: EventType) -> str:
    """CREATE of the typed table without a row: nothing is read and no file is written for it."""
    stored = [f"{name} {_ENVELOPE_TYPES.get(name, 'VARCHAR')}" for name in ENVELOPE]
    stored += [f'"{column.name}" {column.type}' for column in columns_of(kind)]
    return f"CREATE OR REPLACE TABLE {table_of(kind.key)} ({', '.join(stored)})"


@cache
def typed_sql(kind: EventType, source: str) -> str:
    """SELECT of the typed table from archived rows, in their order, without unreadable rows.

    The CTE is materialised: inlined, every use of a field would read the JSON again.
    """
    columns = columns_of(kind)
    listed = "".join(f', {column.sql} AS "{column.name}"' for column in columns)
    shape = msgspec.json.encode({"data": {column.field: column.shape for column in columns}})
    return f"""
        WITH raw AS MATERIALIZED (
            SELECT * EXCLUDE (body), from_json(decode(body), '{shape.decode()}').data AS data
            FROM {source} WHERE type = '{kind.key}'
        )
        SELECT topic, partition_no, seq, {_EVENT_ID} AS event_id, subject AS stream,
            version AS stream_version, recorded_us, occurred_us, actor, jurisdiction{listed}
        FROM raw WHERE {_readable(kind, columns)}"""  # noqa: S608


def _readable(kind: EventType, columns: tuple[Column, ...]) -> str:
    topics = ", ".join(f"'{topic}'" for topic in kind.topics)
    envelope = ("subject", "version", "recorded_us", "occurred_us", "actor", "jurisdiction")
    present = [f"{name} IS NOT NULL" for name in envelope]
    present += [f'data."{column.field}" IS NOT NULL' for column in columns if column.required]
    return " AND ".join([f"topic IN ({topics})", *present])
