"""The books of made-up bureaus, and how each answers a question from them. Pure."""

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Annotated, Literal, TypeVar

import msgspec
import yaml
from msgspec import Meta

from services.simulators.registers.questions import ATTRIBUTES
from shared.events.base import Fen
from shared.events.verifications import FACTS_PER_ANSWER
from shared.registers.port import Outcome, Question
from shared.registers.wire import FactSaid

MAX_ENTRIES = 1_000_000

E = TypeVar("E")


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field that the books do not have is a mistake in the file."""


class Insured(Entry, frozen=True, kw_only=True):
    """A person's insured months with one employer: whole months, from the first to the last day."""

    id_number: str
    employer: str
    first: date
    last: date
    posted_on: date | None = None


class Certificate(Entry, frozen=True, kw_only=True):
    """One certificate of one person."""

    number: str
    id_number: str
    occupation: str
    level: str
    issued_on: date


class Agreement(Entry, frozen=True, kw_only=True):
    """An institution's training agreement with a human-resources bureau."""

    institution: str
    code: str
    first: date
    last: date


class Noted(Entry, frozen=True, kw_only=True):
    """Anything else that a register keeps, of a person, a certificate or an organisation.

    `each`: a fact for every month or day from the first to the last, e.g. months of insurance.
    """

    register: str
    attribute: str
    about: str
    """number of the person or certificate, code of the institution or enterprise"""
    first: date
    last: date | None = None
    each: Literal["month", "day"] | None = None
    code: str | None = None
    level: str | None = None
    amount_fen: Fen | None = None


class Books(Entry, frozen=True, kw_only=True):
    """Everything that the registers know; in the file a list under each name."""

    insured: Annotated[tuple[Insured, ...], Meta(max_length=MAX_ENTRIES)] = ()
    certificates: Annotated[tuple[Certificate, ...], Meta(max_length=MAX_ENTRIES)] = ()
    agreements: Annotated[tuple[Agreement, ...], Meta(max_length=MAX_ENTRIES)] = ()
    noted: Annotated[tuple[Noted, ...], Meta(max_length=MAX_ENTRIES)] = ()
    removed: tuple[str, ...] = ()
    """in a correction: numbers of persons, certificates, organisations whose entries all go"""


class Said(msgspec.Struct, frozen=True):
    """What a register says to a question, without the time of the answer."""

    outcome: Outcome
    facts: tuple[FactSaid, ...] = ()


class Shelf:
    """The books by whom they are about."""

    def __init__(self, books: Books) -> None:
        self._insured: dict[str, list[Insured]] = {}
        self._certificates: dict[str, list[Certificate]] = {}
        self._agreements: dict[str, list[Agreement]] = {}
        self._noted: dict[str, list[Noted]] = {}
        self.correct(books)

    def correct(self, books: Books) -> None:
        """What the correction says of somebody takes the place of all that stood there."""
        for number in books.removed:
            self._insured.pop(number, None)
            self._certificates.pop(_plain(number), None)
            self._agreements.pop(number, None)
            self._noted.pop(_plain(number), None)
        self._insured |= _by(books.insured, lambda entry: entry.id_number)
        self._certificates |= _by(books.certificates, lambda entry: _plain(entry.number))
        self._agreements |= _by(books.agreements, lambda entry: entry.institution)
        self._noted |= _by(books.noted, lambda entry: _plain(entry.about))

    def answer(self, register: str, asked: Question) -> Said:
        """By register; a register answers nothing that it was not made for."""
        match register, asked.question:
            case "SI_EMPLOY", "insured_month":
                return _said(self._months(asked))
            case "CERT_REG", "certificate":
                return self._certificate(asked)
            case "INST_REG", "agreement":
                return _said(self._agreed(asked))
        if asked.question not in ATTRIBUTES.get(register, ()):
            return Said("unclear")
        return _said(self._known(register, asked))

    def _known(self, register: str, asked: Question) -> Iterator[FactSaid]:
        """What holds, or has held, up to the last day that is asked about."""
        about = asked.certificate_number or asked.id_number or asked.institution or ""
        for entry in self._noted.get(_plain(about), ()):
            if (entry.register, entry.attribute) != (register, asked.question):
                continue
            for first, last in _spans_of(entry):
                if first <= (asked.until or asked.as_of):
                    yield FactSaid(
                        attribute=entry.attribute, valid_from=first, valid_to=last,
                        code=entry.code, level=entry.level, amount_fen=entry.amount_fen,
                    )  # fmt: skip

    def _months(self, asked: Question) -> Iterator[FactSaid]:
        last_day = asked.until or asked.as_of
        for entry in self._insured.get(asked.id_number or "", ()):
            for first, last in _months_of(max(entry.first, _month(asked.as_of)), entry.last):
                if first > last_day:
                    break
                yield FactSaid(
                    attribute="insured_month", valid_from=first, valid_to=last,
                    posted_on=entry.posted_on, employer=entry.employer,
                )  # fmt: skip

    def _certificate(self, asked: Question) -> Said:
        """Another person's certificate is refuted: it exists, and it is not this person's."""
        entries = self._certificates.get(_plain(asked.certificate_number or ""), ())
        own = [entry for entry in entries if entry.id_number == asked.id_number]
        if entries and not own:
            return Said("refuted")
        return _said(
            FactSaid(
                attribute="certificate", valid_from=entry.issued_on, code=entry.occupation,
                level=entry.level,
            )
            for entry in own
        )  # fmt: skip

    def _agreed(self, asked: Question) -> Iterator[FactSaid]:
        last_day = asked.until or asked.as_of
        for entry in self._agreements.get(asked.institution or "", ()):
            if entry.first <= last_day and entry.last >= asked.as_of:
                yield FactSaid(
                    attribute="agreement", valid_from=entry.first, valid_to=entry.last,
                    code=entry.code,
                )  # fmt: skip


def read_books(content: bytes) -> Books:
    """From YAML or JSON, where a day is a text. Raises msgspec.DecodeError for anything else."""
    try:
        return msgspec.convert(yaml.safe_load(content), Books)
    except yaml.YAMLError as refused:
        raise msgspec.DecodeError(type(refused).__name__) from None


def _by(entries: Iterable[E], key: Callable[[E], str]) -> dict[str, list[E]]:
    found: dict[str, list[E]] = {}
    for entry in entries:
        found.setdefault(key(entry), []).append(entry)
    return found


def _plain(number: str) -> str:
    return "".join(number.split()).upper()


def _month(day: date) -> date:
    return day.replace(day=1)


def _months_of(first: date, last: date) -> Iterator[tuple[date, date]]:
    month = _month(first)
    while month <= last:
        end = month.replace(day=monthrange(month.year, month.month)[1])
        yield month, end
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _spans_of(entry: Noted) -> Iterator[tuple[date, date | None]]:
    """Its days as one span, or cut into months or days."""
    if entry.each is None or entry.last is None:
        yield entry.first, entry.last
        return
    day, months = entry.first, 0
    while day <= entry.last:
        months += 1
        after = day + timedelta(days=1) if entry.each == "day" else _months_on(entry.first, months)
        yield day, after - timedelta(days=1)
        day = after


def _months_on(day: date, months: int) -> date:
    """The same day so many months on, or the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


def _said(facts: Iterable[FactSaid]) -> Said:
    found = tuple(facts)[:FACTS_PER_ANSWER]
    return Said("confirmed" if found else "not_found", found)
