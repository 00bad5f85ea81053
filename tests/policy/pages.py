"""The pages about policy: how a case is written, each city's pack, and who carries out which rule.

`python -m tests.policy.pages FOLDER`
"""

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from shared.policy import casefile, cases, questions, verdicts
from shared.policy.casefile import CHOICES, CaseFile, read_cases
from shared.policy.checks.types import CLAIM_TYPES
from shared.policy.coverage import covered, plain_of
from shared.policy.load import PACKS, parse_pack, shipped
from shared.policy.pack import MaxTimes, Pack
from shared.policy.parts import Catalogue, Kind, Ratio, Shortfall, Table
from shared.policy.reasons import built_in_reasons
from shared.policy.spoken import condition_words
from shared.policy.words import dictionary
from tests.policy.written import FOLDER, cases_of

HERE = "tests/policy/cases"
# What follows from a reason that no gate of a pack gives.
DECIDES = {
    "ADVANCE_PAYEE": "REJECT",
    "ADVANCE_RATIO": "REJECT",
    "AMOUNT_CATALOGUE": "HOLD",
    "AMOUNT_ZERO": "HOLD",
    "CERT_TWO_PERSONS": "HOLD and FLAG; only FLAG where the other claim is over",
    "DAYS_DIFFER": "FLAG",
    "DUP_CERTIFICATE": "REJECT",
    "DUP_OCC_LEVEL": "REJECT",
    "FACT_MISSING": "HOLD",
    "FILED_AFTER_EXPIRY": "HOLD",
    "FUND_CAP": "REJECT",
    "FUND_MISSING": "HOLD",
    "FUND_NOT_FOR_KIND": "REJECT",
    "FUND_UNKNOWN": "REJECT",
    "GROUP_NOT_MET": "REJECT",
    "JURISDICTION_NOT_COVERED": "HOLD",
    "LEVEL_NOT_IN_TABLE": "HOLD",
    "LIMIT_EXCEPTED": "FLAG",
    "LIMIT_MONTHS": "REJECT",
    "LIMIT_YEAR": "REJECT",
    "LOWER_AFTER_HIGHER": "FLAG",
    "MONTHS_DIFFER": "HOLD",
    "NOT_EARMARKED": "REJECT",
    "NO_SHORTFALL": "REJECT",
    "PAYEE_DIFFERS": "HOLD",
    "POLICY_NOT_IN_FORCE": "REJECT where the document states its dates, else HOLD",
    "POLICY_SILENT": "HOLD",
    "RECOVERY_OPEN": "HOLD",
    "REPEAT_UNLIMITED": "FLAG",
    "TIMES_UNLIMITED": "FLAG",
    "TRADE_DIFFERS": "HOLD",
}
INTRODUCTION = Path(__file__).parent / "cases.md"


def main(folder: Path) -> None:
    (folder / "cases.md").write_text(cases_page(), encoding="utf-8")
    (folder / "coverage.md").write_text(coverage_page(), encoding="utf-8")
    cities = folder / "cities"
    cities.mkdir(exist_ok=True)
    for pack in shipped():
        (cities / f"{pack.policy_id}.md").write_text(city_page(pack), encoding="utf-8")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table in Markdown."""
    lines = [f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}"]
    return [*lines, *(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows), ""]


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split()) or "–"


# ---- how a case is written ----


def cases_page() -> str:
    lines = [INTRODUCTION.read_text(encoding="utf-8").rstrip(), ""]
    lines += ["## The parts of a case", ""]
    lines += _fields(casefile, CaseFile)
    lines += ["## claim", "", *_claim_fields()]
    lines += ["## history: one earlier claim", "", *_fields(casefile, casefile.Earlier)]
    lines += ["## expect", "", *_fields(casefile, casefile.Expected)]
    for name, type_ in (
        ("advance", verdicts.AdvanceCase),
        ("plan, inside advance and settlement", verdicts.Heads),
        ("settlement", verdicts.SettlementCase),
        ("payment", verdicts.PaymentCase),
        ("finding", verdicts.FindingCase),
        ("question", questions.Question),
    ):
        module = questions if type_ is questions.Question else verdicts
        lines += [f"## {name}", "", *_fields(module, type_)]
    lines += ["## Decisions", ""]
    words = dictionary().decisions.items()
    lines += table(("decision", "zh", "en"), ((code, w.zh, w.en) for code, w in words))
    lines += ["## Reasons that every city has", ""]
    reasons = sorted(built_in_reasons().items())
    rows = ((code, DECIDES.get(code, ""), w.zh, w.en) for code, w in reasons)
    lines += table(("code", "decision", "zh", "en"), rows)
    lines += ["## The cities", ""]
    lines += table(
        ("policy", "city", "kinds, groups, facts, reasons, model cases"),
        (
            (p.policy_id, f"{p.content.jurisdiction.name.zh} {p.content.jurisdiction.name.en}",
             f"[cities/{p.policy_id}.md](cities/{p.policy_id}.md)")
            for p in shipped()
        ),
    )  # fmt: skip
    return "\n".join(lines)


def docs_of(module: ModuleType, name: str) -> dict[str, str]:
    """Field -> the words under it in the source."""
    tree = ast.parse(inspect.getsource(module))
    found = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == name)
    docs: dict[str, str] = {}
    for before, after in zip(found.body, found.body[1:], strict=False):
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name):
            said = after.value if isinstance(after, ast.Expr) else None
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                docs[before.target.id] = said.value
    return docs


def _fields(module: ModuleType, type_: type[Any]) -> list[str]:
    docs = docs_of(module, type_.__name__)
    rows = [
        (f"`{one.encode_name}`", _type(one.type), _default(one), docs.get(one.name, ""))
        for one in msgspec.structs.fields(type_)
    ]
    intro = inspect.cleandoc(type_.__doc__ or "").splitlines()
    return [*intro, "", *table(("field", "type", "default", "meaning"), rows)]


def _claim_fields() -> list[str]:
    docs = docs_of(cases, "ClaimCase")
    rows = []
    for one in msgspec.structs.fields(cases.ClaimCase):
        values = ", ".join(f"`{v}`" for v in CHOICES.get(one.name, ())) or _type(one.type)
        rows.append((f"`{one.name}`", values, _default(one), docs.get(one.name, "")))
    assert {f"claim.{one.name}" for one in msgspec.structs.fields(cases.ClaimCase)} == {
        *CLAIM_TYPES
    }
    return table(("field", "type or values", "default", "meaning"), rows)


def _default(one: msgspec.structs.FieldInfo) -> str:
    if one.default is msgspec.NODEFAULT and one.default_factory is msgspec.NODEFAULT:
        return "must be there"
    if one.default in (None, (), {}, msgspec.NODEFAULT):
        return ""
    return str(one.default)


def _type(type_: Any) -> str:
    """A type in words that a writer of cases knows."""
    info = msgspec.inspect.type_info(type_)
    return _info(info)


def _info(info: msgspec.inspect.Type) -> str:
    match info:
        case msgspec.inspect.UnionType(types=types):
            return " or ".join(
                _info(one) for one in types if not isinstance(one, msgspec.inspect.NoneType)
            )
        case msgspec.inspect.LiteralType(values=values):
            return ", ".join(f"`{value}`" for value in values)
        case msgspec.inspect.VarTupleType(item_type=item):
            return f"list of {_info(item)}"
        case msgspec.inspect.StructType(cls=cls):
            return f"see {cls.__name__}"
        case msgspec.inspect.DictType():
            return "name: value"
        case msgspec.inspect.DateType():
            return "date YYYY-MM-DD"
        case msgspec.inspect.IntType():
            return "whole number"
        case msgspec.inspect.BoolType():
            return "true, false"
        case msgspec.inspect.StrType():
            return "text"
        case _:
            return type(info).__name__


# ---- each city ----


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
                f.type,
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
    lines += ["Ids for a `question`.", "", *_entries(pack)]
    lines += ["## How open points are read", ""]
    lines += table(
        ("switch", "choice", "question", "support"),
        ((i.id, i.choice, i.question.en, i.support.en) for i in content.interpretations),
    )
    lines += ["## Reasons of this city", ""]
    lines += table(("code", "zh", "en"), ((r.code, r.text.zh, r.text.en) for r in content.reasons))
    return "\n".join(lines)


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


def _entries(pack: Pack) -> list[str]:
    content = pack.content
    rows = [("report", r.id, r.clause, f"{r.name.en} (form {r.form})") for r in content.reports]
    rows += [("target", t.id, t.clause, f"{t.number} {t.unit}") for t in content.targets]
    rows += [("role", r.id, r.clause, f"{r.name.en}: {', '.join(r.does)}") for r in content.roles]
    rows += [("exchange", x.id, x.clause, f"{x.system}: {x.text.en}") for x in content.exchanges]
    rows += [("duty", d.id, d.clause, d.text.en) for d in content.duties]
    rows += [("share", s.id, s.clause, f"{s.min_bp} bp") for s in content.shares]
    rows += [("neutral", n.field, n.clause, "makes no difference") for n in content.neutral]
    rows += [("sanction", s.id, s.clause, f"{s.offence}: {s.text.en}") for s in content.sanctions]
    rows += [
        ("demand", f"{one.kind} {step.step}", step.clause, f"before {step.before}")
        for one in content.demands
        for step in one.steps
    ]
    rows += [("table", f.look_up.table, f.clause or "", f.id) for f in content.facts if f.look_up]
    return table(("about", "id", "clause", "what"), rows)


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


# ---- coverage ----


def coverage_page() -> str:
    lines = [
        "# Which rule stands where",
        "",
        "Generated by `make docs` from the packs and the cases. Every rule of the five documents:",
        "its scope (in: the ledger does it; interface: a reference or exchange of data; out), the",
        "entries of the pack that carry it out, and cases that come out differently without them",
        "(`tests/policy/test_coverage.py` takes each rule's entries away in turn).",
        "",
    ]
    for path in sorted(PACKS.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        pack = parse_pack(text, path.name)
        rules = covered(pack.content, plain_of(text))
        lacking = sum(rule.scope == "in" and not rule.entries for rule in rules)
        lines += [f"## {pack.content.jurisdiction.name.en} · {pack.policy_id}", ""]
        lines += [f"{len(rules)} rules; in scope without an implementation: {lacking}.", ""]
        rows = (
            (
                rule.rule,
                rule.scope,
                f"{rule.en} {rule.zh}",
                ", ".join(f"`{entry}`" for entry in rule.entries),
                ", ".join(_links(pack, rule.rule)),
            )
            for rule in rules
        )
        lines += table(("rule", "scope", "what it says", "entries of the pack", "shown by"), rows)
    return "\n".join(lines)


def _links(pack: Pack, rule: str) -> Iterator[str]:
    for case in cases_of(pack.policy_id, rule)[:3]:
        yield f"[{case.case}](../../{HERE}/{_file(case)})"


def _file(case: CaseFile) -> str:
    for path in sorted(FOLDER.rglob("*.yaml")):
        if any(read.case.case == case.case for read in _read(path)):
            return str(path.relative_to(FOLDER))
    raise LookupError(case.case)


_KNOWN: dict[Path, list[casefile.Read]] = {}


def _read(path: Path) -> list[casefile.Read]:
    if path not in _KNOWN:
        _KNOWN[path] = list(read_cases(path))
    return _KNOWN[path]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
