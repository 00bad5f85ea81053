"""The rules in a thread of their own: DuckDB never runs on the event loop."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from services.audit.detectors.rules import Rule
from services.audit.replay.judge import Judgement, Parameters
from services.audit.replay.keyed import Keyed, Work
from shared.events.base import FINDING_EVENTS


class NotForTheStream(ValueError):
    """A rule that the stream cannot judge; it belongs to the replay alone."""


class Judges:
    """One connection, one thread: opened at the first work, closed after the last."""

    def __init__(self, rules: Sequence[Rule], parameters: Parameters) -> None:
        self.rules = tuple(rule for rule in rules if rule.streams)
        for rule in self.rules:
            if FINDING_EVENTS in rule.header.feeds:
                # The watermark takes findings as judged by the moment they are written.
                raise NotForTheStream(f"{rule.id} reads findings")
        self._parameters = parameters
        self._thread = ThreadPoolExecutor(1, "judges")
        self._keyed: Keyed | None = None

    async def judge(self, work: Work) -> Judgement:
        """What the rules find for the subjects of `work`."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._judge, work)

    def _judge(self, work: Work) -> Judgement:
        if self._keyed is None:
            self._keyed = Keyed(self.rules, self._parameters).__enter__()
        return self._keyed.judge(work)

    async def close_at_end(self) -> None:
        """Run beside the service; closes when it is cancelled, after what is under way."""
        try:
            await asyncio.Event().wait()
        finally:
            self.close()

    def close(self) -> None:
        """Wait for what is under way, then close the connection in its own thread."""
        self._thread.submit(self._close)
        self._thread.shutdown()

    def _close(self) -> None:
        if self._keyed is not None:
            self._keyed.__exit__(None, None, None)
            self._keyed = None
