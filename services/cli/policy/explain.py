"""`claims-ledger policy explain CLAIM_ID`: why paid or why not, as of any instant, from the log."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer

from services.audit.trace.follow import Entry
from services.audit.trace.names import family
from services.claims.packs import carried_pack
from services.claims.policy.decide import stream_of
from services.cli.exits import Exit, Stop
from services.cli.installation import AtFolder
from services.cli.instants import parse_instant
from services.cli.opening import log_address, opened_log
from services.cli.output import JsonFlag, console, say_json
from services.cli.policy.explained import Explained, Told, explained
from services.cli.signals import run
from services.cli.trace import Scan
from shared.clock import SHANGHAI
from shared.events.claims import FactCited, PolicyUsed
from shared.events.policies import PolicyProposed
from shared.log.port import Log
from shared.money import yuan
from shared.policy.letter.telling import step_words
from shared.policy.load import shipped
from shared.policy.pack import Pack
from shared.policy.parts import Words
from shared.policy.words import Language, dictionary, named, said


def _instant(text: str) -> datetime:
    """A time with its zone; a day alone means its end in Asia/Shanghai."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return parse_instant(text)
    end = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
    return (end - timedelta(microseconds=1)).astimezone(UTC)


AsOf = Annotated[
    datetime | None,
    typer.Option(
        parser=_instant, metavar="TIME", help="what stood then: 2021-05-06 (its end), or a time"
    ),
]
Lang = Annotated[Language, typer.Option(help="language of the words")]


def explain(
    claim: Annotated[str, typer.Argument(metavar="CLAIM_ID", help="claim-…")],
    as_of: AsOf = None,
    lang: Lang = "en",
    at: AtFolder = None,
    as_json: JsonFlag = False,
) -> None:
    """Say why a claim was paid or why it was not: events, clauses, facts, steps of the sum.

    Reads the log alone, verified, and the packs that it carries. Exit code 1: no such claim.
    """
    found, pack = run(_read(claim, as_of, at))
    if as_json:
        say_json(found)
        return
    for line in lines_of(found, pack, lang):
        console().print(line, markup=False, soft_wrap=True)


async def _read(
    claim: str, as_of: datetime | None, at: Path | None
) -> tuple[Explained, Pack | None]:
    async with opened_log(log_address(at)) as log:
        return await explanation(log, claim, as_of)


async def explanation(
    log: Log, claim: str, as_of: datetime | None
) -> tuple[Explained, Pack | None]:
    """With the pack that judged, where the log or this release has it. Raises Stop: no claim."""
    scan = Scan(log)
    entries = await scan(family(claim), False)
    if not any(entry.event.subject == claim for entry in entries):
        raise Stop(
            Exit.DIFFERENT,
            f"The log has no claim {claim}: check the id, or wait until the relay has sent it.",
            f"日志中没有申请 {claim}：请核对编号，或稍后再试。",
        )
    found = explained(claim, entries, as_of)
    if found.policy is None:
        return found, None
    proposals = await scan([stream_of(found.policy.policy_id)], True)
    return found, pack_used(found.policy, proposals)


def pack_used(used: PolicyUsed, proposals: list[Entry]) -> Pack | None:
    """From this release, or from the proposal that carries it; None: neither has this content."""
    for pack in shipped():
        if pack.content_sha256 == used.content_sha256:
            return pack
    for entry in proposals:
        facts = entry.event.facts
        if isinstance(facts, PolicyProposed) and facts.content_sha256 == used.content_sha256:
            return carried_pack(facts.pack, facts.file_sha256)
    return None


_HEADS = {
    "as_of": Words(en="As of", zh="截至"),
    "decided": Words(en="Decided", zh="决定"),
    "calculated": Words(en="Calculated", zh="计算"),
    "amount": Words(en="Amount", zh="金额"),
    "policy": Words(en="Policy", zh="政策"),
    "reasons": Words(en="Reasons", zh="理由"),
    "flags": Words(en="Flags", zh="提示"),
    "clauses": Words(en="Clauses", zh="依据条款"),
    "steps": Words(en="Computed", zh="计算过程"),
    "facts": Words(en="Facts", zh="已知事实"),
    "missing": Words(en="Missing", zh="缺少的事实"),
    "readings": Words(en="Readings", zh="解释口径"),
    "conflicts": Words(en="Conflicts", zh="冲突的申请"),
    "story": Words(en="Events", zh="事件"),
}


def lines_of(found: Explained, pack: Pack | None, language: Language) -> Iterator[str]:
    """The explanation as lines; without the pack codes stand for its words."""
    yield f"{found.claim}: {said(found.verdict, language)}"
    if found.as_of is not None:
        yield f"{said(_HEADS['as_of'], language)} {_time(found.as_of)}"
    for name, lines in _parts(found, pack, language):
        if lines:
            yield f"{said(_HEADS[name], language)}:"
            yield from (f"  {line}" for line in lines)


def _parts(
    found: Explained, pack: Pack | None, language: Language
) -> Iterator[tuple[str, list[str]]]:
    proposal = found.proposal
    yield "decided", [_told(found.decided, language)] if found.decided else []
    yield "calculated", [_told(found.calculated, language)] if found.calculated else []
    yield "amount", [f"¥{yuan(found.amount_fen)}"] if found.amount_fen else []
    yield "policy", [_policy(found.policy, pack, language)] if found.policy else []
    yield "reasons", [_reason(code, pack, language) for code in found.reasons]
    yield "flags", [_reason(code, pack, language) for code in found.flags]
    yield "clauses", [_clause(c.clause, c.amount_fen, pack, language) for c in found.citations]
    if proposal is not None:
        yield (
            "steps",
            [
                f"{step_words(s.what, s.inputs, pack, language)}"
                f" = {yuan(s.amount_fen)}  {s.clause}".rstrip()
                for s in proposal.steps
            ],
        )
        yield (
            "facts",
            [
                f"{fact.fact} = {fact.value} ({', '.join(filter(None, _source(fact)))})"
                for fact in proposal.facts
            ],
        )
        asked = zip(proposal.missing, proposal.missing_registers, strict=False)
        yield "missing", [_missing(fact, register, pack, language) for fact, register in asked]
        yield "readings", [_reading(one, pack, language) for one in proposal.interpretations]
    yield "conflicts", list(found.conflicts)
    yield "story", [_told(one, language) for one in found.story]


def _told(one: Told, language: Language) -> str:
    return f"{_time(one.time)}  {one.type}  {said(one.by, language)}  {one.place}"


def _time(when: datetime) -> str:
    return f"{when.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _policy(used: PolicyUsed, pack: Pack | None, language: Language) -> str:
    title = f"{said(pack.content.title, language)}, " if pack else ""
    return f"{title}{used.policy_id} version {used.version}, sha256 {used.content_sha256}"


def _reason(code: str, pack: Pack | None, language: Language) -> str:
    words = pack.reasons.get(code) if pack else None
    return f"{said(words, language)} [{code}]" if words else code


def _clause(clause: str, amount_fen: int, pack: Pack | None, language: Language) -> str:
    rules = pack.content.rules if pack else ()
    text = next((f" {said(rule.text, language)}" for rule in rules if rule.id == clause), "")
    return f"{clause}{text}" + (f" ¥{yuan(amount_fen)}" if amount_fen else "")


def _source(fact: FactCited) -> Iterator[str]:
    yield fact.source
    yield str(fact.valid_at or "")
    yield fact.reference or ""


def _missing(fact: str, register: str, pack: Pack | None, language: Language) -> str:
    spec = pack.facts.get(fact) if pack else None
    what = said(spec.question, language) if spec else fact
    return f"{what} ({fact}; {named(dictionary().registers, register, language)})"


def _reading(switch: str, pack: Pack | None, language: Language) -> str:
    known = pack.content.interpretations if pack else ()
    one = next((each for each in known if each.id == switch), None)
    return f"{switch} {said(one.question, language)} {one.choice}" if one else switch
