"""Personal values that were planted, and every place and spelling in which they may show up."""

import base64
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import duckdb

from shared.postgres.prepare import Dsns
from tests.faults.people import HEADER, resident_number

FIRST = 777_002
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
SYSTEM = ("pg_catalog", "information_schema")


class Planted:
    """One made-up person with values that stand nowhere else."""

    def __init__(self, n: int, sign: str) -> None:
        self.number = resident_number(FIRST + n)
        self.name = f"欧阳{sign}辰瀚"
        self.account = f"62998877661122{n:02d}"
        self.phone = f"199876543{n:02d}"
        self.certificate = f"PLANTED7744{n:02d}"

    @property
    def values(self) -> tuple[str, ...]:
        return (self.number, self.name, self.account, self.phone, self.certificate)

    def row(self) -> str:
        """A line of a roster, with phone and account beside the usual columns."""
        return ",".join(
            (
                "211402,HLD.K.employee_skill", self.number, self.name, "HLD.G.employee,6-11-01-03",
                "四级,职业技能等级证书", self.certificate,
                "2021-04-21,2021-02-05,2021-03-22,52999999000000115P,HLD-XY-2019-11,个人,个人,2021-04-29",
                self.phone, self.account,
            )
        )  # fmt: skip

    def old_rows(self, line: str, payment: str, owner: str) -> list[str]:
        """Lines of the example history, told of this person; `owner` is the number in them."""
        cells = line.split(",")
        cells[5], cells[10], cells[24] = self.name, self.certificate, self.account
        paid = payment.split(",")
        paid[5], paid[24] = self.name, self.account
        return [",".join(each).replace(owner, self.number) for each in (cells, paid)]


ROSTER_HEADER = f"{HEADER},联系电话,银行账号"


def spellings(value: str) -> Iterator[bytes]:
    """The value as text, as hex and as base64 at each of its three alignments."""
    for encoding in ENCODINGS:
        raw = value.encode(encoding)
        yield raw
        yield raw.hex().encode()
        yield raw.hex().upper().encode()
        for shift in range(3):
            coded = base64.b64encode(bytes(shift) + raw).rstrip(b"=")
            yield coded[2 if shift == 1 else 3 if shift == 2 else 0 : -1]
    yield value.encode("unicode_escape")


CORES = (resident_number(FIRST)[:16], "辰瀚", "62998877661122", "199876543", "PLANTED7744")
"""what the values of all planted persons have in common"""
NEEDLES = tuple(dict.fromkeys(needle for core in CORES for needle in spellings(core)))


def found_in(content: bytes) -> list[str]:
    """The spellings of planted values that stand in these bytes."""
    return [repr(needle) for needle in NEEDLES if needle in content]


def files_below(folder: Path, since: float) -> Iterator[tuple[Path, bytes]]:
    """Every file that was written after `since`, and its content without the zeros at its end.

    What a server removes meanwhile is left out.
    """
    for file in sorted(folder.rglob("*")):
        try:
            if file.is_file() and file.stat().st_mtime >= since:
                yield file, file.read_bytes().rstrip(b"\0")
        except FileNotFoundError:
            continue


async def dump(dsns: Dsns) -> AsyncIterator[tuple[str, bytes]]:
    """Every table of every database as text; bytes are hex in it."""
    for name in ("claims", "payments", "audit", "vault", "log"):
        connection = await asyncpg.connect(dsns[name].owner_dsn)
        try:
            for schema, table in await connection.fetch(
                "SELECT schemaname, tablename FROM pg_tables WHERE NOT schemaname = ANY($1)",
                list(SYSTEM),
            ):
                rows = await connection.fetch(f'SELECT t::text FROM "{schema}"."{table}" AS t')
                yield f"{name}.{schema}.{table}", b"\n".join(row[0].encode() for row in rows)
        finally:
            await connection.close()


def archived(folder: Path) -> bytes:
    """Every column of every Parquet file as text, the event bytes as they are."""
    database = duckdb.connect()
    content = []
    for file in sorted(folder.rglob("*.parquet")):
        columns = duckdb.read_parquet(str(file), connection=database)
        for row in columns.fetchall():
            content += [each if isinstance(each, bytes) else str(each).encode() for each in row]
    database.close()
    return b"\n".join(content)
