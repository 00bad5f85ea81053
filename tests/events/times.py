"""RFC 3339 as CloudEvents demands it for every time."""

import re
from datetime import datetime

_SHAPE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def is_rfc3339(text: str) -> bool:
    """Whether it is a date and time with seconds and a zone, on a day that exists."""
    if not _SHAPE.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        return False
    return True
