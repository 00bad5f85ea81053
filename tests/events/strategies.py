"""Random facts of any event type, within the bounds that the type itself gives."""

from datetime import UTC

from hypothesis import strategies as st
from msgspec import inspect as shape

from shared.events.base import Facts
from tests.events.builders import HEX_LENGTHS, REASON, SIX_DIGITS, WORD

Any = st.SearchStrategy[object]
LIST = 3  # longer lists make the search slow and show nothing more


def facts_of(facts: type[Facts]) -> st.SearchStrategy[Facts]:
    return _of(shape.type_info(facts)).map(lambda built: _checked(built, facts))


def _checked(built: object, facts: type[Facts]) -> Facts:
    assert isinstance(built, facts)
    return built


def _of(info: shape.Type) -> Any:
    match info:
        case shape.Metadata(type=inner):
            return _of(inner)
        case shape.NoneType():
            return st.none()
        case shape.UnionType(types=types):
            return st.one_of([_of(one) for one in types])
        case shape.StructType(cls=cls, fields=fields):
            return st.builds(cls, **{field.name: _of(field.type) for field in fields})
        case shape.VarTupleType(item_type=item, min_length=least, max_length=most):
            size = min(most if most is not None else LIST, LIST)
            return st.lists(_of(item), min_size=least or 0, max_size=size).map(tuple)
        case shape.DictType(value_type=value):
            return st.dictionaries(st.sampled_from(["name", "account"]), _of(value))
        case _:
            return _scalar(info)


def _scalar(info: shape.Type) -> Any:
    match info:
        case shape.StrType(pattern=str(pattern)):
            return _patterned(pattern)
        case shape.StrType(min_length=least, max_length=most):
            return st.text(min_size=least or 0, max_size=min(most or 20, 20))
        case shape.IntType(ge=least, le=most):
            return st.integers(min_value=least, max_value=most)
        case shape.BoolType():
            return st.booleans()
        case shape.DateTimeType():
            return st.datetimes(timezones=st.just(UTC))
        case shape.DateType():
            return st.dates()
        case shape.LiteralType(values=values):
            return st.sampled_from(list(values))
    raise AssertionError(f"no strategy for {info}")


def _patterned(pattern: str) -> Any:
    if pattern in HEX_LENGTHS:
        size = HEX_LENGTHS[pattern] // 2
        return st.binary(min_size=size, max_size=size).map(bytes.hex)
    if pattern == SIX_DIGITS:
        return st.integers(0, 999_999).map(lambda number: f"{number:06}")
    if pattern == WORD:
        return st.sampled_from(["insured_month", "pension", "death"])
    if pattern == REASON:
        return st.sampled_from(["DUP_OCC_LEVEL", "LIMIT_YEAR", "POLICY_SILENT"])
    return st.uuids(version=4).map(lambda one: f"{str(one)[:14]}7{str(one)[15:]}")
