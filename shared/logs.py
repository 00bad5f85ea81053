"""Logs: one JSON line per unit of work, fixed event names, and nothing personal in them."""

import asyncio
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, BinaryIO

import orjson
import structlog

REFUSED = "[refused: looks personal]"
_MAX_DEPTH = 4
_EVENT_NAME = re.compile(r"[a-z][a-z0-9_]{2,63}")

# 15 to 19 digits, also full-width, also in groups as on a bank card: an old or new resident ID
# number or an account. Hex neighbours are excluded, or every fiftieth random reference would match.
_PERSONAL = re.compile(r"(?<![0-9a-f])(?:\d[  ]?){14,18}[\dXxＸｘ](?![0-9a-f])")


def looks_personal(text: str) -> bool:
    """True for text that holds what may be a resident ID number or an account number."""
    return len(text) >= 15 and _PERSONAL.search(text) is not None


def configure(service: str, stream: BinaryIO | None = None, level: int = logging.INFO) -> None:
    """Send this process's logs to `stream` (standard output) as JSON lines; call once, at start."""
    structlog.configure(
        cache_logger_on_first_use=True,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[
            structlog.contextvars.merge_contextvars,
            refuse_personal,
            _Rendered(service),
        ],
        logger_factory=Lines(stream or sys.stdout.buffer),
    )
    root = logging.getLogger()
    root.handlers[:] = [_Libraries()]
    root.setLevel(logging.WARNING)


def refuse_personal(
    logger: Any, method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace each value that looks personal by a marker, and each event name that is not fixed."""
    name = line.get("event")
    if not isinstance(name, str) or not _EVENT_NAME.fullmatch(name):
        line["event"] = "event_name_refused"
    for key, value in line.items():
        if not isinstance(value, int) or value > 10**14 or value < -(10**14):
            line[key] = _clean(value, _MAX_DEPTH)
    return line


def _clean(value: object, depth: int) -> object:
    match value:
        case str():
            return REFUSED if looks_personal(value) else value
        case None | bool() | float():
            return value
        case int():
            return REFUSED if abs(value) >= 10**14 else value
        case Mapping() if depth:
            return {_clean(str(key), 0): _clean(item, depth - 1) for key, item in value.items()}
        case list() | tuple() | set() | frozenset() if depth:
            return [_clean(item, depth - 1) for item in value]
        case bytes() | bytearray() | Mapping() | list() | tuple() | set() | frozenset():
            return f"[{type(value).__name__}, {len(value)} long]"
        case _:
            text = str(value)
            return REFUSED if looks_personal(text) else text


class _Rendered:
    """The last step: level, time and service, which are ours and cannot be personal; then JSON."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, logger: Any, method: str, line: MutableMapping[str, Any]) -> bytes:
        line["level"] = method
        line["time"] = datetime.now(UTC)
        line["service"] = self._service
        return orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z)


class Lines:
    """Writes lines at once, and hands those of one turn of the event loop to the system together.

    A system call for each line costs as much as making it. A process that ends also flushes.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._loop: asyncio.AbstractEventLoop | None = None
        """in which a flush is already on its way"""

    def __call__(self, *_: Any) -> "Lines":
        return self

    def msg(self, line: bytes) -> None:
        self._stream.write(line + b"\n")
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # nobody would come back to it
            self._flush()
        else:
            if loop is not self._loop:
                self._loop = loop
                loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._loop = None
        self._stream.flush()

    debug = info = warning = error = critical = msg


class _Libraries(logging.Handler):
    """Libraries' warnings: name, level and template only, since their arguments may quote input."""

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0] if record.exc_info else None
        structlog.get_logger().warning(
            "library_warned",
            library=record.name,
            library_level=record.levelname,
            template=str(record.msg)[:200],
            error=kind.__name__ if kind else None,
        )
