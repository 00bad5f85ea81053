"""Claims of persons that no other test of this run has."""

from itertools import count
from typing import Any

from tests.claims.filing import claim

PERSON = count(20_000)


def new_claim(**training: Any) -> dict[str, Any]:
    """A claim for somebody new, at an institution of its own unless told."""
    number = next(PERSON)
    body = claim(number)
    body["training"] |= {"institution": f"INST-{number}"} | training
    return body
