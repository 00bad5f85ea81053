"""Where to read on: the log's offsets are a hint beside the archive, never a part of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.audit.archive.files import Cover, covers, path_of, temporary
from services.audit.archive.verify import Gap, Head
from services.audit.archive.write import PartitionWriter
from shared.log.port import TopicPartition, TopicState

_HINT = ".offset"


@dataclass(frozen=True, slots=True)
class Start:
    """One partition to be read from `offset` until the reader's position is `end_offset`."""

    at: TopicPartition
    offset: int
    first_offset: int
    end_offset: int
    known: Cover


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What one pass did, in events; `gaps` wait for their number, `shorter` logs lost events."""

    written: int
    duplicates: int
    heads: Mapping[TopicPartition, Head]
    gaps: Mapping[TopicPartition, Gap]
    shorter: tuple[TopicPartition, ...]
    merges: int = 0


def starts(folder: Path, states: Mapping[TopicPartition, TopicState]) -> list[Start]:
    """The partitions that have something new, each from its last archived record (inclusive).

    That record is compared again, so that a log that was recreated is noticed; without a usable
    hint the partition is read from its beginning, and what is known is dropped.
    """
    known = covers(folder)
    found: list[Start] = []
    for at in sorted(states):
        # An empty partition has its folder too: no event is known of it, and that is knowledge.
        _place(folder, at).mkdir(parents=True, exist_ok=True)
        state, cover = states[at], known.get(at, Cover((), ()))
        hint = _hint_of(folder, at) if cover.files else -1
        if hint >= 0 and hint + 1 == state.end_offset:
            continue
        if state.end_offset == state.start_offset and not cover.files:
            continue
        usable = state.start_offset <= hint < state.end_offset
        offset = hint if usable else state.start_offset
        found.append(Start(at, offset, state.start_offset, state.end_offset, cover))
    return found


def in_groups(found: Sequence[Start], size: int) -> Iterable[Sequence[Start]]:
    """A few partitions at a time, the longest first: memory is bounded and files come out full."""
    by_backlog = sorted(found, key=lambda one: (one.offset - one.end_offset, one.at))
    return (by_backlog[i : i + size] for i in range(0, len(by_backlog), size))


def starts_too_late(start: Start, writer: PartitionWriter, first_seq: int) -> bool:
    """The hint was wrong (another log, a lost number): begin at the first offset."""
    untouched = writer.follower.highest == 0
    return untouched and start.offset > start.first_offset and first_seq > writer.follower.seq + 1


def outcome(writers: Iterable[PartitionWriter]) -> CaughtUp:
    followers = {writer.at: writer.follower for writer in writers}
    return CaughtUp(
        written=sum(writer.written_rows for writer in writers),
        duplicates=sum(one.duplicates for one in followers.values()),
        heads={at: Head(one.seq, one.chain) for at, one in followers.items()},
        gaps={at: gap for at, one in followers.items() if (gap := one.open_gap)},
        shorter=tuple(at for at, one in sorted(followers.items()) if one.highest < one.start.seq),
    )


def together(parts: Sequence[CaughtUp], merges: int) -> CaughtUp:
    return CaughtUp(
        written=sum(part.written for part in parts),
        duplicates=sum(part.duplicates for part in parts),
        heads={at: head for part in parts for at, head in part.heads.items()},
        gaps={at: gap for part in parts for at, gap in part.gaps.items()},
        shorter=tuple(sorted(at for part in parts for at in part.shorter)),
        merges=merges,
    )


def _hint_of(folder: Path, at: TopicPartition) -> int:
    """-1 without a hint, or with one that cannot be read: then the partition is read again."""
    try:
        return int((_place(folder, at) / _HINT).read_text())
    except (FileNotFoundError, ValueError):
        return -1


def save_offset(folder: Path, writer: PartitionWriter) -> None:
    """Called after the files stand; an older hint only means reading known records again."""
    if writer.follower.resume_offset < 0 or not writer.follower.seq:
        return
    path = _place(folder, writer.at) / _HINT
    temporary(path).write_text(str(writer.follower.resume_offset))
    temporary(path).replace(path)


def _place(folder: Path, at: TopicPartition) -> Path:
    return path_of(folder, at, 0, 0).parent
