"""Shared batches: without delay, apart by key, finite, and never forgetting a caller."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.store.coalesce import Coalescer, Overloaded


class Batches:
    """Remembers every batch; each takes one turn of the loop, or fails as told."""

    def __init__(self, *, fails: bool = False) -> None:
        self.seen: list[list[str]] = []
        self._fails = fails

    async def run(self, batch: Sequence[str]) -> list[str]:
        self.seen.append(list(batch))
        await asyncio.sleep(0)
        if self._fails:
            raise ConnectionError("gone")
        return [f"{request}!" for request in batch]


async def test_requests_that_wait_share_the_next_batch() -> None:
    batches = Batches()
    ask: Coalescer[str, str] = Coalescer(batches.run)
    answers = await asyncio.gather(*(ask(str(n)) for n in range(5)))

    assert answers == ["0!", "1!", "2!", "3!", "4!"]
    assert len(batches.seen) < 5


async def test_a_batch_is_no_larger_than_allowed() -> None:
    batches = Batches()
    ask: Coalescer[str, str] = Coalescer(batches.run, max_batch=3)
    await asyncio.gather(*(ask(str(n)) for n in range(10)))

    assert max(map(len, batches.seen)) == 3


async def test_two_requests_with_a_common_key_never_share_a_batch() -> None:
    batches = Batches()
    ask: Coalescer[str, str] = Coalescer(batches.run, keys=lambda request: request[0])
    await asyncio.gather(*(ask(request) for request in ("a1", "b1", "a2", "c1", "a3")))

    assert all(len({request[0] for request in batch}) == len(batch) for batch in batches.seen)
    assert [r for batch in batches.seen for r in batch if r[0] == "a"] == ["a1", "a2", "a3"]


async def test_a_full_queue_refuses_at_once() -> None:
    ask: Coalescer[str, str] = Coalescer(Batches().run, max_waiting=2)
    asked = [asyncio.ensure_future(ask(str(n))) for n in range(3)]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [str, str, Overloaded]


async def test_every_caller_hears_of_a_failure() -> None:
    ask: Coalescer[str, str] = Coalescer(Batches(fails=True).run)
    outcomes = await asyncio.gather(*(ask(str(n)) for n in range(3)), return_exceptions=True)

    assert all(isinstance(outcome, ConnectionError) for outcome in outcomes)
    with pytest.raises(ConnectionError):
        await ask("again")
