"""Logs are JSON lines with fixed names, and no line holds what looks personal."""

import asyncio
import io
import logging
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import structlog

from shared import logs

PERSON = "999999198001010011"
ACCOUNT = "6222020200112233445"


@pytest.fixture
def written() -> Iterator[io.BytesIO]:
    stream = io.BytesIO()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    logs.configure("claims", stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def _lines(stream: io.BytesIO) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_says_who_when_and_what(written: io.BytesIO) -> None:
    structlog.contextvars.clear_contextvars()
    with structlog.contextvars.bound_contextvars(correlation_id="c-1"):
        structlog.get_logger().info("claim_submitted", amount_fen=150_000)

    (line,) = _lines(written)
    assert line.pop("time").endswith("Z")
    assert line == {
        "event": "claim_submitted",
        "level": "info",
        "service": "claims",
        "correlation_id": "c-1",
        "amount_fen": 150_000,
    }


@pytest.mark.parametrize(
    "value",
    [
        PERSON,
        "99999919900215002X",
        "99999919900215002x",
        int(PERSON),
        ACCOUNT,
        "6222 0202 0011 2233",
        "６２２２０２０２００１１２２３３",
        "999999800101001",
        f"person {PERSON} was refused",
        [PERSON],
        {"deep": {"er": (PERSON,)}},
        {PERSON: 1},
        ValueError(PERSON),
        PERSON.encode(),
        [[[[[[PERSON]]]]]],
    ],
)
def test_what_looks_personal_is_never_written(written: io.BytesIO, value: Any) -> None:
    structlog.get_logger().info("claim_submitted", seen=value)

    assert _lines(written)[0]["event"] == "claim_submitted"
    for planted in (PERSON[:15], ACCOUNT, "6222 0202", "６２２２", "99999919900215002"):
        assert planted.encode() not in written.getvalue()
    assert b"999999800101001" not in written.getvalue()


def test_an_event_name_with_values_in_it_is_replaced(written: io.BytesIO) -> None:
    structlog.get_logger().info(f"claim of {PERSON}")

    assert _lines(written)[0]["event"] == "event_name_refused"
    assert PERSON.encode() not in written.getvalue()


@pytest.mark.parametrize(
    "value",
    [
        "0190a1b2-0000-7000-8000-0123456789ab",
        "claim-events.v1/7/123456789012",
        "9f86d081884c7d659a2feaa0c55ad015",
        "2026-01-31T08:00:00.000000+08:00",
        10**13,
        "¥1234567.89",
        None,
        0.5,
    ],
)
def test_ids_times_and_amounts_are_written(written: io.BytesIO, value: Any) -> None:
    structlog.get_logger().info("claim_submitted", seen=value)

    assert _lines(written)[0]["seen"] == value


def test_a_librarys_warning_loses_its_arguments(written: io.BytesIO) -> None:
    logging.getLogger("aiohttp.server").error("bad request: %s", f"name={PERSON}")

    (line,) = _lines(written)
    assert (line["event"], line["library"]) == ("library_warned", "aiohttp.server")
    assert line["template"] == "bad request: %s"


class _Counting(io.BytesIO):
    flushes = 0

    def flush(self) -> None:
        self.flushes += 1


async def test_lines_of_one_turn_are_handed_over_together() -> None:
    stream = _Counting()
    lines = logs.Lines(stream)
    for line in (b"one", b"two"):
        lines.msg(line)
    assert stream.flushes == 0

    await asyncio.sleep(0)

    assert (stream.getvalue(), stream.flushes) == (b"one\ntwo\n", 1)


def test_a_line_without_a_loop_is_handed_over_at_once() -> None:
    stream = _Counting()

    logs.Lines(stream).msg(b"one")

    assert stream.flushes == 1
