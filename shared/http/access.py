"""What an actor may see: staff by jurisdiction on the day, parties their own records."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import yaml

from shared.http import catalogue as codes
from shared.http.identity import STAFF, Actor, Role
from shared.http.problems import Problem

_MAX_LEVELS = 6


class TableRefused(ValueError):
    """The table of jurisdictions contradicts itself."""


@dataclass(frozen=True, slots=True)
class Row:
    """`code` answers to `parent` from `since` until before `until`."""

    code: str
    since: date
    parent: str | None = None
    until: date | None = None

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


class Jurisdictions:
    """The dated table. Raises TableRefused for overlapping rows of one code."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows: dict[str, list[Row]] = {}
        for row in rows:
            self._add(row)

    @classmethod
    def released(cls) -> "Jurisdictions":
        """The table that comes with the program."""
        text = files("shared.http").joinpath("jurisdictions.yaml").read_text(encoding="utf-8")
        return cls(_row(listed) for listed in yaml.safe_load(text)["jurisdictions"])

    def sees(self, viewer: str, code: str, on: date) -> bool:
        """True when `code` is `viewer` or answers to it, over any number of levels, on that day."""
        current: str | None = code
        for _ in range(_MAX_LEVELS):
            if current is None:
                return False
            if current == viewer:
                return True
            current = self._parent(current, on)
        return False

    def seen_by(self, viewer: str, on: date) -> frozenset[str]:
        """All codes that `viewer` sees on that day, itself included; for lists in SQL."""
        return frozenset({viewer, *(code for code in self._rows if self.sees(viewer, code, on))})

    def common(self, codes: Sequence[str], on: date) -> str | None:
        """The lowest code that sees all of these on that day; None when no code does."""
        current: str | None = codes[0]
        for _ in range(_MAX_LEVELS):
            if current is None or all(self.sees(current, code, on) for code in codes):
                return current
            current = self._parent(current, on)
        return None

    def _parent(self, code: str, on: date) -> str | None:
        return next((row.parent for row in self._rows.get(code, ()) if row.holds(on)), None)

    def _add(self, row: Row) -> None:
        others = self._rows.setdefault(row.code, [])
        for other in others:
            starts_first = min(row, other, key=lambda one: one.since)
            later = max(row.since, other.since)
            if starts_first.until is None or later < starts_first.until:
                raise TableRefused(f"two rows of {row.code} hold on one day")
        others.append(row)


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose a record is: its jurisdiction, and the subs and organisations it belongs to."""

    jurisdiction: str
    subs: frozenset[str] = frozenset()
    orgs: frozenset[str] = frozenset()


def require_jurisdiction(actor: Actor, code: str, table: Jurisdictions, on: date) -> None:
    """Raises Problem JURISDICTION_REFUSED unless the actor's jurisdiction sees `code` that day."""
    if not table.sees(actor.jurisdiction, code, on):
        raise Problem(codes.JURISDICTION_REFUSED)


def require_own(actor: Actor, record: Owned) -> None:
    """Raises Problem NOT_OWN_RECORD unless a claimant's sub or an institution's org owns it."""
    if Role.CLAIMANT in actor.roles and actor.sub in record.subs:
        return
    if Role.INSTITUTION in actor.roles and actor.org and actor.org in record.orgs:
        return
    raise Problem(codes.NOT_OWN_RECORD)


def require_sight(actor: Actor, record: Owned, table: Jurisdictions, on: date) -> None:
    """Staff see what their jurisdiction sees, parties what is theirs. Raises Problem 403."""
    if actor.roles & STAFF and table.sees(actor.jurisdiction, record.jurisdiction, on):
        return
    if actor.roles <= STAFF:
        raise Problem(codes.JURISDICTION_REFUSED)
    require_own(actor, record)


def _row(listed: dict[str, Any]) -> Row:
    return Row(listed["code"], listed["since"], listed.get("parent"), listed.get("until"))
