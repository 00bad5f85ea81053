"""Runs a command's coroutine so that Ctrl-C and SIGTERM end it in order, whatever it does."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Interrupted(Exception):
    """A signal came before the command was done; everything that it started was stopped."""


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`. The first signal cancels it, later ones are ignored while it stops.

    Raises Interrupted.
    """
    return asyncio.run(_watched(work))


async def until_signal() -> None:
    """Wait for Ctrl-C or SIGTERM: the ordinary end of what stays up."""
    stop = asyncio.Event()
    _on_signals(stop.set)
    await stop.wait()


async def _watched(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.ensure_future(work)
    ended = False

    def end() -> None:
        nonlocal ended
        if not ended:
            ended = True
            task.cancel()

    _on_signals(end)
    try:
        return await task
    except asyncio.CancelledError:
        if ended:
            raise Interrupted from None
        raise


def _on_signals(call: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, call)
