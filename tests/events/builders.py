"""One example of each event type with every field filled, the same on every run."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import msgspec
from msgspec import inspect as shape

from shared.events.base import EventType, Facts
from shared.events.envelope import Event

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
HEX_LENGTHS = {"^[0-9a-f]{32}$": 32, "^[0-9a-f]{64}$": 64}
REASON = r"^[A-Z][A-Z0-9_]{2,63}$(?!\n)"
WORD = "^[a-z][a-z0-9_]{1,38}$"
SIX_DIGITS = "^[0-9]{6}$"


def example(kind: EventType) -> Event:
    """A whole event of this type; its ids and times follow from the type's name alone."""
    return Event(
        id=_uuid7(f"{kind.key}/id"),
        source="/claims/999999",
        subject=f"stream-{kind.name}",
        version=_number(kind.key, 40),
        recorded_at=START + timedelta(seconds=_number(kind.key, 10**6), microseconds=250),
        occurred_at=START,
        jurisdiction="999999",
        actor="clerk-1",
        correlation_id=_uuid7(f"{kind.key}/correlation"),
        causation_id=_uuid7(f"{kind.key}/causation"),
        facts=filled(kind.facts),
    )


def filled(facts: type[Facts]) -> Facts:
    info = shape.type_info(facts)
    built = _value(info, facts.__name__)
    assert isinstance(built, Facts)
    return built


def _value(info: shape.Type, path: str) -> object:
    match info:
        case shape.Metadata(type=inner):
            return _value(inner, path)
        case shape.UnionType(types=types):
            return _value(next(one for one in types if not isinstance(one, shape.NoneType)), path)
        case shape.StructType(cls=cls, fields=fields):
            return cls(**{f.name: _value(f.type, f"{path}.{f.name}") for f in fields})
        case shape.VarTupleType(item_type=item, max_length=most):
            wanted = min(2, most or 2)
            return tuple(_value(item, f"{path}[{number}]") for number in range(wanted))
        case shape.DictType(value_type=value):
            return {"name": _value(value, f"{path}.name")}
        case _:
            return _scalar(info, path)


def _scalar(info: shape.Type, path: str) -> object:
    match info:
        case shape.StrType(pattern=str(pattern)):
            return _patterned(pattern, path)
        case shape.StrType(max_length=most):
            return path[-min(most or 40, 40) :]
        case shape.IntType(ge=least, le=most):
            low, high = least or 0, most if most is not None else 10**6
            return low + _number(path, min(high - low, 10**6) + 1)
        case shape.BoolType():
            return True
        case shape.DateTimeType():
            return START + timedelta(minutes=_number(path, 10**5))
        case shape.DateType():
            return date(2026, 1, 1) + timedelta(days=_number(path, 300))
        case shape.LiteralType(values=values):
            return values[_number(path, len(values))]
    raise AssertionError(f"no example for {path}: {info}")


def _patterned(pattern: str, path: str) -> str:
    if pattern in HEX_LENGTHS:
        return hashlib.sha256(path.encode()).hexdigest()[: HEX_LENGTHS[pattern]]
    if pattern == REASON:
        return f"REASON_{_number(path, 1000)}"
    if pattern == SIX_DIGITS:
        return "999999"
    if pattern == WORD:
        return "insured_month"
    return _uuid7(path)


def _uuid7(path: str) -> str:
    digits = hashlib.sha256(path.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-7{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"


def _number(path: str, below: int) -> int:
    return int.from_bytes(hashlib.sha256(path.encode()).digest()[:8]) % below


def as_json(facts: Facts) -> dict[str, object]:
    """The facts as a reader of another language sees them."""
    data = msgspec.json.decode(msgspec.json.encode(facts))
    assert isinstance(data, dict)
    return data
