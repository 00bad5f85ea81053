"""The pages about policy: how a case is written, each city's pack, and who carries out which rule.

`python -m tests.policy.pages FOLDER`
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from shared.policy import cases, questions, verdicts
from shared.policy.checks.types import CLAIM_TYPES
from shared.policy.claim_values import SAID, bounds_of
from shared.policy.coverage import covered, plain_of
from shared.policy.load import PACKS, parse_pack, shipped
from shared.policy.mistakes import mistakes
from shared.policy.pack import Pack
from shared.policy.words import dictionary
from shared.policy.written import casefile
from shared.policy.written.casefile import CaseFile
from shared.policy.written.reading import Read, read_cases
from shared.policy.written.words import case_words
from tests.policy.city_page import city_page
from tests.policy.markdown import table
from tests.policy.said_page import question_part, read_by, reason_rows, values_part
from tests.policy.written import FOLDER, cases_of

HERE = "tests/policy/cases"
# What follows from a reason that no gate of a pack gives.
DECIDES = {
    "ADVANCE_PAYEE": "REJECT",
    "ADVANCE_RATIO": "REJECT",
    "AMOUNT_CATALOGUE": "HOLD",
    "AMOUNT_ZERO": "HOLD",
    "CERT_TWO_PERSONS": "HOLD and FLAG; only FLAG where the other claim is over",
    "CLASSES_NOT_ADDED": "HOLD",
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
# What a case file shares with packs.
SHARED = (
    "ENCODING", "TOO_LARGE", "TOO_DEEP", "YAML", "ALIAS", "DUPLICATE_KEY", "MISSING_KEY",
    "BAD_DATE", "DATES_REVERSED",
)  # fmt: skip
MISTAKEN = """With one of these a case is not judged and counts as one that differs. A line on
standard error says `file:line:column: case: CODE: sentence (path)`, in the language of `--lang`."""
NOTICED = """The case is judged all the same. A name in `expect` that the city does not know
differs in any case, since no answer can have it; the notice says which it is and what is meant."""
INTRODUCTION = Path(__file__).parent / "cases.md"


def main(folder: Path) -> None:
    (folder / "cases.md").write_text(cases_page(), encoding="utf-8")
    (folder / "coverage.md").write_text(coverage_page(), encoding="utf-8")
    cities = folder / "cities"
    cities.mkdir(exist_ok=True)
    for pack in shipped():
        (cities / f"{pack.policy_id}.md").write_text(city_page(pack), encoding="utf-8")


# ---- how a case is written ----


def cases_page() -> str:
    lines = [INTRODUCTION.read_text(encoding="utf-8").rstrip(), ""]
    lines += ["## The parts of a case", ""]
    lines += _fields(casefile, CaseFile)
    lines += ["## claim", "", *_claim_fields()]
    lines += ["## history: one earlier claim", "", *_fields(casefile, casefile.Earlier)]
    lines += ["## expect", "", *_fields(casefile, casefile.Expected), *values_part()]
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
    lines += ["Every id of a city stands on its page. One question of each sort:", ""]
    lines += question_part()
    lines += ["## Decisions", ""]
    words = dictionary().decisions.items()
    lines += table(("decision", "zh", "en"), ((code, w.zh, w.en) for code, w in words))
    lines += ["## Reasons", ""]
    lines += ["Made from the packs: a city that is not named never says it.", ""]
    lines += table(("code", "decision", "cities", "zh", "en"), reason_rows(DECIDES))
    lines += ["## Mistakes in a case", "", MISTAKEN, ""]
    told = case_words()
    rows = [(f"`{code}`", one.zh, one.en) for code, one in told.mistakes.items()]
    shared = ((code, mistakes()[code]) for code in SHARED)
    rows += [(f"`{code}`", one.zh, one.en) for code, one in shared]
    lines += table(("code", "zh", "en"), rows)
    lines += ["## Notices", "", NOTICED, ""]
    rows = [(f"`{code}`", one.zh, one.en) for code, one in told.notices.items()]
    lines += table(("code", "zh", "en"), rows)
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
        (f"`{one.encode_name}`", _values(one), _default(one), docs.get(one.name, ""))
        for one in msgspec.structs.fields(type_)
    ]
    intro = inspect.cleandoc(type_.__doc__ or "").splitlines()
    return [*intro, "", *table(("field", "type", "default", "meaning"), rows)]


def _claim_fields() -> list[str]:
    docs = docs_of(cases, "ClaimCase")
    rows = []
    for one in msgspec.structs.fields(cases.ClaimCase):
        values = _values(one)
        if values == "whole number":
            values += " {} to {}".format(*bounds_of(one.name))
        said = docs.get(one.name, "")
        rows.append((f"`{one.name}`", values, _default(one), read_by(one.name), said))
    assert {f"claim.{one.name}" for one in msgspec.structs.fields(cases.ClaimCase)} == {
        *CLAIM_TYPES
    }
    return table(("field", "type or values", "default", "read in", "meaning"), rows)


def _values(one: msgspec.structs.FieldInfo) -> str:
    return ", ".join(f"`{value}`" for value in SAID.get(one.name, ())) or _type(one.type)


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
        case msgspec.inspect.IntType(ge=low, le=high):
            return "whole number" if low is None else f"whole number {low} to {high}"
        case msgspec.inspect.BoolType():
            return "true, false"
        case msgspec.inspect.StrType():
            return "text"
        case _:
            return type(info).__name__


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


_KNOWN: dict[Path, list[Read]] = {}


def _read(path: Path) -> list[Read]:
    if path not in _KNOWN:
        _KNOWN[path] = list(read_cases(path))
    return _KNOWN[path]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
