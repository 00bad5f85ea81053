"""`claims-ledger person-file`: courses, certificates, claims and payouts of one person."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import aiohttp
import msgspec
import typer

from services.audit.person.file import PersonFile
from services.cli.client import Client, session
from services.cli.installation import AtFolder
from services.cli.instants import AsOf
from services.cli.output import JsonFlag, console, say_json, table
from services.cli.people import AUDITOR
from services.cli.reach import Reach, TokenFile, reach
from services.cli.signals import run
from shared.ids import new_correlation_id
from shared.money import yuan

ASK = "-"
MAX_NUMBER = 64


class _Met(msgspec.Struct, frozen=True):
    person: str
    erased: bool
    name: str | None = None


def person_file(
    person: Annotated[
        str,
        typer.Argument(
            metavar="REFERENCE",
            help="the person's reference; - reads an ID number from standard input",
        ),
    ],
    as_of: AsOf = None,
    csv: Annotated[Path | None, typer.Option(help="write it as a table to this file")] = None,
    audit: Annotated[str | None, typer.Option(help="address of the audit service")] = None,
    claims: Annotated[str | None, typer.Option(help="address of claims, for an ID number")] = None,
    token_file: TokenFile = None,
    at: AtFolder = None,
    as_json: JsonFlag = False,
) -> None:
    """Show one person's file by replay; the ledger records who read it.

    The file holds references and no name. Exit code 1: nothing is known of this person.
    """
    where = reach(at, {"audit": audit, "claims": claims}, token_file)
    if csv is not None:
        csv.write_bytes(run(_table(where, person, as_of)))
        console().print(f"Written to {csv}. 已写入。", markup=False)
        return
    file = run(_file(where, person, as_of))
    if as_json:
        say_json(file)
    else:
        _show(file)


async def _file(where: Reach, person: str, as_of: datetime | None) -> PersonFile:
    async with session() as http:
        path = await _path(where, http, person, as_of, "json")
        return await where.client(http, "audit", AUDITOR).get(path, PersonFile)


async def _table(where: Reach, person: str, as_of: datetime | None) -> bytes:
    async with session() as http:
        path = await _path(where, http, person, as_of, "csv")
        return await where.client(http, "audit", AUDITOR).download(path)


async def _path(
    where: Reach, http: aiohttp.ClientSession, person: str, as_of: datetime | None, form: str
) -> str:
    if person == ASK:
        person = await _reference(where.client(http, "claims", AUDITOR))
    until = f"&as_of={quote(as_of.isoformat())}" if as_of else ""
    return f"/persons/{quote(person, safe='')}/file?format={form}{until}"


async def _reference(clerk: Client) -> str:
    """By an ID number that is never an argument: others could read it in the list of processes."""
    number = sys.stdin.readline(MAX_NUMBER).strip()
    asked = {"id_number": number, "purpose": "file"}
    met = await clerk.post("/persons/lookup", new_correlation_id(), asked, _Met)
    return met.person


def _show(file: PersonFile) -> None:
    screen = console()
    state = f"erased on {file.erased_on}" if file.erased_on else ""
    screen.print(file.person, state, "" if file.whole else "(a part: the rest is elsewhere)")
    screen.print(
        table(
            "Courses  课程", ("plan", "occupation", "level", "institution", "minutes number"),
            [
                (c.plan, c.occupation, c.level, c.institution, c.minutes + c.online_minutes)
                for c in file.courses
            ],
        )
    )  # fmt: skip
    screen.print(
        table(
            "Certificates  证书", ("certificate", "type", "occupation", "level", "issued on"),
            [
                (c.certificate, c.certificate_type, c.occupation, c.level, c.issued_on)
                for c in file.certificates
            ],
        )
    )  # fmt: skip
    screen.print(
        table(
            "Claims  申领", ("claim", "kind", "occupation", "level", "state", "¥"),
            [
                (c.claim, c.kind, c.occupation, c.level, c.state, yuan(c.amount_fen))
                for c in file.claims
            ],
        )
    )  # fmt: skip
    screen.print(
        table(
            "Payments  拨付", ("record", "state", "paid on", "paid ¥", "owed ¥"),
            [
                (p.record, p.state, p.paid_on, yuan(p.paid_fen), yuan(p.owed_fen))
                for p in file.payouts
            ],
        )
    )  # fmt: skip
