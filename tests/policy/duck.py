"""Cases as a DuckDB table whose columns are the case format, and the pack's query over them."""

from collections.abc import Sequence

import duckdb
import msgspec
import pyarrow as pa

from shared.policy.checks.types import CLAIM_TYPES
from shared.policy.monthly import by_month
from shared.policy.pack import Pack
from shared.policy.sql.conditions import rows_column
from shared.policy.sql.judge import case_columns, named_sql
from tests.policy.random_cases import RandomCase

Answer = tuple[str, int, str | None, tuple[str, ...], tuple[str, ...]]


def judged_by_sql(pack: Pack, cases: Sequence[RandomCase]) -> list[Answer]:
    """Decision, amount, payee, reasons and flags of each case, in order."""
    with duckdb.connect(":memory:", config={"threads": 2}) as connection:
        load(connection, pack, cases)
        rows = connection.execute(
            "SELECT decision, amount_fen, payee_kind, reasons, flags FROM"
            f" ({named_sql(pack)}) ORDER BY case_id"
        ).fetchall()
    return [(d, int(fen), payee, tuple(r), tuple(f)) for d, fen, payee, r, f in rows]


def load(connection: duckdb.DuckDBPyConnection, pack: Pack, cases: Sequence[RandomCase]) -> None:
    """The table `cases`, filled."""
    columns = case_columns(pack, CLAIM_TYPES)
    ddl = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
    connection.execute(f"CREATE TABLE cases ({ddl})")
    rows = [_row(pack, number, case) for number, case in enumerate(cases)]
    types = connection.sql("SELECT * FROM cases").to_arrow_table().schema
    arrow = pa.Table.from_pylist(rows, schema=types)
    connection.register("arrow_rows", arrow)
    connection.execute("INSERT INTO cases SELECT * FROM arrow_rows")
    connection.unregister("arrow_rows")


def _row(pack: Pack, number: int, case: RandomCase) -> dict[str, object]:
    claim = {f"claim_{n}": getattr(case.claim, n) for n in case.claim.__struct_fields__}
    facts = {
        f"fact_{name}": None if (fact := case.facts.get(name)) is None else fact.value
        for name in pack.facts
    }
    rows = {
        rows_column(name): [
            {"since": row.since, "fen": row.fen} for row in (fact.rows if fact is not None else ())
        ]
        for name, spec in pack.facts.items()
        for fact in (case.facts.get(name),)
        if by_month(spec)
    }
    return {
        "case_id": number,
        "judged_on": case.on,
        "history": [msgspec.structs.asdict(one) for one in case.history.subsidies],
        "same_certificate_other_person": list(case.history.same_certificate_other_person),
        "past_certificate_other_person": list(case.history.past_certificate_other_person),
        "exceptions": [
            {"clause": one.clause, "approvers": list(one.approvers)}
            for one in case.history.exceptions
        ],
        **claim,
        **facts,
        **rows,
    }
