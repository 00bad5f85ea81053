"""Requests that arrive while one batch is under way form the next: no timer, no added delay."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from typing import Generic, TypeVar

Request = TypeVar("Request")
Result = TypeVar("Result")


class Overloaded(Exception):
    """More requests wait than the queue may hold; the caller should come back later."""


class Coalescer(Generic[Request, Result]):
    """Runs waiting requests together, one batch at a time.

    Two requests with a common key never share a batch; the second waits for the next one, in order.
    `max_batch` bounds the weight of a batch, `max_waiting` the number of waiting requests.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Request]], Awaitable[Sequence[Result]]],
        *,
        max_batch: int = 256,
        max_waiting: int = 4096,
        keys: Callable[[Request], Collection[Hashable]] = lambda _: (),
    ) -> None:
        self._run = run
        self._max_batch = max_batch
        self._max_waiting = max_waiting
        self._keys = keys
        self._waiting: deque[tuple[Request, asyncio.Future[Result]]] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def __call__(self, request: Request) -> Result:
        """The request's own result; raises Overloaded at once when the queue is full."""
        if len(self._waiting) >= self._max_waiting:
            raise Overloaded(f"{len(self._waiting)} requests are waiting")
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, answer))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            batch = self._next_batch()
            requests = [request for request, _ in batch]
            try:
                results = await self._run(requests)
            except BaseException as failed:  # every waiting caller must hear of it, whatever it was
                _fail(batch, failed)
                if not isinstance(failed, Exception):
                    raise
                continue
            for (_, answer), result in zip(batch, results, strict=True):
                if not answer.done():
                    answer.set_result(result)

    def _next_batch(self) -> list[tuple[Request, asyncio.Future[Result]]]:
        batch: list[tuple[Request, asyncio.Future[Result]]] = []
        later: list[tuple[Request, asyncio.Future[Result]]] = []
        used: set[Hashable] = set()
        while self._waiting and len(batch) < self._max_batch:
            item = self._waiting.popleft()
            keys = self._keys(item[0])
            if used.isdisjoint(keys):
                batch.append(item)
            else:
                later.append(item)
            used.update(keys)  # also of those put off: what waits behind them must not overtake
        self._waiting.extendleft(reversed(later))
        return batch


def _fail(batch: list[tuple[Request, asyncio.Future[Result]]], failed: BaseException) -> None:
    for _, answer in batch:
        if not answer.done():
            answer.set_exception(failed)
