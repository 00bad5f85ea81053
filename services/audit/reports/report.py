"""One report: a function of form, place, period and a sealed prefix of the log. No clock. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from services.audit.asof import Seal
from services.audit.reports import listings
from services.audit.reports.figures import Group, Row, groups_of, total_of
from services.audit.reports.forms import PUBLIC, VERSION, Audience, Form, Table, released
from services.audit.reports.listings import Heads
from services.audit.reports.moments import Moment, moments_of
from services.audit.reports.period import Period
from services.audit.reports.quotas import Sees, progress_of
from services.audit.reports.replay import Replayed
from services.audit.reports.suppress import HIDDEN, hidden_cells

TOTAL = "合计 total"


class FindingUnknown(Exception):
    """There is no such finding in the prefix, or it lies in another place."""


class Heading(msgspec.Struct, frozen=True):
    """`unit`: text, number or fen."""

    id: str
    zh: str
    en: str
    unit: str


class Shown(msgspec.Struct, frozen=True):
    """One table; money in fen; a text in a column of numbers says why there is no number."""

    id: str
    zh: str
    en: str
    columns: tuple[Heading, ...]
    rows: tuple[Row, ...]


class Report(msgspec.Struct, frozen=True):
    """`seal` names the prefix: the same seal gives the same report, bit by bit. `parked`: events
    of it that nobody can read; it is complete except for these.
    """

    form: str
    form_version: int
    zh: str
    en: str
    clauses: tuple[str, ...]
    audience: Audience
    place: str
    period: str
    sealed_at: str
    seal: str
    parked: int
    tables: tuple[Shown, ...]

    @property
    def rows(self) -> int:
        return sum(len(table.rows) for table in self.tables)


@dataclass(frozen=True, slots=True)
class Where:
    """The place that reports and all that belong to it, on the period's last day."""

    place: str
    places: frozenset[str]
    sees: Sees


def report(form: Form, where: Where, period: Period, seal: Seal, done: Replayed) -> Report:
    """Raises FindingUnknown for a special report about nothing."""
    wanted = released().tables_of(form)
    counted = any(not table.special for table in wanted)
    moments = list(moments_of(done, where.places, period)) if counted else []
    tables = tuple(
        _special(table, where, period, seal, done)
        if table.special
        else _table(table, moments, form)
        for table in wanted
    )
    return Report(
        form.id, VERSION, form.zh, form.en, form.clauses, form.audience, where.place, period.name,
        seal.at.isoformat(), seal.digest, done.parked, tables,
    )  # fmt: skip


def _table(table: Table, moments: Sequence[Moment], form: Form) -> Shown:
    forms = released()
    columns, dimensions = forms.columns_of(table), forms.dimensions_of(table)
    groups = groups_of(moments, table.by, columns)
    heads = (
        *(Heading(one.id, one.zh, one.en, "text") for one in dimensions),
        *(Heading(c.id, c.zh, c.en, "fen" if c.of == "fen" else "number") for c in columns),
    )
    if form.audience == PUBLIC:
        hidden = hidden_cells(groups, columns)
        rows = tuple(_row(group, n, hidden) for n, group in enumerate(groups))
    else:
        rows = tuple(_row(group, n, frozenset()) for n, group in enumerate(groups))
        if len(groups) > 1:
            blank = [None] * (len(dimensions) - 1)
            rows = (*rows, (TOTAL, *blank, *total_of(moments, columns).figures))
    return Shown(table.id, table.zh, table.en, heads, rows)


def _row(group: Group, row: int, hidden: Iterable[tuple[int, int]]) -> Row:
    known = frozenset(hidden)
    figures = (HIDDEN if (row, n) in known else f for n, f in enumerate(group.figures))
    return (*group.key, *figures)


def _special(table: Table, where: Where, period: Period, seal: Seal, done: Replayed) -> Shown:
    heads, rows = _listing(table, where, period, seal, done)
    headings = tuple(Heading(*head) for head in heads)
    return Shown(table.id, table.zh, table.en, headings, rows)


def _listing(
    table: Table, where: Where, period: Period, seal: Seal, done: Replayed
) -> tuple[Heads, tuple[Row, ...]]:
    match table.special:
        case "claims":
            rows = listings.claim_rows(done, where.places, period, seal.digest)
            return listings.CLAIMS, rows
        case "movements":
            return listings.MOVEMENTS, listings.movement_rows(done, where.places, period)
        case "quotas":
            progress = progress_of(done, where.places, period, where.sees)
            return listings.QUOTAS, listings.quota_rows(progress)
        case _:
            finding = period.finding or ""
            if listings.finding_place(done, finding) not in where.places:
                raise FindingUnknown(finding)
            return listings.FINDING, listings.finding_rows(done, finding)
