"""The archive's folder: names carry topic, partition and seq range, and are the state."""

import fcntl
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.log.port import TopicPartition


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes of files and buffers; a full file holds the seqs n*rows+1 … (n+1)*rows, so that its
    rows depend on the log alone.
    """

    rows_per_file: int = 60_000
    buffered_bytes: int = 64 * 1024 * 1024
    """a partition with large bodies writes a smaller file instead of holding more than this"""
    merged_bytes: int = 256 * 1024 * 1024
    """files that are larger together stay as they are"""


LIMITS = Limits()

_NAME = re.compile(r"^(\d{12})-(\d{12})\.parquet$")
_WRITER = ".writer"
_READERS = ".readers"


class ArchiveDamaged(Exception):
    """The files do not make one range without gap or overlap; rebuild the folder from the log."""


class ArchiveBusy(Exception):
    """Another process writes this folder."""


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One Parquet file: the events `first` … `last` (seq, inclusive) of one partition."""

    at: TopicPartition
    first: int
    last: int
    path: Path

    @property
    def rows(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Cover:
    """The files that count, in order of seq, and those that a larger file has replaced."""

    files: tuple[ArchiveFile, ...]
    replaced: tuple[ArchiveFile, ...]

    @property
    def last_seq(self) -> int:
        return self.files[-1].last if self.files else 0


def path_of(folder: Path, at: TopicPartition, first: int, last: int) -> Path:
    return folder / at.topic / f"{at.partition:04d}" / f"{first:012d}-{last:012d}.parquet"


def cover(files: Iterable[ArchiveFile]) -> Cover:
    """Raises ArchiveDamaged at a gap, or an overlap without one range holding the other."""
    kept: list[ArchiveFile] = []
    replaced: list[ArchiveFile] = []
    expected = 1
    for file in sorted(files, key=lambda one: (one.first, -one.last)):
        if file.first == expected:
            kept.append(file)
            expected = file.last + 1
        elif file.last < expected:
            replaced.append(file)
        else:
            raise ArchiveDamaged(
                f"{file.at.topic}/{file.at.partition}: {file.path.name} at {expected}"
            )
    return Cover(tuple(kept), tuple(replaced))


def covers(folder: Path) -> Mapping[TopicPartition, Cover]:
    """What the folder holds, sorted by topic and partition."""
    found: dict[TopicPartition, Cover] = {}
    for place in sorted(folder.glob("*/[0-9][0-9][0-9][0-9]")):
        at = TopicPartition(place.parent.name, int(place.name))
        found[at] = cover(_named(at, place))
    return found


def _named(at: TopicPartition, place: Path) -> Iterator[ArchiveFile]:
    for path in place.iterdir():
        if match := _NAME.match(path.name):
            yield ArchiveFile(at, int(match[1]), int(match[2]), path)


def temporary(path: Path) -> Path:
    """Where a file is written before it counts; the leading dot keeps it out of every listing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f".{path.name}.tmp")


def publish(path: Path) -> None:
    """Make the temporary file of `path` count: bytes on disk, then the name, then the folder."""
    source = temporary(path)
    _fsync(source)
    source.replace(path)
    _fsync(path.parent)


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_strays(folder: Path) -> int:
    """Delete what a crash left half-written; only the process that holds `writing` may call it."""
    strays = list(folder.glob("*/*/.*.tmp"))
    for stray in strays:
        stray.unlink(missing_ok=True)
    return len(strays)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """One writer at a time. Raises ArchiveBusy at once when another holds the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / _WRITER, fcntl.LOCK_EX | fcntl.LOCK_NB) as mine:
        if not mine:
            raise ArchiveBusy(folder.name)
        yield


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """While it is held no replaced file is deleted, so that a list of files stays readable."""
    with _locked(folder / _READERS, fcntl.LOCK_SH):
        yield


def remove_replaced(folder: Path, replaced: Iterable[ArchiveFile]) -> int:
    """Delete files that a larger one holds, unless somebody reads: then the next call does it."""
    gone = 0
    with _locked(folder / _READERS, fcntl.LOCK_EX | fcntl.LOCK_NB) as alone:
        if not alone:
            return gone
        for file in replaced:
            file.path.unlink(missing_ok=True)
            gone += 1
    return gone


@contextmanager
def _locked(path: Path, how: int) -> Iterator[bool]:
    handle = os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, how)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)
