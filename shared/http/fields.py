"""Strict marshmallow fields: nothing is coerced, everything is bounded, each refusal has a code."""

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any, ClassVar, NoReturn

import marshmallow
from marshmallow import RAISE, ValidationError, fields, missing

from shared.events.base import MAX_FEN
from shared.http import catalogue as codes
from shared.http.problems import CATALOGUE, Fact, Kind, Refusal
from shared.money import MoneyRefused, parse_fen, parse_yuan

# Control, zero-width and direction characters: they hide what a clerk reads.
_HIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_RESIDENT = re.compile(r"[1-9][0-9]{16}[0-9Xx]")
_OLD_RESIDENT = re.compile(r"[1-9][0-9]{14}")
_YEARS = range(1900, 2201)
_SAFE_INTEGER = 2**53 - 1  # what every JSON reader keeps exactly


def refuse(kind: Kind, **facts: Fact) -> NoReturn:
    """Refuse the value of this field; for fields and validators of services too."""
    raise ValidationError([Refusal(kind, facts)])


_MESSAGES: dict[str, Any] = {
    "required": Refusal(codes.FIELD_REQUIRED),
    "null": Refusal(codes.FIELD_NULL),
}
_NESTED_MESSAGES: dict[str, Any] = {**_MESSAGES, "type": Refusal(codes.OBJECT_EXPECTED)}


def _absent() -> None:
    """A callable, or apispec would describe null as a default that the field refuses."""


class Strict(fields.Field[Any], ABC):
    """Base of the fields: required unless said otherwise; absent means None, null is refused."""

    default_error_messages = _MESSAGES
    openapi: Mapping[str, Any] = {}

    def __init__(self, *, required: bool = True, zh: str = "", en: str = "") -> None:
        super().__init__(
            required=required,
            load_default=missing if required else _absent,
            allow_none=False,
            metadata={"description": " / ".join(filter(None, (en, zh)))} if en or zh else None,
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Any:
        return self.read(value)

    @abstractmethod
    def read(self, value: Any) -> Any:
        """The value as the program uses it. Raises ValidationError with a Refusal."""


class StrictString(Strict):
    """Text of `min` to `max` characters without hidden characters or spaces at its edges."""

    def __init__(self, max: int, *, min: int = 1, pattern: str | None = None, **more: Any) -> None:
        super().__init__(**more)
        self.min, self.max = min, max
        self.pattern = re.compile(pattern, re.ASCII) if pattern else None
        self.openapi = {"type": "string", "minLength": min, "maxLength": max}
        if pattern:
            self.openapi = {**self.openapi, "pattern": f"^(?:{pattern})$"}
        visible = rf"(?=[!-~]{{{min},{max}}}\Z)"
        self._usual = re.compile(visible + f"(?:{pattern or '.*'})", re.ASCII).fullmatch

    def read(self, value: Any) -> Any:
        """Nearly all text is visible ASCII within its bounds: that is seen at one look."""
        if type(value) is str and self._usual(value):
            return value
        return self._judged(value)

    def _judged(self, value: Any) -> Any:
        if type(value) is not str:
            refuse(codes.STRING_EXPECTED)
        if len(value) > self.max:
            refuse(codes.STRING_TOO_LONG, max=self.max)
        if len(value) < self.min:
            refuse(codes.STRING_TOO_SHORT, min=self.min)
        if not (value.isascii() and value.isprintable()) and _HIDDEN.search(value):
            refuse(codes.STRING_CONTROL)
        if value != value.strip():
            refuse(codes.STRING_EDGES)
        if self.pattern and not self.pattern.fullmatch(value):
            refuse(codes.STRING_PATTERN)
        return value


class Identifier(StrictString):
    """A number or code: NFKC must not change it, so full-width digits never hide a second claim."""

    def __init__(self, max: int = 64, **more: Any) -> None:
        super().__init__(max, **more)

    def _judged(self, value: Any) -> Any:
        bounded = isinstance(value, str) and len(value) <= self.max
        if bounded and not value.isascii() and unicodedata.normalize("NFKC", value) != value:
            refuse(codes.IDENTIFIER_NOT_PLAIN)
        text = super()._judged(value)
        if any(map(str.isspace, text)):
            refuse(codes.STRING_PATTERN)
        return text


class StrictInteger(Strict):
    """A JSON integer from `min` to `max`: no 12.0, no "12", no true."""

    def __init__(self, min: int = 0, max: int = _SAFE_INTEGER, **more: Any) -> None:
        super().__init__(**more)
        self.min, self.max = min, max
        self.openapi = {"type": "integer", "minimum": min, "maximum": max}

    def read(self, value: Any) -> Any:
        if isinstance(value, float) and abs(value) >= 2**63:  # integers beyond 64 bits arrive so
            value = self.max + 1 if value > 0 else self.min - 1
        if type(value) is not int:
            refuse(codes.INTEGER_EXPECTED)
        if value < self.min:
            refuse(codes.INTEGER_TOO_SMALL, min=self.min)
        if value > self.max:
            refuse(codes.INTEGER_TOO_LARGE, max=self.max)
        return value


class BasisPoints(StrictInteger):
    """A ratio in basis points, 0 to 10,000 unless `max` is given."""

    def __init__(self, max: int = 10_000, **more: Any) -> None:
        super().__init__(0, max, **more)


class Fen(Strict):
    """An amount in fen as a JSON integer, above zero unless `zero` is given."""

    def __init__(self, max: int = MAX_FEN, *, zero: bool = False, **more: Any) -> None:
        super().__init__(**more)
        self.max, self.zero = max, zero
        self.openapi = {"type": "integer", "minimum": 0 if zero else 1, "maximum": max}

    def read(self, value: Any) -> Any:
        return self._bounded(parse_fen, value)

    def _bounded(self, parse: Any, value: Any) -> int:
        try:
            fen: int = parse(value)
        except MoneyRefused as refused:
            refuse(CATALOGUE[refused.code])
        if fen == 0 and not self.zero:
            refuse(codes.AMOUNT_ZERO)
        if fen > self.max:
            refuse(codes.AMOUNT_TOO_LARGE)
        return fen


class Yuan(Fen):
    """An amount as a string like "1234.56"; loads as fen."""

    def __init__(self, max: int = MAX_FEN, *, zero: bool = False, **more: Any) -> None:
        super().__init__(max, zero=zero, **more)
        self.openapi = {"type": "string", "pattern": r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?$"}

    def read(self, value: Any) -> Any:
        return self._bounded(parse_yuan, value)


class StrictBoolean(Strict):
    openapi: Mapping[str, Any] = {"type": "boolean"}

    def read(self, value: Any) -> Any:
        if not isinstance(value, bool):
            refuse(codes.BOOLEAN_EXPECTED)
        return value


@lru_cache(maxsize=10_000)
def _day_of(text: str) -> date | None:
    """The date, or None for what is none; the days of a few years come again and again."""
    if not _DATE.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in _YEARS else None


class CalendarDate(Strict):
    """A calendar date, `YYYY-MM-DD` and nothing else, from 1900 to 2200."""

    openapi: Mapping[str, Any] = {"type": "string", "format": "date"}

    def read(self, value: Any) -> Any:
        day = _day_of(value) if type(value) is str and len(value) == 10 else None
        if day is None:
            refuse(codes.DATE_INVALID)
        return day


class AwareTime(Strict):
    """An RFC 3339 time with its zone, from 1900 to 2200; loads as aware UTC."""

    openapi: Mapping[str, Any] = {"type": "string", "format": "date-time"}

    def read(self, value: Any) -> Any:
        found = _TIME.fullmatch(value) if type(value) is str and len(value) <= 40 else None
        if found is None:
            refuse(codes.TIME_INVALID)
        if found.group(1) is None:
            refuse(codes.TIME_WITHOUT_ZONE)
        try:
            time = datetime.fromisoformat(value)
        except ValueError:
            refuse(codes.TIME_INVALID)
        if time.year not in _YEARS:
            refuse(codes.TIME_INVALID)
        return time.astimezone(UTC)


class Choice(Strict):
    """One of the given strings, or one member of an Enum of strings (loads as the member)."""

    def __init__(self, *choices: str, enum: type[Enum] | None = None, **more: Any) -> None:
        super().__init__(**more)
        self._values: dict[str, Any] = {choice: choice for choice in choices}
        for member in enum or ():
            self._values[member.value] = member
        self.openapi = {"type": "string", "enum": list(self._values)}

    def read(self, value: Any) -> Any:
        if type(value) is not str or value not in self._values:
            refuse(codes.CHOICE_UNKNOWN, choices=", ".join(self._values))
        return self._values[value]


class ResidentNumber(Strict):
    """An 18-digit resident ID number (GB 11643): form, date of birth and check digit; `x` → `X`."""

    openapi: Mapping[str, Any] = {"type": "string", "pattern": "^[1-9][0-9]{16}[0-9Xx]$"}

    def read(self, value: Any) -> Any:
        if refused := check_resident_number(value):
            refuse(refused)
        return value.upper()


def check_resident_number(value: object) -> Kind | None:
    """Why this is no resident ID number, or None; the region is not looked up."""
    if type(value) is not str:
        return codes.STRING_EXPECTED
    if _OLD_RESIDENT.fullmatch(value):
        return codes.RESIDENT_NUMBER_OLD
    if len(value) == 18 and not value.isascii() and unicodedata.normalize("NFKC", value) != value:
        return codes.IDENTIFIER_NOT_PLAIN
    if not _RESIDENT.fullmatch(value) or not _is_birth_date(value[6:14]):
        return codes.RESIDENT_NUMBER_INVALID
    weighted = 2 * int(value[:17], 13)  # the weights are powers of 2, which is 13 modulo 11
    if "10X98765432"[weighted % 11] != value[17].upper():
        return codes.RESIDENT_NUMBER_CHECK
    return None


def _is_birth_date(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return born.year in _YEARS


class QueryInteger(StrictInteger):
    """A whole number in a query string: ASCII digits only."""

    def read(self, value: Any) -> Any:
        if not re.fullmatch(r"0|[1-9][0-9]{0,15}", value):
            refuse(codes.INTEGER_EXPECTED)
        return super().read(int(value))


class Schema(marshmallow.Schema):
    """Base of request schemas: unknown fields are refused, and `into` is the class that it loads.

    Build it once, at import, and give the instance to the Route.
    """

    class Meta:
        unknown = RAISE

    into: ClassVar[type[Any] | None] = None
    error_messages: dict[str, Any] = {  # noqa: RUF012 marshmallow declares it on the instance
        "unknown": Refusal(codes.FIELD_UNKNOWN),
        "type": Refusal(codes.OBJECT_EXPECTED),
    }

    def load(self, data: Any, **options: Any) -> Any:
        """Validated facts, as `into` if it is set. Raises marshmallow's ValidationError."""
        loaded = self._straight(data)
        if loaded is None:
            loaded = super().load(data, **options)
        return loaded if self.into is None else self.into(**loaded)

    @cached_property
    def _plan(self) -> tuple[tuple[str, Callable[[Any], Any], bool], ...] | None:
        """Name, reader and need of each field, or None where a schema does more than they do."""
        ours = (Strict, Nested, Items)
        plain = all(
            isinstance(field, ours) and not field.validators and field.data_key is None
            for field in self.load_fields.values()
        )
        if not plain or any(self._hooks.values()):
            return None
        return tuple(
            (name, field.read, field.required)
            for name, field in self.load_fields.items()
            if isinstance(field, ours)
        )

    def _straight(self, data: Any) -> dict[str, Any] | None:
        """The facts of lawful input, five times faster; None sends it to marshmallow's refusals."""
        if self._plan is None or type(data) is not dict:
            return None
        loaded: dict[str, Any] = {}
        absent = 0
        try:
            for name, read, required in self._plan:
                if (value := data.get(name)) is not None:
                    loaded[name] = read(value)
                elif required or name in data:
                    return None
                else:
                    loaded[name] = None
                    absent += 1
        except ValidationError:
            return None
        return loaded if len(loaded) - absent == len(data) else None


class Nested(fields.Nested):
    """An object inside an object."""

    default_error_messages = _NESTED_MESSAGES

    def __init__(self, schema: Schema, *, required: bool = True) -> None:
        default = missing if required else _absent
        super().__init__(schema, required=required, load_default=default, allow_none=False)

    def read(self, value: Any) -> Any:
        return self.schema.load(value)


class Items(fields.List[Any]):
    """A list of `min` to `max` items."""

    default_error_messages = _MESSAGES

    def __init__(
        self, inner: Strict | Nested, max: int, *, min: int = 0, required: bool = True
    ) -> None:
        default = missing if required else _absent
        super().__init__(inner, required=required, load_default=default, allow_none=False)
        self._item = inner
        self.min, self.max = min, max
        self.openapi = {"minItems": min, "maxItems": max}

    def read(self, value: Any) -> Any:
        self._check(value)
        return [self._item.read(item) for item in value]

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        self._check(value)
        return super()._deserialize(value, attr, data, **more)

    def _check(self, value: Any) -> None:
        if type(value) is not list:
            refuse(codes.LIST_EXPECTED)
        if len(value) > self.max:  # before its items cost anything
            refuse(codes.LIST_TOO_LONG, max=self.max)
        if len(value) < self.min:
            refuse(codes.LIST_TOO_SHORT, min=self.min)
