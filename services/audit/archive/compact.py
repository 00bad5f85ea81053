"""Merges small files, so that a live tail does not leave a million; the rows stay the same."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from services.audit.archive.columns import connection, copy_sql, files_sql
from services.audit.archive.files import (
    LIMITS,
    ArchiveDamaged,
    ArchiveFile,
    Cover,
    Limits,
    covers,
    path_of,
    publish,
    remove_replaced,
    temporary,
    writing,
)
from services.audit.archive.verify import head_of, verified_file

MIN_FILES = 8
"""An unfinished range is merged from this many small files on."""
GROWTH = 4
"""A file joins while it has at most this many times the rows behind it: few rewrites a row."""


def runs_to_merge(
    files: Sequence[ArchiveFile], limits: Limits = LIMITS
) -> Iterator[tuple[ArchiveFile, ...]]:
    """Which neighbours become one file: a full range wholly, the tail by size, so that its number
    of files grows with the logarithm of its rows."""
    ranges: dict[int, list[ArchiveFile]] = {}
    for file in files:
        ranges.setdefault((file.first - 1) // limits.rows_per_file, []).append(file)
    for number, members in ranges.items():
        full = members[-1].last == (number + 1) * limits.rows_per_file
        run = members if full else _small_tail(members)
        if len(run) >= (2 if full else MIN_FILES):
            yield tuple(run)


def _small_tail(members: Sequence[ArchiveFile]) -> list[ArchiveFile]:
    tail: list[ArchiveFile] = []
    rows = 0
    for file in reversed(members):
        if tail and file.rows > rows * GROWTH:
            break
        tail.insert(0, file)
        rows += file.rows
    return tail


def compact(folder: Path) -> int:
    """Merge, verify, swap; then delete what was replaced, unless somebody reads. Returns merges.

    A crash leaves either the small files or the large one beside them: both are the same archive.
    Raises ArchiveBusy, ArchiveDamaged, Fork.
    """
    with writing(folder):
        return merge_all(folder)


def merge_all(folder: Path, limits: Limits = LIMITS) -> int:
    """As `compact`, for a caller that already holds the folder."""
    merges = 0
    for known in covers(folder).values():
        for run in runs_to_merge(known.files, limits):
            if sum(file.path.stat().st_size for file in run) <= limits.merged_bytes:
                _merge(folder, known, run)
                merges += 1
    remove_replaced(folder, [file for known in covers(folder).values() for file in known.replaced])
    return merges


def _merge(folder: Path, known: Cover, run: Sequence[ArchiveFile]) -> None:
    first, last = run[0], run[-1]
    path = path_of(folder, first.at, first.first, last.last)
    source = files_sql([file.path for file in run])
    with connection() as database:
        database.execute(copy_sql(f"SELECT * FROM {source}", temporary(path)))  # noqa: S608
    before = head_of(Cover(tuple(f for f in known.files if f.last < first.first), ()))
    merged = ArchiveFile(first.at, first.first, last.last, temporary(path))
    if verified_file(merged, before) != head_of(Cover((last,), ())):
        raise ArchiveDamaged(f"{path.name} would end with another chain than {last.path.name}")
    publish(path)
