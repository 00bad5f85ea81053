"""The events that reports read, out of the archive up to a seal, in the order of the log."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from services.audit.archive.columns import connection, files_sql, quoted
from services.audit.archive.files import Cover, covers, reading
from services.audit.asof import Seal, newest_seal, seal_of
from services.audit.replay.typed import BeyondArchive
from services.audit.reports.replay import TYPES, Replayed, replay
from shared.events.base import BY_CLASS, FINDING_EVENTS
from shared.events.cases import Judged
from shared.events.envelope import Event, Undecodable, decode
from shared.log.port import TopicPartition

_ROWS_AT_ONCE = 1_000
_NEVER = datetime.min.replace(tzinfo=UTC)


def replayed(archive: Path, seal: Seal) -> Replayed:
    """All that reports count, as of the seal; what nobody can read is counted and left out, as
    everywhere. Raises BeyondArchive, ArchiveDamaged.
    """
    parked: list[str] = []
    done = replay(events_of(archive, seal, TYPES, parked))
    done.parked = len(parked)
    return done


def events_of(
    archive: Path, seal: Seal, types: Sequence[str], parked: list[str]
) -> Iterator[Event]:
    """Events of these types, by topic, partition and number; nothing beyond the seal. `parked`
    gets the place of each that cannot be decoded.
    """
    wanted = ", ".join(quoted(kind) for kind in types)
    with reading(archive), connection(memory="512MB") as database:
        known = covers(archive)
        for at, last in sorted(seal.vector.items()):
            if not last:
                continue
            files = _files(known.get(at, Cover((), ())), at, last)
            result = database.execute(
                f"SELECT seq, body FROM {files_sql(files)} "  # noqa: S608 (names of our own)
                f"WHERE seq <= {last} AND type IN ({wanted}) ORDER BY seq"
            )
            while rows := result.fetchmany(_ROWS_AT_ONCE):
                for seq, body in rows:
                    try:
                        event = decode(body)
                    except Undecodable:
                        parked.append(f"{at.topic}/{at.partition}/{seq}")
                        continue
                    yield event


def sealed_in(archive: Path, until: datetime | None = None) -> Seal:
    """The newest seal that the archive itself holds, for who has no service. Raises NothingSealed
    also where the archive is not as far as its seals.
    """
    known = {at: cover.last_seq for at, cover in covers(archive).items()}
    own = {at: last for at, last in known.items() if at.topic == FINDING_EVENTS}
    judged = events_of(archive, Seal(_NEVER, own), (BY_CLASS[Judged].key,), [])
    whole = (
        event
        for event in judged
        if all(known.get(at, 0) >= seq for at, seq in seal_of(event).vector.items())
    )
    return newest_seal(whole, until)


def _files(cover: Cover, at: TopicPartition, last: int) -> list[Path]:
    if cover.last_seq < last:
        raise BeyondArchive(f"{at.topic}/{at.partition}: {last} > {cover.last_seq}")
    return [file.path for file in cover.files if file.first <= last]
