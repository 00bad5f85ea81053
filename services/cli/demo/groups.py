"""Which claims must be decided one after the other: those that share a person or a certificate."""

from collections.abc import Mapping, Sequence

import msgspec


class Listed(msgspec.Struct, frozen=True):
    """One line of the clerk's worklist."""

    claim: str
    person: str
    certificate: str | None = None


def together(listed: Sequence[Listed], order: Mapping[str, int]) -> list[list[Listed]]:
    """Groups that share nothing with each other, each in `order`; largest groups first."""
    root = {one.claim: one.claim for one in listed}

    def find(claim: str) -> str:
        while root[claim] != claim:
            claim = root[claim]
        return claim

    first: dict[tuple[str, str], str] = {}
    for one in listed:
        for key in (("person", one.person), ("certificate", one.certificate or one.claim)):
            root[find(one.claim)] = find(first.setdefault(key, one.claim))
    groups: dict[str, list[Listed]] = {}
    for one in sorted(listed, key=lambda one: order[one.claim]):
        groups.setdefault(find(one.claim), []).append(one)
    return sorted(groups.values(), key=len, reverse=True)
