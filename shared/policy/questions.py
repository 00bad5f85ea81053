"""What a pack asks of the bureau beside claims: such a report, role, paper? Pure."""

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.policy.cases import Cited
from shared.policy.pack import Pack
from shared.policy.papers import papers_asked
from shared.policy.readers import clauses_for
from shared.policy.verdicts import Verdict

About = Literal[
    "report",
    "target",
    "role",
    "exchange",
    "duty",
    "share",
    "paper",
    "demand",
    "fund",
    "special_account",
    "neutral",
    "group",
    "kind",
    "table",
    "switch",
    "sanction",
    "precedence",
]


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question to the pack itself. `id` is the entry's id, or what the entry is about: a role's
    task, a report's form, a table's name or the fact that it answers, a neutral field.
    """

    about: About
    id: Annotated[str, Meta(max_length=80)] = ""
    kind: str | None = None
    """of papers and demands: the kind of subsidy"""
    connected: Annotated[tuple[str, ...], Meta(max_length=50)] = ()
    """of papers: registers that answer, whose papers nobody has to bring (HLD-15-4)"""
    number: int | None = None
    """of targets, shares and switches: the number that must stand there"""


def answer(pack: Pack, question: Question) -> Verdict:
    """YES with the clauses of what was found, or NO."""
    clauses = tuple(dict.fromkeys(_clauses(pack, question)))
    return Verdict(
        decision="YES" if clauses else "NO",
        citations=tuple(Cited(clause=clause) for clause in clauses),
        policy_id=pack.policy_id,
        version=pack.version,
        content_sha256=pack.content_sha256,
    )


def _clauses(pack: Pack, question: Question) -> Iterator[str]:
    content, id_ = pack.content, question.id
    match question.about:
        case "report":
            yield from (r.clause for r in content.reports if id_ in (r.id, r.form))
        case "target":
            yield from (
                t.clause
                for t in content.targets
                if t.id == id_ and question.number in (None, t.number)
            )
        case "role":
            yield from (r.clause for r in content.roles if r.id == id_ or id_ in r.does)
        case "exchange":
            yield from (
                x.clause for x in content.exchanges if id_ in (x.id, x.system) or id_ in x.carries
            )
        case "duty":
            yield from (d.clause for d in content.duties if id_ in (d.id, d.feature))
        case "share":
            yield from (
                s.clause
                for s in content.shares
                if s.id == id_ and question.number in (None, s.min_bp)
            )
        case "neutral":
            fields = (id_, f"facts.{id_}")
            yield from (n.clause for n in content.neutral if n.field in fields)
        case "sanction":
            yield from (s.clause for s in content.sanctions if id_ in (s.id, s.offence, *s.acts))
        case "precedence":
            yield from () if content.validity.yields_to is None else (content.validity.yields_to,)
        case "fund" | "special_account":
            yield from _funds(pack, question)
        case "table":
            name = id_.removeprefix("facts.")
            for fact in content.facts:
                if fact.look_up is not None and name in (fact.look_up.table, fact.id):
                    yield from clauses_for(content, fact)
        case "switch":
            yield from (i.id for i in content.interpretations if i.id == id_)
        case "group":
            yield from (c for group in content.groups if group.id == id_ for c in group.clauses)
        case _:
            yield from _of_kinds(pack, question)


def _funds(pack: Pack, question: Question) -> Iterator[str]:
    funds = pack.content.funds
    if question.about == "fund":
        yield from (source.clause for source in funds.sources if source.id == question.id)
    elif funds.special_account is not None:
        yield funds.special_account.clause


def _of_kinds(pack: Pack, question: Question) -> Iterator[str]:
    for kind in pack.content.kinds:
        if question.kind not in (None, kind.id):
            continue
        if question.about == "kind" and kind.id == question.id:
            yield from kind.clauses
        if question.about == "paper":
            asked = papers_asked(kind.papers, question.connected).asked
            papers = (paper for paper in kind.papers if paper.code in asked)
            yield from (paper.clause for paper in papers if paper.code == question.id)
        if question.about == "demand" and kind.id in pack.demands:
            demanded = pack.demands[kind.id]
            yield from (step.clause for step in demanded.steps if step.step == question.id)
            yield from (r.clause for r in demanded.registers if r.register == question.id)
