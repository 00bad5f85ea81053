"""Files that come in: rosters of claims, and decisions from before the ledger; a page at a time."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

import msgspec

from services.claims.claim import decide
from services.claims.claim.decide import CLAIM, Claim
from services.claims.claim.filing import file_claims, row_refusals
from services.claims.claim.judgement import imported_case, slots_of_import
from services.claims.claim.refiling import superseded
from services.claims.claim.superseding import require_superseding
from services.claims.importing import Imported, imported_claims
from services.claims.packs import policies
from services.claims.problems import OLD_REFERENCE_DIFFERS, SUPERSEDED_ALREADY
from shared.events.claims import ClaimContent, ClaimImported
from shared.events.envelope import decode
from shared.http.catalogue import JURISDICTION_REFUSED
from shared.http.problems import CATALOGUE, Kind
from shared.http.problems import Refusal as Sentences
from shared.policy.reservations import keys_wanted
from shared.service import Service
from shared.store.commands import By, Holders, Refusal
from shared.store.store import Asked
from shared.store.unit import Appended, Holder, Outcome, SlotTaken, Unit, VersionConflict
from shared.tables.history import ClaimLine
from shared.tables.outcomes import RowOutcome, refuse_row, refused_row
from shared.tables.problems import RowError
from shared.tables.roster import RosterRow

PAGE = 1_000
"""rows in one commit"""
T = TypeVar("T")
Prepared = tuple[RosterRow, Unit | RowOutcome]
"""one row, ready to be appended, or refused by what it names"""


def pages(rows: Iterable[T]) -> Iterator[list[T]]:
    """The rows in lists of at most PAGE."""
    source = iter(rows)
    while page := list(islice(source, PAGE)):
        yield page


class Roster:
    """Files the rows of one upload. The next page is referred and sealed while one commits."""

    def __init__(
        self,
        service: Service,
        by: By,
        organisation: str | None,
        roster: str,
        allowed: frozenset[str],
    ) -> None:
        self._service = service
        self._by = by
        self._organisation = organisation
        self._roster = roster
        self._allowed = allowed

    async def file(self, rows: Iterable[RosterRow | list[RowError]]) -> list[RowOutcome]:
        """One outcome per row. What was committed before a crash is found, not filed twice."""
        outcomes: list[RowOutcome] = []
        preparing: asyncio.Task[list[Prepared]] | None = None
        try:
            for page in pages(rows):
                wanted, refused = self._sorted_out(page)
                outcomes += refused
                ready, preparing = preparing, asyncio.create_task(self._prepare(wanted))
                if ready is not None:
                    outcomes += await self._commit(await ready)
            if preparing is not None:
                outcomes += await self._commit(await preparing)
        finally:
            if preparing is not None:
                preparing.cancel()  # of a page that nobody waits for any more
        return sorted(outcomes, key=lambda outcome: outcome.row)

    def _sorted_out(
        self, page: Sequence[RosterRow | list[RowError]]
    ) -> tuple[list[RosterRow], list[RowOutcome]]:
        wanted: list[RosterRow] = []
        refused: list[RowOutcome] = []
        for row in page:
            outcome = refused_row(row) if isinstance(row, list) else self._not_here(row)
            if outcome is not None:
                refused.append(outcome)
            elif isinstance(row, RosterRow):
                wanted.append(row)
        return wanted, refused

    def _not_here(self, row: RosterRow) -> RowOutcome | None:
        """A row for another city, or one that no policy of this installation knows."""
        if row.jurisdiction not in self._allowed:
            return refuse_row(row.row, "jurisdiction", JURISDICTION_REFUSED)
        pack = policies(self._service).standing.judging(row.jurisdiction, row)
        refusals = row_refusals(row, pack, None)
        if not refusals:
            return None
        pointer, kind = refusals[0]
        return refuse_row(row.row, pointer.strip("/").replace("/", "_"), kind)

    async def _prepare(self, rows: Sequence[RosterRow]) -> list[Prepared]:
        service = self._service
        assert service.vault is not None
        filed = await file_claims(
            service.vault, service.clock, rows,
            actor=self._by.actor, organisation=self._organisation, roster=self._roster,
        )  # fmt: skip
        before = await superseded(service, [one.content for one in filed])
        units: list[Prepared] = []
        for row, one in zip(rows, filed, strict=True):
            if refused := _not_superseding(row, one.content, before):
                units.append((row, refused))
                continue
            by = msgspec.structs.replace(self._by, jurisdiction=row.jurisdiction)
            decision = decide.submit_claim(Claim(), one.content, row.jurisdiction)
            stream_id = f"claim-{one.event_id}"
            units.append(
                (row, service.ledger.unit(CLAIM, stream_id, 0, decision, by, event_id=one.event_id))
            )
        return units

    async def _commit(self, prepared: Sequence[Prepared]) -> list[RowOutcome]:
        units = [(row, unit) for row, unit in prepared if isinstance(unit, Unit)]
        firsts: dict[str, Unit] = {}
        for _, unit in units:
            firsts.setdefault(unit.takes[0].key, unit)
        became: dict[str, Outcome] = {}
        for batch in _disjoint(firsts):
            outcomes = await self._service.store.append_batch([firsts[key] for key in batch])
            became |= dict(zip(batch, outcomes, strict=True))
        self._service.committed()
        refused = [unit for _, unit in prepared if isinstance(unit, RowOutcome)]
        return refused + [
            self._told(row, unit, became[unit.takes[0].key], firsts[unit.takes[0].key])
            for row, unit in units
        ]

    def _told(self, row: RosterRow, unit: Unit, outcome: Outcome, first: Unit) -> RowOutcome:
        own = unit.events[0].stream_id
        match outcome:
            case Appended() if first is unit:
                return RowOutcome(
                    row=row.row, outcome="submitted", record=own, warnings=row.warnings
                )
            case Appended():
                return RowOutcome(row=row.row, outcome="already", record=first.events[0].stream_id)
            case SlotTaken(slots):
                taken = next((slot for slot in slots if slot.kind == decide.IDENTITY), None)
                if taken is None:
                    return _refused(row, SUPERSEDED_ALREADY, {"by": slots[0].stream_id})
                # the same file sent again under the same key is told the same again
                same = taken.note == f"{self._roster}/{row.row}"
                word = "submitted" if same else "already"
                return RowOutcome(row=row.row, outcome=word, record=taken.stream_id)
            case _:
                raise AssertionError(outcome)


def _disjoint(firsts: Mapping[str, Unit]) -> list[list[str]]:
    """Units by identity, such that no two of one batch stand in place of the same claim."""
    first, second = list[str](), list[str]()
    used: set[str] = set()
    for identity, unit in firsts.items():
        replaced = [slot.key for slot in unit.takes if slot.kind == decide.SUPERSEDED]
        (second if used.intersection(replaced) else first).append(identity)
        used.update(replaced)
    return [batch for batch in (first, *([one] for one in second)) if batch]


def _not_superseding(
    row: RosterRow, content: ClaimContent, before: Mapping[str, Claim]
) -> RowOutcome | None:
    """Why the row cannot stand in place of the claim that it names."""
    if content.supersedes is None:
        return None
    try:
        require_superseding(content, before.get(content.supersedes))
    except Refusal as refused:
        return _refused(row, CATALOGUE[refused.code], refused.facts)
    return None


def _refused(row: RosterRow, kind: Kind, facts: Mapping[str, str | int]) -> RowOutcome:
    en, zh = Sentences(kind, facts).sentences()
    error = RowError(row=row.row, column="supersedes", code=kind.code, zh=zh, en=en)
    return refused_row([error])


class History:
    """Imports old decisions: recorded as they were; what they conflict with the audit will find."""

    def __init__(self, service: Service, by: By, file_sha256: str, allowed: frozenset[str]) -> None:
        self._service = service
        self._by = by
        self._sha256 = file_sha256
        self._allowed = allowed

    async def take_over(self, lines: Iterable[ClaimLine | list[RowError]]) -> list[RowOutcome]:
        """One outcome per row, in the order of the file."""
        outcomes: list[RowOutcome] = []
        for page in pages(lines):
            outcomes += [refused_row(line) for line in page if isinstance(line, list)]
            good = [line for line in page if isinstance(line, ClaimLine)]
            abroad = [line for line in good if line.jurisdiction not in self._allowed]
            outcomes += [
                refuse_row(line.row, "jurisdiction", JURISDICTION_REFUSED) for line in abroad
            ]
            outcomes += await self._page([x for x in good if x.jurisdiction in self._allowed])
        return sorted(outcomes, key=lambda outcome: outcome.row)

    async def _page(self, lines: Sequence[ClaimLine]) -> list[RowOutcome]:
        service = self._service
        assert service.vault is not None
        imported = await imported_claims(
            service.vault, service.clock, lines, actor=self._by.actor, file_sha256=self._sha256
        )
        holders = dict(await self._holders(imported))
        units: dict[str, Unit] = {}
        standing = policies(service).standing
        for line, one in zip(lines, imported, strict=True):
            pack = standing.newest(line.jurisdiction)
            slots = (
                slots_of_import(one.facts, line.jurisdiction, one.stream_id, pack, holders)
                if pack
                else ()
            )
            holders |= {(s.kind, s.key): Holder(one.stream_id, one.facts.person) for s in slots}
            decision = decide.import_claim(Claim(), msgspec.structs.replace(one.facts, slots=slots))
            by = msgspec.structs.replace(self._by, jurisdiction=line.jurisdiction)
            unit = service.ledger.unit(CLAIM, one.stream_id, 0, decision, by, event_id=one.event_id)
            units.setdefault(one.stream_id, unit)
        became = dict(
            zip(units, await service.store.append_batch(list(units.values())), strict=True)
        )
        service.committed()
        recorded = await self._recorded(units, became)
        return [
            _taken_over(line, one, units[one.stream_id], became[one.stream_id], recorded)
            for line, one in zip(lines, imported, strict=True)
        ]

    async def _recorded(
        self, units: Mapping[str, Unit], became: Mapping[str, Outcome]
    ) -> dict[str, ClaimImported]:
        """What now stands under each old reference, from this page or from an earlier file."""
        bodies = {stream_id: unit.events[0].body for stream_id, unit in units.items()}
        earlier = [s for s, outcome in became.items() if isinstance(outcome, VersionConflict)]
        if earlier:
            known = await self._service.store.read(Asked(tuple(earlier)))
            bodies |= {stream_id: known.bodies[stream_id][0] for stream_id in earlier}
        facts = {stream_id: decode(body).facts for stream_id, body in bodies.items()}
        return {s: said for s, said in facts.items() if isinstance(said, ClaimImported)}

    async def _holders(self, imported: Sequence[Imported]) -> Holders:
        wanted = set()
        for one in imported:
            pack = policies(self._service).standing.newest(one.jurisdiction)
            if pack is not None and one.facts.decision == "approved":
                case = imported_case(one.facts, one.jurisdiction)
                keys = keys_wanted(pack, case, one.facts.person, year=one.facts.year)
                wanted |= {(key.kind, key.key) for key in keys}
        return (await self._service.store.read(Asked(slots=tuple(sorted(wanted))))).holders


def _taken_over(
    line: ClaimLine,
    one: Imported,
    first: Unit,
    outcome: Outcome,
    recorded: Mapping[str, ClaimImported],
) -> RowOutcome:
    """Imported once; `already` only where the same was said before; else the row is refused."""
    if isinstance(outcome, Appended) and first.events[0].event_id == one.event_id:
        return RowOutcome(
            row=line.row, outcome="imported", record=one.stream_id, warnings=line.warnings
        )
    if _same(recorded.get(one.stream_id), one.facts):
        return RowOutcome(row=line.row, outcome="already", record=one.stream_id)
    return refuse_row(line.row, "old_reference", OLD_REFERENCE_DIFFERS)


def _same(recorded: ClaimImported | None, said: ClaimImported) -> bool:
    """The same decision, wherever it stood in whichever file."""
    if recorded is None:
        return False
    return _without_file(recorded) == _without_file(said)


def _without_file(said: ClaimImported) -> ClaimImported:
    return msgspec.structs.replace(said, import_sha256="", import_row=0, slots=(), sealed={})
