"""The report forms, read from forms.yaml, and which of them a city needs."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import msgspec
import yaml
from msgspec import Meta

from services.audit.reports.period import Every

VERSION = 1
"""of forms.yaml; raised with each change of what a figure means"""
PUBLIC = "public"
Audience = Literal["internal", "public", "evaluator", "auditor"]
Special = Literal["quotas", "claims", "movements", "finding"]
Of = Literal["persons", "fen", "mean", "median", "longest", "share"]


class FormUnknown(Exception):
    """There is no such form."""


class FormNotListed(Exception):
    """The city's pack does not list this form, so nobody there has to file it."""

    def __init__(self, form: str, place: str) -> None:
        super().__init__(form, place)
        self.form, self.place = form, place


class _Named(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    zh: str
    en: str


class Column(_Named, frozen=True, kw_only=True):
    """One figure. `counts`: the moments whose number says how many persons are behind money."""

    of: Of
    what: str = ""
    part: str = ""
    whole: str = ""
    counts: str = ""
    open: bool = False


class Dimension(_Named, frozen=True, kw_only=True):
    """What rows are grouped by: a field of the moments."""


class Table(_Named, frozen=True, kw_only=True):
    by: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    special: Special | None = None


class Form(_Named, frozen=True, kw_only=True):
    clauses: Annotated[tuple[str, ...], Meta(min_length=1)]
    period: Every
    audience: Audience
    tables: Annotated[tuple[str, ...], Meta(min_length=1)]


class Forms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of forms.yaml. Raises KeyError at load when a name leads nowhere."""

    columns: tuple[Column, ...]
    dimensions: tuple[Dimension, ...]
    tables: tuple[Table, ...]
    forms: tuple[Form, ...]

    def form(self, name: str) -> Form:
        """Raises FormUnknown."""
        found = next((form for form in self.forms if form.id == name), None)
        if found is None:
            raise FormUnknown(name)
        return found

    def tables_of(self, form: Form) -> tuple[Table, ...]:
        by_id = {table.id: table for table in self.tables}
        return tuple(by_id[name] for name in form.tables)

    def columns_of(self, table: Table) -> tuple[Column, ...]:
        by_id = {column.id: column for column in self.columns}
        return tuple(by_id[name] for name in table.columns)

    def dimensions_of(self, table: Table) -> tuple[Dimension, ...]:
        by_id = {dimension.id: dimension for dimension in self.dimensions}
        return tuple(by_id[name] for name in table.by)


@cache
def released() -> Forms:
    """The forms that come with the program; every name in them leads somewhere."""
    text = files("services.audit.reports").joinpath("forms.yaml").read_text(encoding="utf-8")
    forms = msgspec.convert(yaml.safe_load(text), Forms)
    for form in forms.forms:
        for table in forms.tables_of(form):
            forms.columns_of(table)
            forms.dimensions_of(table)
    return forms


def forms_for(report_ids: Iterable[str]) -> tuple[Form, ...]:
    """The forms that a pack lists, in the order of forms.yaml; what audit does not build (a public
    notice, a catalogue) is left to its own service.
    """
    wanted = set(report_ids)
    return tuple(form for form in released().forms if form.id in wanted)


def required(name: str, place: str, report_ids: Iterable[str]) -> Form:
    """The form, if the pack of `place` lists it. Raises FormUnknown, FormNotListed."""
    form = released().form(name)
    if form not in forms_for(report_ids):
        raise FormNotListed(name, place)
    return form
