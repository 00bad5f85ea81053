"""Reads the rule files: a YAML header in comments, then one SELECT over the documented views."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml
from msgspec import Meta

from services.audit.detectors.lint import complaints

HERE = Path(__file__).parent
_FENCE = "-- ---"
_TABLE = re.compile(r"\b([A-Z][A-Za-z]+)_v([0-9]+)\b")
_FROM = re.compile(r"\bFROM ([A-Z][A-Za-z]+)_v([0-9]+)\b")
_UNION = "\nUNION ALL\n"
_VIEW = re.compile(r"CREATE OR REPLACE TEMPORARY VIEW (\w+) AS")


class InvalidRule(Exception):
    """A rule file that may not run: its header is incomplete or its SQL leaves the subset."""


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    en: str


class Effective(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Days on which the clause is in force; metadata: what may hold for life is not cut by it."""

    from_: str
    to: str | None


class Parameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole number of the rule that a deployment may set within its bounds."""

    default: int
    min: int
    max: int
    meaning: str


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a rule says of itself; every field is required, so that none is forgotten."""

    id: Annotated[str, Meta(pattern=r"^[A-G][0-9]{1,2}$")]
    name: Words
    version: Annotated[str, Meta(pattern=r"^[1-9][0-9]*\.[0-9]+$")]
    tier: Literal["R", "X", "S"]
    clauses: Annotated[tuple[str, ...], Meta(min_length=1)]
    cities: Annotated[tuple[str, ...], Meta(min_length=1)]
    effective: Effective
    mode: Literal["S", "S timer", "S+B", "B"]
    """timer: its rows have `due_on` and `opened_on`, the first day opened after it; while that is
    NULL the case is not due and no finding"""
    feeds: Annotated[tuple[str, ...], Meta(min_length=1)]
    """topics that the rule cannot be judged without"""
    tables: Annotated[dict[str, str], Meta(min_length=1)]
    """views read, each with its key column"""
    subject: str
    """key kind that the finding's subject is a value of"""
    keys: Annotated[dict[str, dict[str, str]], Meta(min_length=1)]
    """key kind → event type → fields that hold a key; `stream` is the event's own stream"""
    needs: dict[str, tuple[str, ...]]
    """columns without which a row of a view cannot be judged: such rows are counted, not clean"""
    parameters: dict[str, Parameter]
    explanation: Words
    outside: dict[str, str] = {}
    """view → what its rows, from before the ledger, can never be judged for"""

    @property
    def views(self) -> frozenset[str]:
        return frozenset({*self.tables, *self.needs, *self.outside})


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One detector: its header, its SQL and the hash of its file."""

    header: Header
    sql: str
    sha256: str

    @property
    def id(self) -> str:
        return self.header.id

    @property
    def timed(self) -> bool:
        return self.header.mode == "S timer"

    @property
    def follows_streams(self) -> bool:
        """It reads what does not follow in its stream; those events are under no declared key."""
        return "version_breaks" in self.header.views

    @property
    def streams(self) -> bool:
        """The stream judges it too, and says the same as the replay."""
        return self.header.mode in ("S", "S timer")

    @property
    def major(self) -> int:
        return int(self.header.version.split(".", maxsplit=1)[0])

    def filled(self, parameters: Mapping[str, int]) -> str:
        """The SQL with its parameters as literals. Raises InvalidRule outside their bounds."""
        sql = self.sql
        for name, parameter in self.header.parameters.items():
            value = parameters.get(name, parameter.default)
            if not parameter.min <= value <= parameter.max:
                raise InvalidRule(f"{self.id}: {name}={value}")
            sql = sql.replace(f"${name}", str(value))
        return sql


@dataclass(frozen=True, slots=True)
class View:
    """One documented view, and the event types (`ClaimApproved.v1`) that it stands on."""

    name: str
    statement: str
    types: frozenset[str]

    def over(self, present: Collection[str]) -> str:
        """The same view where only these types have events: what reads an empty table is left out,
        since to plan it costs more than to judge a batch. The first part names the columns.
        """
        first, *others = self.statement.split(_UNION)
        return _UNION.join([first, *(part for part in others if _read_first(part) in present)])


@dataclass(frozen=True, slots=True)
class Views:
    """All of them, each on typed tables alone."""

    views: tuple[View, ...]
    sha256: str

    @property
    def names(self) -> frozenset[str]:
        return frozenset(view.name for view in self.views)

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(sorted({kind for view in self.views for kind in view.types}))

    def of(self, rules: "Sequence[Rule]") -> "Views":
        """Only those that these rules read: what nobody reads is not built."""
        read = {name for rule in rules for name in rule.header.views}
        return Views(tuple(view for view in self.views if view.name in read), self.sha256)


def load_rule(path: Path) -> Rule:
    """Raises InvalidRule with every complaint."""
    text = path.read_text()
    _, header_lines, sql = text.split(_FENCE + "\n", maxsplit=2)
    yaml_text = "\n".join(line.removeprefix("-- ") for line in header_lines.splitlines())
    try:
        header = msgspec.convert(yaml.safe_load(yaml_text), Header)
    except (msgspec.ValidationError, yaml.YAMLError) as refused:
        raise InvalidRule(f"{path.name}: {refused}") from refused
    rule = Rule(header, sql, sha256(text.encode()).hexdigest())
    wrong = [*complaints(rule.sql), *_key_complaints(header)]
    if wrong:
        raise InvalidRule(f"{path.name}: {'; '.join(wrong)}")
    return rule


def _key_complaints(header: Header) -> list[str]:
    views = load_views()
    wrong = [f"no view {name}" for name in sorted(header.views - views.names)]
    types = {kind for fields in header.keys.values() for kind in fields}
    wrong += [f"no view reads {kind}" for kind in sorted(types) if kind not in views.types]
    if header.subject not in header.keys:
        wrong.append(f"subject {header.subject} is no declared key")
    wrong += [f"{t} has no key column" for t, column in header.tables.items() if not column]
    return wrong


def load_rules(folder: Path = HERE) -> tuple[Rule, ...]:
    """All rules of a folder, by id. Raises InvalidRule."""
    paths = [path for path in sorted(folder.glob("*.sql")) if path.name != "views.sql"]
    rules = sorted((load_rule(path) for path in paths), key=lambda rule: rule.id)
    ids = [rule.id for rule in rules]
    if len(set(ids)) != len(ids):
        raise InvalidRule(f"two files with one id among {ids}")
    return tuple(rules)


@cache
def load_views(path: Path = HERE / "views.sql") -> Views:
    """Raises InvalidRule."""
    text = path.read_text()
    code = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    wrong = complaints(code)
    if wrong:
        raise InvalidRule(f"{path.name}: {'; '.join(wrong)}")
    statements = (part.strip() for part in code.split(";") if part.strip())
    return Views(tuple(map(_view, statements)), sha256(text.encode()).hexdigest())


def _read_first(part: str) -> str:
    """The event type without which this part of a view has no row."""
    match = _FROM.search(part)
    assert match is not None  # test_every_part_of_a_view_reads_one_typed_table
    return f"{match[1]}.v{match[2]}"


def _view(statement: str) -> View:
    match = _VIEW.match(statement)
    if match is None:
        raise InvalidRule(statement[:60])
    types = {f"{name}.v{version}" for name, version in _TABLE.findall(statement)}
    return View(match[1], statement, frozenset(types))


def rule_pack_sha256(rules: Sequence[Rule]) -> str:
    """One hash for the rules and the views that they stand on."""
    parts = [load_views().sha256, *(rule.sha256 for rule in rules)]
    return sha256("".join(parts).encode()).hexdigest()
