"""Two packs compared: entry by entry, and decision by decision over cases. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from shared.policy.pack import Pack
from shared.policy.written.casefile import CaseFile
from shared.policy.written.judging import Answer, judged

Plain = Mapping[str, Any] | list[Any] | str | int | bool | None
TEXTS = "texts"
"""the field of a line that stands for all changed words of one entry"""
_NAMES = ("id", "code", "kind", "register", "name")
_HEAD = ("format", "version")
"""what two versions never have in common, and no rule"""
_NONE = object()


class Change(msgspec.Struct, frozen=True):
    """One field of one entry. `old` or `new` empty: the entry, or the field, was not there."""

    entry: str
    field: str
    old: str
    new: str
    clause: str = ""


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """One case under both packs."""

    case: str
    title: str
    old: Answer
    new: Answer

    @property
    def gained_fen(self) -> int:
        """Below zero: lost."""
        return self.new.amount_fen - self.old.amount_fen

    @property
    def differs(self) -> bool:
        return _said(self.old) != _said(self.new)


def changes(old: Pack, new: Pack) -> tuple[Change, ...]:
    """What stands otherwise, in the order of the format. Changed words of one entry are one line.

    An entry that was added or taken out is one line as well, not one for each of its fields.
    """
    found: list[Change] = []
    after = _plain(new)
    for name, before in _plain(old).items():
        if name not in _HEAD:
            found += _compare(name, "", before, after[name], "")
    return tuple(_folded(found))


def shifts(cases: Iterable[CaseFile], old: Pack, new: Pack) -> Iterator[Shift]:
    """Every case of this policy that the judge itself decides. Raises PackRefused for a case that
    names a fact which a pack does not know.
    """
    for case in cases:
        policy, _, _ = case.policy.partition("@")
        if policy not in (old.policy_id, new.policy_id) or case.subject() is None:
            continue
        yield Shift(
            case=case.case, title=case.title, old=_answer(case, old), new=_answer(case, new)
        )


def _answer(case: CaseFile, pack: Pack) -> Answer:
    named = msgspec.structs.replace(case, policy=f"{pack.policy_id}@{pack.version}", expect=None)
    return judged(named, {(pack.policy_id, pack.version): pack}).answer


def _said(answer: Answer) -> tuple[object, ...]:
    return (answer.decision, answer.amount_fen, answer.payee_kind, answer.reasons)


def _plain(pack: Pack) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(pack.content)
    return built


def _compare(entry: str, field: str, old: Plain, new: Plain, clause: str) -> Iterator[Change]:
    if old == new:
        return
    if _is_words(old) and _is_words(new):
        yield Change(entry, TEXTS, "", field or entry, clause)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        nearest = _clause(new) or _clause(old) or clause
        for name in dict.fromkeys((*old, *new)):
            below = f"{field}.{name}" if field else name
            yield from _compare(entry, below, old.get(name), new.get(name), nearest)
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple) and _named((*old, *new)):
        yield from _entries(entry, field, old, new, clause)
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple) and len(old) == len(new):
        for n, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _compare(entry, f"{field}[{n}]", before, after, clause)
    else:
        yield Change(entry, field, _text(old), _text(new), clause)


def _entries(
    entry: str, field: str, old: Iterable[Any], new: Iterable[Any], clause: str
) -> Iterator[Change]:
    """Parts that have a name of their own are compared by it, wherever they stand."""
    before, after = {_name(one): one for one in old}, {_name(one): one for one in new}
    path = ".".join(part for part in (entry, field) if part)
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name, _NONE), after.get(name, _NONE)
        here = f"{path}[{name}]"
        if one is _NONE:
            yield Change(here, "", "", "added", _clause(other) or clause)
        elif other is _NONE:
            yield Change(here, "", "taken out", "", _clause(one) or clause)
        else:
            yield from _compare(here, "", one, other, clause)


def _folded(found: Iterable[Change]) -> Iterator[Change]:
    """All changed words of one entry on one line, after its other changes."""
    texts: dict[str, Change] = {}
    others: list[Change] = []
    for one in found:
        if one.field != TEXTS:
            others.append(one)
        elif one.entry in texts:
            known = texts[one.entry]
            both = f"{known.new}, {one.new}"
            texts[one.entry] = msgspec.structs.replace(known, new=both)
        else:
            texts[one.entry] = one
    yield from others
    yield from texts.values()


def _is_words(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) == {"zh", "en"}


def _named(parts: Iterable[object]) -> bool:
    """Whether every part has a name, and no two of one side the same one."""
    found = list(parts)
    return bool(found) and all(isinstance(one, Mapping) and _name(one) for one in found)


def _name(part: Any) -> str:
    if part.get("level"):  # a line of a table of amounts
        return "/".join((*(part.get("certificate_types") or ()), part["level"]))
    return next((str(part[name]) for name in _NAMES if part.get(name)), "")


def _clause(part: Any) -> str:
    if not isinstance(part, Mapping):
        return ""
    if part.get("clause"):
        return str(part["clause"])
    clauses = part.get("clauses") or ()
    return str(clauses[0]) if clauses else ""


def _text(value: object) -> str:
    if value is None or value == []:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
