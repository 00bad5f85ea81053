"""Judgements in a second: one core of Python, and DuckDB over a table of cases."""

from collections.abc import Callable, Sequence
from random import Random
from time import perf_counter

import duckdb
import msgspec

from shared.policy.judge import judge
from shared.policy.load import huludao
from shared.policy.sql.judge import judge_sql
from tests.bench.bench import Bench
from tests.bench.figures import Figure, alternate, rather
from tests.policy.duck import load
from tests.policy.random_cases import Cases

SEED = 20_191_104
PYTHON_AIM, SQL_AIM = 20_000, 300_000


async def measure(bench: Bench) -> list[Figure]:
    """Cases as random as those of the tests: every kind, most with a history, many incomplete."""
    pack, sizes = huludao(), bench.sizes
    cases = list(Cases(pack, Random(SEED)).made(sizes.cases))

    async def read() -> Sequence[float]:
        def one() -> None:
            for case in cases:
                msgspec.structs.asdict(case.claim)

        return [len(cases) / _seconds(one)]

    async def judged() -> Sequence[float]:
        def one() -> None:
            for case in cases:
                judge(pack, case.claim, case.facts, case.history, case.on)

        return [len(cases) / _seconds(one)]

    limits, reached = await alternate(read, judged, sizes.rounds)
    figures = [
        rather(
            PYTHON_AIM,
            what="judge a claim in Python, history at hand, one core",
            ours=reached[0],
            limit=limits[0],
            unit="judgements/s",
        )
    ]
    with duckdb.connect(":memory:") as connection:
        load(connection, pack, cases)
        connection.execute(
            "CREATE TABLE many AS SELECT * REPLACE (case_id + n AS case_id)"
            f" FROM cases, range({sizes.copies}) AS t(n) ORDER BY claim_kind"
        )
        rows = len(cases) * sizes.copies

        async def copied() -> Sequence[float]:
            sql = "CREATE OR REPLACE TABLE raw AS SELECT * FROM many"
            return [rows / _seconds(lambda: connection.execute(sql))]

        async def by_sql() -> Sequence[float]:
            sql = f"CREATE OR REPLACE TABLE done AS {judge_sql(pack, 'many')}"
            return [rows / _seconds(lambda: connection.execute(sql))]

        limits, reached = await alternate(copied, by_sql, sizes.rounds)
    what = f"judge {rows:,} cases by SQL on DuckDB"
    figures.append(
        rather(SQL_AIM, what=what, ours=reached[0], limit=limits[0], unit="judgements/s")
    )
    return figures


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began
