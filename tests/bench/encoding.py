"""One core: events encoded and decoded in a second, beside msgspec's JSON without any type."""

from collections.abc import Callable, Sequence
from time import perf_counter

import msgspec

from shared.events.envelope import decode, encode
from tests.bench.bench import Bench
from tests.bench.events import claim
from tests.bench.figures import Figure, alternate, at_least

TIMES = 50_000


async def measure(bench: Bench) -> list[Figure]:
    event = claim()
    body = encode(event)
    plain = msgspec.json.decode(body)

    async def limit() -> Sequence[float]:
        return [
            _per_second(lambda: msgspec.json.decode(body)),
            _per_second(lambda: msgspec.json.encode(plain)),
        ]

    async def ours() -> Sequence[float]:
        return [_per_second(lambda: decode(body)), _per_second(lambda: encode(event))]

    limits, reached = await alternate(limit, ours, bench.sizes.rounds)
    names = ("decode an event, one core", "encode an event and read it back, one core")
    return [
        at_least(aim, what=name, ours=got, limit=raw, unit="events/s")
        for name, got, raw, aim in zip(names, reached, limits, AIMS, strict=True)
    ]


AIMS = (0.5, 0.05)
"""decoding checks every bound of every field; encoding decodes what it wrote"""


def _per_second(work: Callable[[], object]) -> float:
    began = perf_counter()
    for _ in range(TIMES):
        work()
    return TIMES / (perf_counter() - began)
