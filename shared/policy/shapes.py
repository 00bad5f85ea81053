"""What does not fit the format: msgspec's message as one of our codes, with its names."""

import re
from collections.abc import Callable, Mapping

_AT = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>.*)`)?$", re.DOTALL)
_PATTERN = re.compile(r"Expected `str` matching regex '(.*)'", re.DOTALL)
_BOUND = re.compile(r"Expected `(\w+)`(?: of length)? (>=|<=|>|<|==) (\S+)")
_TAGS = {"op": "UNKNOWN_OP", "type": "UNKNOWN_TYPE"}
_LENGTHS = {"str": "TEXT_LENGTH", "array": "LIST_LENGTH"}
# The patterns of parts.py, by how they begin; any other is of a plain id.
_WRITTEN = {
    "^[A-Z]{2,3}-[0-9][0-9.]*-": "BAD_CLAUSE",
    "^[A-Z]{2,3}-[0-9A-Z-]": "BAD_POLICY_ID",
    "^[A-Z][A-Z0-9_]": "BAD_REASON_CODE",
    "^[A-Z][A-Z_]": "BAD_REGISTER",
    "^INT-": "BAD_SWITCH_ID",
    "^(on|claim": "BAD_FIELD",
    "^claim": "BAD_FIELD",
    "^(claim|facts)": "BAD_FIELD",
    "^[0-9]{6}$": "BAD_AREA_CODE",
}
Shape = tuple[str, str, Mapping[str, str]]
"""path, code, names"""


def shape_of(message: str) -> Shape:
    """Path, code and names of a message of msgspec; FORMAT for one that we do not know."""
    found = _AT.match(message)
    what, path = (found["what"], found["path"] or "$") if found else (message, "$")
    if path == "$.format":
        return path, "FORMAT", {"why": what}
    for read in _READERS:
        if shape := read(what, path):
            return shape
    return path, "FORMAT", {"why": what}


def _key(what: str, path: str) -> Shape | None:
    if found := re.fullmatch(r"Object contains unknown field `(.*)`", what, re.DOTALL):
        return f"{path}.{found[1]}", "UNKNOWN_KEY", {"name": found[1]}
    if found := re.fullmatch(r"Object missing required field `(.*)`", what, re.DOTALL):
        return path, "MISSING_KEY", {"name": found[1]}
    return None


def _word(what: str, path: str) -> Shape | None:
    found = re.fullmatch(r"Invalid (?:enum )?value (.*)", what, re.DOTALL)
    if found is None:
        return None
    code = _TAGS.get(path.rpartition(".")[2], "UNKNOWN_VALUE")
    return path, code, {"value": found[1].strip("'")}


def _text(what: str, path: str) -> Shape | None:
    if re.match(r"Invalid (RFC3339|ISO8601|ISO-8601|date)", what):
        return path, "BAD_DATE", {}
    if found := _PATTERN.fullmatch(what):
        pattern = found[1]
        codes = (code for start, code in _WRITTEN.items() if pattern.startswith(start))
        return path, next(codes, "BAD_ID"), {"pattern": pattern}
    return None


def _number(what: str, path: str) -> Shape | None:
    found = _BOUND.fullmatch(what)
    if found is None:
        return None
    code = _LENGTHS.get(found[1], "OUT_OF_RANGE")
    return path, code, {"bound": f"{found[2]} {found[3]}"}


def _type(what: str, path: str) -> Shape | None:
    found = re.fullmatch(r"Expected `(.*)`, got `(.*)`", what, re.DOTALL)
    if found is None:
        return None
    return path, "VALUE_TYPE", {"expected": found[1], "found": found[2]}


_READERS: tuple[Callable[[str, str], Shape | None], ...] = (_key, _word, _text, _number, _type)
