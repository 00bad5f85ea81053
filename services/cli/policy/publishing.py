"""`claims-ledger policy propose|compare|publish`: a version's life, each step by its own person."""

from datetime import datetime
from typing import Annotated
from uuid import uuid4

import msgspec
import typer

from services.cli.client import session
from services.cli.exits import Exit
from services.cli.installation import AtFolder
from services.cli.output import JsonFlag, console, errors, say_json, table
from services.cli.people import APPROVERS, Person
from services.cli.policy.check import PackFile, complain
from services.cli.policy.files import pack_in
from services.cli.reach import Reach, TokenFile, reach
from services.cli.signals import run
from shared.money import yuan
from shared.policy.document import PackRefused

Url = Annotated[str | None, typer.Option(help="address of the service, instead of --at")]
Policy = Annotated[str, typer.Argument(metavar="POLICY_ID", help="e.g. HLD-2019-37")]
Version = Annotated[int, typer.Argument(metavar="VERSION", min=1)]
From = Annotated[
    datetime,
    typer.Option("--from", formats=["%Y-%m-%d"], help="first day that it is to be used for"),
]
Reason = Annotated[str, typer.Option(help="why; no personal data")]
Retroactive = Annotated[bool, typer.Option("--retroactive", help="a first day before today")]
Again = Annotated[bool, typer.Option("--again", help="begin anew although a comparison is done")]


class Answer(msgspec.Struct, frozen=True):
    """What became of a command."""

    policy: str
    event: str
    version: int
    content_sha256: str


class Kind(msgspec.Struct, frozen=True):
    kind: str
    judged: int
    gain: int
    lose: int
    stay: int
    differ: int
    old_fen: int
    new_fen: int


class Summary(msgspec.Struct, frozen=True):
    judged: int
    differ: int
    kinds: tuple[Kind, ...]
    summary_sha256: str


class Compared(msgspec.Struct, frozen=True):
    """How far a comparison is."""

    run: str
    total: int
    judged: int
    done: bool
    summary: Summary | None = None


class Proposal(msgspec.Struct, frozen=True):
    version: int
    content_sha256: str
    comparison: Summary | None = None


class Shown(msgspec.Struct, frozen=True):
    policy: str
    stage: str
    proposal: Proposal | None = None


def propose(
    pack: PackFile,
    first_day: From,
    retroactive: Retroactive = False,
    reason: Reason = "",
    claims: Url = None,
    token_file: TokenFile = None,
    at: AtFolder = None,
    as_json: JsonFlag = False,
) -> None:
    """Lay a new version before the others; nothing is judged by it yet. Exit code 1: refused."""
    try:
        policy_id = pack_in(pack).policy_id
    except PackRefused as refused:
        complain(pack, refused, as_json)
        raise typer.Exit(Exit.DIFFERENT) from None
    said = {
        "pack": pack.read_text(encoding="utf-8"),
        "effective_from": first_day.date(),
        "retroactive": retroactive,
        "reason": reason,
    }
    where = reach(at, {"claims": claims}, token_file)
    answer = run(_post(where, APPROVERS[0], f"/policies/{policy_id}/proposals", said))
    _say(answer, as_json)


def compare(
    policy: Policy,
    version: Version,
    again: Again = False,
    claims: Url = None,
    token_file: TokenFile = None,
    at: AtFolder = None,
    as_json: JsonFlag = False,
) -> None:
    """Judge the recorded claims under a proposed version and under what is in force."""
    where = reach(at, {"claims": claims}, token_file)
    found = run(_compared(where, f"/policies/{policy}/proposals/{version}/comparison", again))
    if as_json:
        say_json(found)
        return
    assert found.summary is not None
    columns = ("kind", "judged number", "gain", "lose", "stay", "now ¥", "then ¥")
    rows = [
        (one.kind, one.judged, one.gain, one.lose, one.stay, yuan(one.old_fen), yuan(one.new_fen))
        for one in found.summary.kinds
    ]
    console().print(table(f"{policy} version {version}", columns, rows))
    console().print(f"{found.summary.judged} judged, {found.summary.differ} differ", markup=False)


def publish(
    policy: Policy,
    version: Version,
    claims: Url = None,
    token_file: TokenFile = None,
    at: AtFolder = None,
    as_json: JsonFlag = False,
) -> None:
    """Put a proposed version in force, as another person than who proposed it: exactly the content
    and the comparison that stand now. Exit code 1: refused.
    """
    where = reach(at, {"claims": claims}, token_file)
    answer = run(_published(where, policy, version))
    _say(answer, as_json)


async def _post(where: Reach, who: Person, path: str, said: object) -> Answer:
    async with session() as http:
        client = where.client(http, "claims", who)
        return await client.post(path, str(uuid4()), said, Answer)


async def _compared(where: Reach, path: str, again: bool) -> Compared:
    """Ask until all claims are judged; stopped and asked again, it goes on where it was."""
    async with session() as http:
        client = where.client(http, "claims", APPROVERS[1])
        found = await client.post(path, str(uuid4()), {"again": again}, Compared)
        while not found.done:
            errors().print(f"{found.judged} of {found.total} judged…", end="\r")
            found = await client.post(path, str(uuid4()), {}, Compared)
        return found


async def _published(where: Reach, policy: str, version: int) -> Answer:
    async with session() as http:
        client = where.client(http, "claims", APPROVERS[1])
        shown = await client.get(f"/policies/{policy}", Shown)
        proposal = shown.proposal
        compared = proposal.comparison if proposal else None
        said = {
            "content_sha256": proposal.content_sha256 if proposal else "0" * 64,
            "summary_sha256": compared.summary_sha256 if compared else "0" * 64,
        }
        path = f"/policies/{policy}/proposals/{version}/publish"
        return await client.post(path, str(uuid4()), said, Answer)


def _say(answer: Answer, as_json: bool) -> None:
    if as_json:
        say_json(answer)
    else:
        line = f"{answer.event}: {answer.policy} version {answer.version} {answer.content_sha256}"
        console().print(line, markup=False, soft_wrap=True)
