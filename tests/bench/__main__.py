"""`python -m tests.bench [--small] [NAME…]`: the figures, each beside its raw limit."""

import argparse
import asyncio
import logging
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import structlog
import uvloop

from tests.bench import (
    approvals,
    archive,
    encoding,
    intake,
    judging,
    lives,
    memory,
    relay,
    replay,
    report,
    requests,
    visible,
)
from tests.bench.bench import SMALL, Bench, Sizes, running
from tests.bench.figures import Figure

ROOT = Path(__file__).resolve().parents[2]
ROWS: Mapping[str, Callable[[Bench], Awaitable[list[Figure]]]] = {
    "requests": requests.measure,
    "roster": intake.measure,
    "relay": relay.measure,
    "replay": replay.measure,
    "archive": archive.measure,
    "lives": lives.measure,
    "approvals": approvals.measure,
    "visible": visible.measure,
    "memory": memory.measure,
    "encoding": encoding.measure,
    "judging": judging.measure,
}


async def measure(names: Sequence[str], bench: Bench) -> list[Figure]:
    """The rows that are named, in the order of ROWS."""
    figures: list[Figure] = []
    for name, row in ROWS.items():
        if name in names:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            found = await row(bench)
            for figure in found:
                print("  " + " · ".join(report.cells(figure)), file=sys.stderr, flush=True)
            figures += found
    return figures


async def run(names: Sequence[str], sizes: Sizes, folder: Path) -> list[Figure]:
    """Servers and their data lie in `folder`; all are stopped at the end."""
    async with running(sizes, folder) as bench:
        return await measure(names, bench)


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--small", action="store_true", help="a few thousand records, one round")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ROWS)}")
    asked = parser.parse_args(words)
    if unknown := set(asked.names) - ROWS.keys():
        parser.error(f"no such figure: {', '.join(sorted(unknown))}")
    _quiet()
    sizes = SMALL if asked.small else Sizes()
    with (
        tempfile.TemporaryDirectory(prefix="ledger-bench-") as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        Path(folder).chmod(0o755)  # as root, PostgreSQL runs as another user, who must pass
        figures = runner.run(run(asked.names or list(ROWS), sizes, Path(folder)))
    report.show(figures)
    report.write_json(figures, ROOT / "build" / "bench.json")
    whole = not asked.small and not asked.names
    document = ROOT / ("docs/benchmarks.md" if whole else "build/benchmarks.md")
    report.write_document(figures, document, " ".join(["python -m tests.bench", *words]))


def _quiet() -> None:
    """Only errors: a log line per request is part of the services, not of the table."""
    logging.basicConfig(level=logging.ERROR)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


if __name__ == "__main__":
    main(sys.argv[1:])
