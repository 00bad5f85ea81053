"""What a new import of the register of institutions says that was not said before. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, cast

from services.claims.reference.refusals import TooManyInstitutions
from shared.events.base import CLAIM_EVENTS
from shared.events.envelope import Event
from shared.events.references import InstitutionRegistered, Licence
from shared.policy.formats import Cell, formats
from shared.policy.layers import Layer, Standing, standing
from shared.store.commands import Aggregate

TABLE = "institutions"
MAX_TOLD = 10_000
"""events of one import: they are committed with it"""
_DAY = timedelta(days=1)
_COLUMNS = tuple(column.id for column in formats()[TABLE].columns)
_PLAIN = ("institution", "status", "credit_class", "agreement", "agreement_from", "agreement_to")

Cells = tuple[Cell, ...]
Key = tuple[str, str]
"""area and code of the institution"""


class Said(NamedTuple):
    """What a register says of these days, both included; `cells` None: it does not name it."""

    first: date
    last: date
    cells: Cells | None
    before: Cells | None = None


def stream_of(area: str, institution: str) -> str:
    """What the register of one place says about one institution is one stream."""
    return f"institution-{area}-{institution}"


def evolve(version: int, event: Event) -> int:
    return event.version


INSTITUTION: Aggregate[int] = Aggregate("/claims", CLAIM_EVENTS, 0, evolve)


def news(
    layers: Sequence[Layer], new: Layer, snapshot_sha256: str
) -> Mapping[str, Sequence[InstitutionRegistered]]:
    """By stream, an event for each stretch of days of which the register now says something else.

    An institution whose rows stay the same has none. Raises TooManyInstitutions.
    """
    before, after = _by_key(standing(layers)), _by_key(standing([*layers, new]))
    found: dict[str, Sequence[InstitutionRegistered]] = {}
    for area, institution in sorted(before.keys() | after.keys()):
        key = (area, institution)
        changed = list(_changed(before.get(key, ()), after.get(key, ())))
        if changed:
            found[stream_of(*key)] = [_told(area, said, snapshot_sha256) for said in changed]
    told = sum(len(events) for events in found.values())
    if told > MAX_TOLD:
        raise TooManyInstitutions(rows=told, limit=MAX_TOLD)
    return found


def _by_key(rows: Iterable[Standing]) -> dict[Key, list[Said]]:
    place = _COLUMNS.index("institution")
    found: dict[Key, list[Said]] = {}
    for row in rows:
        cells = row.row.cells
        key = (row.row.area, cast(str, cells[place]))
        found.setdefault(key, []).append(Said(row.first, row.last, cells))
    return found


def _changed(before: Sequence[Said], after: Sequence[Said]) -> Iterator[Said]:
    """Stretches that differ, in the order of days; neighbours that say the same are one."""
    held: Said | None = None
    for first, last in _stretches([*before, *after]):
        old, now = _on(before, first), _on(after, first)
        if old == now:
            continue
        if held and held.last + _DAY == first and held.cells == now:
            held = held._replace(last=last, before=old or held.before)
            continue
        if held:
            yield held
        held = Said(first, last, now, old)
    if held:
        yield held


def _stretches(said: Sequence[Said]) -> Iterator[tuple[date, date]]:
    """The days cut wherever something begins or ends."""
    cuts = {one.first for one in said}
    cuts |= {one.last + _DAY for one in said if one.last < date.max}
    begins = sorted(cuts)
    ends = [cut - _DAY for cut in begins[1:]]
    yield from zip(begins, [*ends, date.max], strict=True)


def _on(said: Sequence[Said], day: date) -> Cells | None:
    return next((one.cells for one in said if one.first <= day <= one.last), None)


def _told(area: str, said: Said, snapshot_sha256: str) -> InstitutionRegistered:
    cells = said.cells or said.before
    assert cells is not None
    row: dict[str, Any] = dict(zip(_COLUMNS, cells, strict=True))
    plain = {name: row[name] for name in _PLAIN if row[name] is not None}
    for name in ("agreement_from", "agreement_to"):
        if name in plain:
            plain[name] = date.fromisoformat(plain[name])
    return InstitutionRegistered(
        **plain,
        roles=("training",),
        county=row["county"] or area,
        licences=tuple(
            Licence(occupation=code, valid_from=said.first)
            for code in row["licensed_occupations"] or ()
        ),
        valid_from=said.first,
        valid_to=None if said.last == date.max else said.last,
        snapshot_sha256=snapshot_sha256,
        area=area,
        barred=bool(row["barred"]),
        unlisted=said.cells is None,
    )
