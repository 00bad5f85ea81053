"""One city's page: kinds with their gates and a model case, groups, facts, entries, readings."""

from typing import NamedTuple

from shared.policy.pack import MaxTimes, Pack
from shared.policy.parts import Catalogue, Kind, Ratio, Shortfall, Table
from shared.policy.questions import About
from shared.policy.readers import clauses_for
from shared.policy.spoken import condition_words
from shared.policy.written.notices import words_of
from shared.policy.written.reading import read_cases
from tests.policy.markdown import table
from tests.policy.written import FOLDER


def city_page(pack: Pack) -> str:
    content = pack.content
    title = f"# {content.title.en} · {content.title.zh}"
    last = content.validity.valid_to
    lines = [
        title,
        "",
        "Generated from the pack by `make docs`. How a case is written: [cases.md](../cases.md).",
        "",
        f"- policy `{pack.policy_id}`, version {pack.version}",
        f"- document {content.document.number}, issued {content.document.issued_on or 'on no day'}",
        f"- in force {content.validity.valid_from} to {last or 'no end'}"
        f" ({content.validity.basis.replace('_', ' ')})",
        f"- jurisdictions: {', '.join(sorted(pack.jurisdictions))}",
        "",
        "## Kinds of subsidy",
        "",
    ]
    for kind in content.kinds:
        lines += _kind(pack, kind)
    lines += ["## Groups", ""]
    lines += table(
        ("group", "zh", "en", "clauses", "member when"),
        (
            (g.id, g.name.zh, g.name.en, ", ".join(g.clauses), condition_words(g.member_when))
            for g in content.groups
        ),
    )
    lines += ["## Facts", ""]
    lines += table(
        ("fact", "type", "register", "of the day", "question", "问题"),
        (
            (
                f.id,
                f.type + _named(words_of(pack, f.id)),
                f.register + (f", table {f.look_up.table}" if f.look_up else ""),
                (f.look_up.as_of if f.look_up else f.as_of) or "",
                f.question.en,
                f.question.zh,
            )
            for f in content.facts
        ),
    )
    lines += ["## Limits", "", *_limits(pack)]
    lines += ["## Money beside claims", "", *_money(pack)]
    lines += ["## Entries that decide no claim", ""]
    lines += ["Ids for a `question`, each of which answers YES (with the kind, where one stands)."]
    lines += ["A role is also found by one of its tasks, a report by its form, a sanction by its"]
    lines += ["offence, a table by the fact that it answers.", ""]
    rows = ((one.about, one.id, one.kind, one.clause, one.what) for one in entries(pack))
    lines += table(("about", "id", "kind", "clause", "what"), rows)
    lines += ["## How open points are read", ""]
    lines += table(
        ("switch", "choice", "question", "support"),
        ((i.id, i.choice, i.question.en, i.support.en) for i in content.interpretations),
    )
    lines += ["## Reasons of this city", ""]
    lines += table(("code", "zh", "en"), ((r.code, r.text.zh, r.text.en) for r in content.reasons))
    return "\n".join(lines)


def _named(words: list[str]) -> str:
    return f" (rules name {', '.join(f'`{one}`' for one in words)})" if words else ""


def _kind(pack: Pack, kind: Kind) -> list[str]:
    lines = [f"### {kind.id} · {kind.name.en} · {kind.name.zh}", ""]
    lines += [f"- clauses: {', '.join(kind.clauses)}", f"- groups: {', '.join(kind.groups)}"]
    lines += [f"- amount: {_amount(kind)}", f"- dated by: {kind.dated_by}"]
    payees = (
        (r.payee or f"by {r.interpretation}")
        + (f" when {condition_words(r.when)}" if r.when else "")
        + f" ({r.clause})"
        for r in kind.payees
    )
    lines += [f"- payee: {'; '.join(payees) or 'nobody: the claim holds'}"]
    lines += [f"- limits: {', '.join(kind.limits) or 'none'}"]
    if kind.same_amount is not None:
        same = kind.same_amount
        lines += [f"- flag {same.reason}: another amount than facts.{same.fact} ({same.clause})"]
    if kind.funds:
        lines += [f"- funds: {', '.join(kind.funds)}"]
    if kind.papers:
        lines += [f"- papers: {', '.join(f'{p.code} ({p.clause})' for p in kind.papers)}"]
    lines += [""]
    rows = [
        (
            gate.id,
            f"must hold: {condition_words(gate.when)}"
            if gate.when is not None
            else f"stops when known: {condition_words(gate.unless)}",
            ", ".join(gate.groups),
            gate.decision + (" + FLAG" if gate.flag else ""),
            gate.reason,
            gate.clause or "",
        )
        for gate in (*pack.content.gates, *kind.gates)
    ]
    lines += table(("gate", "condition", "only groups", "decision", "reason", "clause"), rows)
    return [*lines, *_model(pack, kind)]


def _model(pack: Pack, kind: Kind) -> list[str]:
    """A case of the kind that is decided for the claimant, as it stands in its file."""
    for path in sorted(FOLDER.rglob("*.yaml")):
        documents = path.read_text(encoding="utf-8").split("\n---\n")
        for read, text in zip(read_cases(path), documents, strict=True):
            case = read.case
            good = case.expect is not None and case.expect.decision == "APPROVE"
            ours = case.policy.partition("@")[0] == pack.policy_id
            if good and ours and case.claim is not None and case.claim.kind == kind.id:
                return ["A case that is approved:", "", "```yaml", text.strip(), "```", ""]
    return []


def _amount(kind: Kind) -> str:
    match kind.amount:
        case Table() as found:
            rows = (
                f"{row.level} {'/'.join(row.certificate_types)} {row.amount_fen} fen"
                + (f" ({row.clause})" if row.clause else "")
                for row in found.rows
            )
            return f"table, {found.unit.replace('_', ' ')} ({found.clause}): {'; '.join(rows)}"
        case Catalogue() as found:
            more = ""
            if found.uplift is not None:
                when = condition_words(found.uplift.when)
                more = f", raised by facts.{found.uplift.fact} bp when {when}"
                more += f" ({found.uplift.clause})"
            return f"catalogue: facts.{found.fact} ({found.clause}){more}{_times(found)}"
        case Ratio() as found:
            share = f"{found.ratio_bp} bp" if found.ratio_bp else f"facts.{found.ratio_fact} bp"
            raised = ""
            if found.raised is not None:
                when = condition_words(found.raised.when)
                raised = f", {found.raised.ratio_bp} bp when {when} ({found.raised.clause})"
            return f"{share} of facts.{found.fact} ({found.clause}){raised}{_times(found)}"
        case Shortfall() as found:
            most = "at most " if found.at_most else ""
            return f"{most}{found.cost} less {found.borne} ({found.clause})"


def _times(found: Catalogue | Ratio) -> str:
    times = found.times
    if times is None:
        return ""
    most = f", at most {times.max}" if times.max else ""
    part = f" ÷ {times.divisor}" if times.divisor > 1 else ""
    return f"{part} × {times.of} {times.unit}s{most} ({times.clause})"


class Entry(NamedTuple):
    """One thing that a question can ask for."""

    about: About
    id: str
    clause: str
    what: str
    kind: str = ""


def entries(pack: Pack) -> list[Entry]:
    """What the pack says beside claims."""
    content = pack.content
    found = [
        Entry("report", r.id, r.clause, f"{r.name.en} (form {r.form})") for r in content.reports
    ]
    found += [Entry("target", t.id, t.clause, f"{t.number} {t.unit}") for t in content.targets]
    found += [
        Entry("role", r.id, r.clause, f"{r.name.en}: {', '.join(r.does)}") for r in content.roles
    ]
    found += [
        Entry("exchange", x.id, x.clause, f"{x.system}: {x.text.en}") for x in content.exchanges
    ]
    found += [Entry("duty", d.id, d.clause, d.text.en) for d in content.duties]
    found += [Entry("share", s.id, s.clause, f"{s.min_bp} bp") for s in content.shares]
    found += [Entry("neutral", n.field, n.clause, "makes no difference") for n in content.neutral]
    found += [
        Entry("sanction", s.id, s.clause, f"{s.offence}: {s.text.en}") for s in content.sanctions
    ]
    for one in content.demands:
        found += [
            Entry("demand", step.step, step.clause, f"before {step.before}", one.kind)
            for step in one.steps
        ]
        found += [
            Entry("demand", asked.register, asked.clause, "this register is asked", one.kind)
            for asked in one.registers
        ]
    for spec in content.facts:
        clauses = clauses_for(content, spec)
        if spec.look_up is not None and clauses:
            found.append(Entry("table", spec.look_up.table, ", ".join(clauses), spec.id))
    return found


def _limits(pack: Pack) -> list[str]:
    rows = []
    for limit in pack.content.limits:
        clauses = ", ".join(getattr(limit, "clauses", ()) or (getattr(limit, "clause", ""),))
        most = f"{limit.max} a year, {limit.strength}" if isinstance(limit, MaxTimes) else "once"
        rows.append((limit.id, type(limit).__name__, most, limit.reason, clauses))
    return table(("limit", "what", "how often", "reason", "clauses"), rows)


def _money(pack: Pack) -> list[str]:
    content = pack.content
    advance = content.advance
    said = "- advance: the document says nothing (HOLD `POLICY_SILENT`)"
    if advance is not None:
        said = (
            f"- advance ({advance.clause}): at most {advance.max_ratio_bp} bp, to"
            f" {', '.join(advance.payees)}; institutions for"
            f" {', '.join(advance.institution_programmes)}"
        )
    lines = [said]
    sources = (f"`{s.id}` {s.name.zh} {s.name.en} ({s.clause})" for s in content.funds.sources)
    lines += [f"- sources: {'; '.join(sources) or 'none named'}"]
    if (special := content.funds.special_account) is not None:
        cap = f", at most {special.cap_fen} fen ({special.cap_clause})" if special.cap_fen else ""
        lines += [
            f"- special account ({special.clause}): pays for {', '.join(special.purposes)}{cap}"
        ]
    for sanction in content.sanctions:
        lines += [
            f"- {sanction.offence} by {', '.join(sanction.by)} ({sanction.clause}):"
            f" {', '.join(sanction.acts)}"
        ]
    return [*lines, ""]
