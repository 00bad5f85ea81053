"""The SQL that means the same on DuckDB and Spark, and keeps money out of floats."""

import re
from collections.abc import Iterable

_FORBIDDEN = {
    r"\b(DOUBLE|FLOAT|REAL|HUGEINT|UHUGEINT)\b": "a float or a 128-bit column",
    r"\bDECIMAL\b|\bNUMERIC\b": "decimals, which the two engines round differently",
    r"\bVARCHAR\b|\bTEXT\b": "VARCHAR or TEXT; write STRING",
    r"\bASOF\b": "ASOF JOIN",
    r"//": "integer division by //",
    r"(?<![-\w.])[\w.]+\s*/\s*[\w.]+": "a division, which gives a float",
    r"\bstring_agg\b|\blist_sort\b|\blist\(|\bDISTINCT\s+ON\b": "a function of one engine only",
    r"\bavg\(|\bstddev|\bmedian\(": "an aggregate that gives a float",
    r"\b(TIMESTAMP|INTERVAL|DATE_TRUNC|now\(|current_date|random\()": "clocks, dates or chance",
}
_SUM = re.compile(r"(?<!CAST\()\bsum\(", re.IGNORECASE)
_WINDOW = re.compile(r"OVER \((?P<inside>[^()]*)\)", re.IGNORECASE)
FLOATING = frozenset({"DOUBLE", "FLOAT", "HUGEINT", "UHUGEINT"})


def complaints(sql: str) -> list[str]:
    """What in this SQL leaves the subset; comments and string literals do not count."""
    code = re.sub(r"--[^\n]*", "", sql)
    code = re.sub(r"'[^']*'", "''", code)
    wrong = [why for pattern, why in _FORBIDDEN.items() if re.search(pattern, code, re.IGNORECASE)]
    if _SUM.search(code):
        wrong.append("a sum without CAST(sum(…) AS BIGINT)")
    windows = _WINDOW.findall(code)
    if any("ORDER BY" not in inside.upper() for inside in windows):
        wrong.append("a window without ORDER BY")
    return wrong


def floating_columns(described: Iterable[tuple[str, str]]) -> list[str]:
    """Names of the (column, SQL type) pairs that hold floats or 128-bit numbers, nested too."""
    return [name for name, kind in described if any(bad in kind.upper() for bad in FLOATING)]
