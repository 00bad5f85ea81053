"""A client in a process of its own: keep-alive connections that ask again as soon as answered.

`python -m tests.bench.load` reads one Order as JSON from standard input and prints one Answer.
"""

import asyncio
import sys
from collections.abc import Iterator
from functools import partial
from time import perf_counter
from typing import cast

import msgspec
import uvloop

from tests.bench.figures import percentile
from tests.bench.people import raw_requests

HOST = "127.0.0.1"
MAX_ANSWER_BYTES = 65_536


class Order(msgspec.Struct, frozen=True):
    """`persons` requests are made beforehand; the load ends after `seconds` or with them."""

    port: int
    connections: int
    seconds: float
    first_person: int
    persons: int
    token: str


class Answer(msgspec.Struct, frozen=True):
    """`others` counts answers that are no 201; times in milliseconds."""

    answered: int
    others: int
    seconds: float
    p99_ms: float


class _Client(asyncio.Protocol):
    """One connection. aiohttp's client would cost as much as the server that it measures."""

    def __init__(self, requests: Iterator[bytes], until: float, ended: "asyncio.Future[None]"):
        self._requests = requests
        self._until = until
        self._ended = ended
        self._asked_at = 0.0
        self._seen = b""
        self.milliseconds: list[float] = []
        self.others = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head, separator, body = self._seen.partition(b"\r\n\r\n")
        if not separator or len(body) < _length(head):
            return
        self.milliseconds.append((perf_counter() - self._asked_at) * 1000)
        self.others += not head.startswith(b"HTTP/1.1 201")
        self._seen = b""
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._ended.done():
            self._ended.set_result(None)

    def _ask(self) -> None:
        self._asked_at = perf_counter()
        request = next(self._requests, None) if self._asked_at < self._until else None
        if request is None:
            self._transport.close()
        else:
            self._transport.write(request)


def _same(client: _Client) -> _Client:
    return client


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    length = int(rest.partition(b"\r\n")[0])
    if length > MAX_ANSWER_BYTES:
        raise ValueError("the answer is too long")
    return length


async def load(order: Order, requests: Iterator[bytes]) -> Answer:
    loop = asyncio.get_running_loop()
    began = perf_counter()
    until = began + order.seconds
    clients: list[_Client] = []
    ends: list[asyncio.Future[None]] = []
    for _ in range(order.connections):
        ends.append(loop.create_future())
        client = _Client(requests, until, ends[-1])
        clients.append(client)
        await loop.create_connection(partial(_same, client), HOST, order.port)
    await asyncio.gather(*ends)
    seconds = perf_counter() - began
    times = [time for client in clients for time in client.milliseconds]
    others = sum(client.others for client in clients)
    return Answer(len(times), others, seconds, percentile(times, 99))


def main() -> None:
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    requests = list(raw_requests(order.first_person, order.persons, order.token))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        answer = runner.run(load(order, iter(requests)))
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main()
