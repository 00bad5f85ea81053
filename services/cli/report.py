"""`claims-ledger report FORM`: a report out of the log, as of a seal; every run gives the same."""

import asyncio
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from services.audit.archiving import archived_when_free
from services.audit.asof import NothingSealed
from services.audit.reports.cases import day_of
from services.audit.reports.forms import FormNotListed, FormUnknown, forms_for, required
from services.audit.reports.period import Period, PeriodRefused, parse_period
from services.audit.reports.places import listed_forms, where_of
from services.audit.reports.report import FindingUnknown, Report
from services.audit.reports.report import report as compute
from services.audit.reports.source import replayed, sealed_in
from services.audit.reports.written import (
    WorkbookTooLarge,
    csv_report,
    heading,
    sha256_of,
    xlsx_report,
)
from services.cli.exits import Exit, Stop
from services.cli.installation import AtFolder, find
from services.cli.instants import AsOf
from services.cli.opening import from_settings, log_address, opened_log
from services.cli.output import JsonFlag, console, say_json, table
from services.cli.people import CITY
from services.cli.signals import run
from shared.http.access import Jurisdictions
from shared.money import yuan

OUT = Path("build/reports")
Written = Annotated[Path | None, typer.Option(help="write it to this file")]


def report(
    form: Annotated[str, typer.Argument(help="quarterly, annual, fund_use, statistics, special …")],
    period: Annotated[str, typer.Option(help="2020Q2, 2020, 2020-05, or finding-… for special")],
    place: Annotated[str, typer.Option(help="jurisdiction, six digits")] = CITY,
    as_of: AsOf = None,
    csv: Written = None,
    xlsx: Written = None,
    at: AtFolder = None,
    as_json: JsonFlag = False,
) -> None:
    """Compute a report from the log alone, as of what audit had sealed by a time.

    The log is archived beside the installation first (or in build/reports). Exit code 1: the
    city's policy does not ask for this form, or nothing was sealed by then.
    """
    found = run(_report(log_address(at), _folder(at), form, period, place, as_of))
    if csv is not None:
        csv.write_bytes(csv_report(found))
    if xlsx is not None:
        xlsx.write_bytes(_workbook(found))
    if as_json:
        say_json({"sha256": sha256_of(found), "report": found})
    else:
        _show(found)


def _workbook(found: Report) -> bytes:
    try:
        return xlsx_report(found)
    except WorkbookTooLarge:
        raise Stop(
            Exit.USAGE,
            "This has too many rows for a workbook: use --csv.",
            "行数过多，请用 --csv。",
        ) from None


def _folder(at: Path | None) -> Path:
    """An archive belongs to one log: that of another installation would be a fork."""
    return OUT if from_settings(at) else Path(find(at).folder) / "reports"


async def _report(
    address: str, archive: Path, form: str, period: str, place: str, as_of: datetime | None
) -> Report:
    async with opened_log(address) as log:
        archive.parent.mkdir(parents=True, exist_ok=True)
        await archived_when_free(log, archive)
    return await asyncio.to_thread(_computed, archive, form, period, place, as_of)


def _computed(
    archive: Path, name: str, period_name: str, place: str, until: datetime | None
) -> Report:
    table_of_places = Jurisdictions.released()
    try:
        seal = sealed_in(archive, until)
        form = required(name, place, _listed(table_of_places, place, seal.at))
        period = parse_period(period_name, form.period)
        on = _day(period, seal.at)
        return compute(
            form, where_of(place, on, table_of_places), period, seal, replayed(archive, seal)
        )
    except NothingSealed:
        raise Stop(
            Exit.DIFFERENT, "Audit had sealed nothing by that time.", "截至该时点审计尚未封存记录。"
        ) from None
    except FormUnknown:
        raise Stop(Exit.USAGE, f"There is no form {name}.", f"没有报表 {name}。") from None
    except FormNotListed:
        raise _not_listed(name, place, seal.at) from None
    except PeriodRefused:
        raise Stop(
            Exit.USAGE, f"{period_name} is no period of this form.", f"期间 {period_name} 不适用。"
        ) from None
    except FindingUnknown:
        raise Stop(
            Exit.DIFFERENT, f"There is no {period_name} here.", f"没有疑点 {period_name}。"
        ) from None


def _day(period: Period, sealed_at: datetime) -> date:
    return day_of(sealed_at) if period.finding else period.last


def _listed(places: Jurisdictions, place: str, at: datetime) -> tuple[str, ...]:
    return tuple(
        form
        for city, forms in listed_forms().items()
        if places.sees(city, place, day_of(at))
        for form in forms
    )


def _not_listed(name: str, place: str, at: datetime) -> Stop:
    known = forms_for(_listed(Jurisdictions.released(), place, at))
    listed = ", ".join(form.id for form in known) or "none"
    return Stop(
        Exit.DIFFERENT,
        f"The policy of {place} does not ask for {name}; it asks for: {listed}.",
        f"{place} 的政策未要求报送 {name}；所要求的有：{listed}。",
    )


def _show(found: Report) -> None:
    screen = console()
    clauses = ", ".join(found.clauses)
    screen.print(f"{found.zh}  {found.en}  ({clauses})", markup=False)
    screen.print(f"{found.place}  {found.period}  sealed {found.sealed_at}", markup=False)
    for one in found.tables:
        rows = [
            [
                yuan(cell) if column.unit == "fen" and isinstance(cell, int) else cell
                for cell, column in zip(row, one.columns, strict=True)
            ]
            for row in one.rows
        ]
        columns = [heading(column) for column in one.columns]
        screen.print(table(f"{one.zh}  {one.en}", columns, rows))
    screen.print(f"CSV SHA-256 {sha256_of(found)}", markup=False)
    if found.parked:
        screen.print(f"Complete except {found.parked} unreadable events. 有事件无法读取。")
