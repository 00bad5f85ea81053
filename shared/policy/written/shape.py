"""What does not fit the format of a case, said with the words and limits that may stand there."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import inspect

from shared.policy.document import Plain
from shared.policy.mistakes import Told
from shared.policy.shapes import shape_of
from shared.policy.written.fault import Fault
from shared.policy.written.words import hint, listed, nearest, word

_STEP = re.compile(r"\.([^.\[\]]+)|\[([0-9]+)\]")
Steps = Sequence[str | int]


def misfit(type_: type, data: Plain, message: str) -> Fault:
    """A message of msgspec, with what it leaves out: the words, fields and limits of the place."""
    path, code, said = shape_of(message)
    steps = steps_of(path)
    if code == "UNKNOWN_KEY":
        parent = _type_at(type_, steps[:-1])
        fields = [one.encode_name for one in getattr(parent, "fields", ())]
        return Fault(path, code, {**said}, nearest(steps[-1], fields))
    type_here, value = _type_at(type_, steps), value_at(data, steps)
    if isinstance(type_here, inspect.LiteralType) and not isinstance(value, list | dict):
        words = [str(one) for one in type_here.values]
        shown = {"value": "" if value is None else value, "list": listed(words)}
        return Fault(path, "UNKNOWN_VALUE", shown, nearest(value, words))
    if code == "VALUE_TYPE":
        return _wrong_type(path, type_here, value, said)
    if code in ("OUT_OF_RANGE", "TEXT_LENGTH", "LIST_LENGTH"):
        low, high = _limits(type_here)
        return Fault(path, code, {"low": low, "high": high})
    return Fault(path, code, {**said})


def not_scalar(data: Plain) -> Iterator[Fault]:
    """Facts whose value is a list or has fields: msgspec does not say which fact it is."""
    for part in ("facts", "references"):
        inside = data.get(part) if isinstance(data, dict) else None
        for name, value in [] if not isinstance(inside, dict) else inside.items():
            rows = part == "references" and isinstance(value, list)  # case_rows looks at them
            if isinstance(value, list | dict) and not rows:
                found = word("array" if isinstance(value, list) else "object")
                names = {"expected": word("scalar"), "found": found}
                yield Fault(f"$.{part}.{name}", "VALUE_TYPE", names)


def steps_of(path: str) -> list[str | int]:
    """The names and numbers of a path like `$.history[0].level`."""
    found = _STEP.finditer(path)
    return [one[1] if one[1] is not None else int(one[2]) for one in found]


def value_at(data: Plain, steps: Steps) -> Plain:
    """What stands at the path; None where nothing does."""
    found: Any = data
    for step in steps:
        inside = isinstance(found, dict) and step in found
        listed_there = isinstance(found, list) and isinstance(step, int) and step < len(found)
        if not inside and not listed_there:
            return None
        found = found[step]
    return found  # type: ignore[no-any-return]


def without(data: Plain, path: str) -> bool:
    """Take a named value out, so that the next mistake can be found; whether that was possible."""
    *before, last = steps_of(path) or [0]
    inside = value_at(data, before)
    if not isinstance(inside, dict) or last not in inside:
        return False
    del inside[str(last)]
    return True


def _type_at(type_: type, steps: Steps) -> inspect.Type | None:
    here: inspect.Type | None = _plain(inspect.type_info(type_))
    for step in steps:
        match here:
            case inspect.StructType(fields=fields):
                field = next((one for one in fields if one.encode_name == step), None)
                here = None if field is None else _plain(field.type)
            case inspect.VarTupleType(item_type=item):
                here = _plain(item)
            case _:
                return None
    return here


def _plain(info: inspect.Type) -> inspect.Type:
    """Without its limits' wrapping, and without None: not said is always allowed there."""
    if isinstance(info, inspect.Metadata):
        return _plain(info.type)
    if isinstance(info, inspect.UnionType):
        types = [one for one in info.types if not isinstance(one, inspect.NoneType)]
        return _plain(types[0]) if len(types) == 1 else info
    return info


def _limits(info: inspect.Type | None) -> tuple[int, int]:
    match info:
        case inspect.IntType(ge=low, le=high):
            return int(low or 0), int(high or 0)
        case (
            inspect.StrType(min_length=least, max_length=most)
            | inspect.VarTupleType(min_length=least, max_length=most)
        ):
            return int(least or 0), int(most or 0)
    return 0, 0


def _wrong_type(path: str, info: inspect.Type | None, value: Plain, said: Any) -> Fault:
    expected = str(said["expected"]).split(" | ")[0]
    found = str(said["found"])
    names = {"expected": _word(expected), "found": _word(found)}
    hints: tuple[Told, ...] = ()
    if isinstance(info, inspect.StrType) and isinstance(value, bool | int):
        text = str(value).lower() if isinstance(value, bool) else str(value)
        hints = (hint("QUOTES", value=text),)
    elif isinstance(info, inspect.BoolType):
        hints = (hint("YES_NO"),)
    elif isinstance(info, inspect.IntType) and isinstance(value, str) and value.isdecimal():
        hints = (hint("NO_QUOTES"),)
    return Fault(path, "VALUE_TYPE", names, hints)


def _word(type_name: str) -> object:
    known = {"str", "int", "bool", "float", "array", "object", "date", "null"}
    return word(type_name) if type_name in known else type_name
