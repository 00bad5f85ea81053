"""The figures as one table, as a document and as JSON."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from tests.bench.figures import Figure

HEADINGS = ("what", "ours", "raw limit", "unit", "ours ÷ limit", "aim", "reached")
REACHED = {True: "yes", False: "no", None: "–"}


def show(figures: Sequence[Figure]) -> None:
    table = Table(title="figures, each beside its raw limit")
    for place, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="right" if 1 <= place <= 4 else "left")
    for figure in figures:
        table.add_row(*cells(figure))
    Console(width=None if os.isatty(1) else 160).print(table)


def cells(figure: Figure) -> tuple[str, ...]:
    limit = "–" if figure.limit is None else number(figure.limit)
    ratio = "–" if not figure.limit else f"{figure.ours / figure.limit:.2f}"
    said = (number(figure.ours), limit, figure.unit, ratio, figure.aim)
    return (figure.what, *said, REACHED[figure.reached])


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}"


def write_json(figures: Sequence[Figure], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")


def write_document(figures: Sequence[Figure], path: Path, command: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [HEADINGS, tuple("---" for _ in HEADINGS), *map(cells, figures)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    today = datetime.now(UTC).date()
    path.write_text(f"{INTRODUCTION}\n{today}, `{command}`, {machine()}.\n\n{table}\n{NOTES}")


def machine() -> str:
    """What the figures depend on; no name of the machine and no path of it."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores ({_processor()}), {gigabytes:.0f} GB of memory,"
        f" {platform.system()}, Python {platform.python_version()}; all servers, the service and"
        " the load generator on this one machine"
    )


def _processor() -> str:
    """As the kernel names it; empty names happen in virtual machines."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


INTRODUCTION = """\
# Benchmarks

Written by `make bench`; do not edit. Each figure stands beside its raw limit, measured in the same
run: both sides take turns three times after a warm-up, with equal bytes and headers; shown are the
medians. Absolute numbers belong to the machine, the ratios travel further. Nothing here passes or
fails a build.
"""

NOTES = """
How each row is measured:

- **claim per request**: a client of its own process with keep-alive connections; every request is
  a new person with a new certificate; the service verifies its token, checks the body, meets both
  in the vault, seals the name, numbers and commits; its read table follows. The relay is a process
  of its own (LEDGER_PARTS) and sends afterwards. The limit: a bare aiohttp handler with one asyncpg
  INSERT of equal bytes, uvloop too: no vault, no token, no check, no guard.
- **roster**: a CSV file over HTTP, all persons new, until the last row is committed in the ledger
  and in the vault. The limit: asyncpg COPY of the very same rows into fresh tables with the same
  indexes, nothing else done with them.
- **relay**: the events table to Kafka until the last batch is acknowledged and saved. The limit:
  aiokafka `send_batch` of the same records, which lie ready in memory.
- **replay**: the topic read through the log's port; seq and chain recomputed, every event decoded.
  The limit: aiokafka `getmany` with the same client settings, records dropped.
- **archive**: topic to Parquet files with envelope columns, chain verified, by two processes,
  their start included. The limit: confluent-kafka `consume(5000)` in one process, records dropped.
- **claim to paid**: the whole life of a claim through all three services, each step by another
  person over HTTP: filed, identified and inspected (500 in one request), accepted, proposed,
  approved one by one; its payout scheduled, authorised (500), released in a batch of 500 when audit
  has judged the approvals, the bank's file, the bank's answer; 10 events a life. The clock of lives
  stops at the last answer of the bank, that of events when audit's watermark over all of them has
  come back to payments. The limit: the very bytes of these events as bare INSERTs, by as many tasks
  over a pool of 16 connections, one commit for each command of the API, nothing else.
- **visible**: from the 2xx of an approval in claims to its payout in the payments service's answer,
  under a steady load: claims that were filed, identified and inspected before are accepted,
  proposed and approved. The row names the rate that was kept, at most 200 a second.
- **judge**: random cases of Huludao's pack, every kind, with histories and exceptions; most of them
  are held or refused. In Python each gets its whole judgement: steps, citations, what is missing.
  The limit there: the fields of the same claims read into a dict, nothing decided. By SQL each row
  gets decision, amount, payee, reasons and flags (as bits), written to a table; the cases lie in
  order of their kind. The limit: DuckDB copying the same table of cases.
- **memory**: resident set of each service after so many events on the log, beside the same after
  a quarter of them.
"""
