"""`python -m tests.bench.events`: how many events one core encodes and decodes in a second."""

import time
from collections.abc import Callable
from datetime import date
from typing import TypeVar

import msgspec

from shared.events.base import REGISTRY, Sealed
from shared.events.claims import ClaimSubmitted
from shared.events.envelope import Event, decode, encode
from tests.events.builders import example

A = TypeVar("A")
PERSON = "0123456789abcdef" * 2
CIPHERTEXT = "A" * 88


def claim() -> Event:
    """A claim as an employee of Huludao files it: about 1 kB."""
    facts = ClaimSubmitted(
        kind="HLD.K.employee_skill",
        person=PERSON,
        certificate=PERSON,
        occupation="6-31-01-03",
        level="L4",
        plan="plan-0198c0de",
        institution="91211400",
        group="HLD.G.employee",
        certificate_type="skill_level",
        certificate_issued_on=date(2020, 5, 10),
        training_from=date(2020, 4, 1),
        training_to=date(2020, 4, 30),
        agreement="AG-2020-11",
        paid_by="individual",
        payee_kind="individual",
        account=PERSON,
        claimed_on=date(2020, 6, 1),
        sealed={"name": Sealed(person=PERSON, ciphertext=CIPHERTEXT)},
    )
    return msgspec.structs.replace(example(REGISTRY["ClaimSubmitted.v1"]), facts=facts)


def per_second(work: Callable[[A], object], on: A, rounds: int = 5, times: int = 50_000) -> int:
    """The best of several rounds: other programs on the machine only make it slower."""
    best = 0.0
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(times):
            work(on)
        best = max(best, times / (time.perf_counter() - start))
    return int(best)


def main() -> None:
    event = claim()
    body = encode(event)
    print(f"ClaimSubmitted of {len(body)} bytes")
    print(f"decode {per_second(decode, body):,}/s")
    print(f"encode {per_second(encode, event):,}/s, each read back before it is given out")


if __name__ == "__main__":
    main()
