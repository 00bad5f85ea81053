"""Which version of which policy judges a claim: packs of the release, and published versions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from shared.policy.cases import DateField
from shared.policy.pack import Pack

EVER = date.min
"""a city's first version also judges earlier days: it says itself that it was not in force"""


@dataclass(frozen=True, slots=True)
class Version:
    """One version that stands, and the first day that it is used for."""

    pack: Pack
    effective_from: date
    published: bool = False
    """by an event of this installation; otherwise it came with the release"""

    @property
    def number(self) -> int:
        return self.pack.version


class Dated(Protocol):
    """What is claimed, with its days: a claim's content, a row of a roster, a case."""

    @property
    def kind(self) -> str: ...
    @property
    def claimed_on(self) -> date: ...
    @property
    def certificate_issued_on(self) -> date | None: ...
    @property
    def training_from(self) -> date | None: ...
    @property
    def training_to(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a claim that a policy may go by (INT-01)."""

    kind: str
    claimed_on: date
    certificate_issued_on: date | None = None
    training_from: date | None = None
    training_to: date | None = None


def picked_day(pack: Pack, said: Dated) -> date:
    """The day that this version goes by: the one its kind is dated by, unless it reads INT-01
    otherwise; where there is none the first of the training, or the day of the claim.
    """
    kind = pack.kinds.get(said.kind)
    if pack.switches.get("INT-01") == "claimed_on":
        return said.claimed_on
    named = kind.dated_by if kind else "certificate_issued_on"
    days: dict[DateField, date | None] = {
        "certificate_issued_on": said.certificate_issued_on,
        "claimed_on": said.claimed_on,
        "training_from": said.training_from,
        "training_to": said.training_to,
    }
    return days[named] or said.training_from or said.claimed_on


class Overlapping(ValueError):
    """Two policies claim the same place."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All versions that stand, by policy in the order of their numbers."""

    versions: Mapping[str, Sequence[Version]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    """policy by GB/T 2260 code; one that only an older version names stays with its policy, whose
    newest version then holds the claim"""

    @classmethod
    def of(cls, found: Iterable[Version]) -> "Standing":
        """What was published outranks what a release says under the same number.

        Raises Overlapping.
        """
        numbered: dict[str, dict[int, Version]] = {}
        for one in sorted(found, key=lambda each: each.published):
            numbered.setdefault(one.pack.policy_id, {})[one.number] = one
        versions = {id_: [own[n] for n in sorted(own)] for id_, own in sorted(numbered.items())}
        return cls(versions, _places(versions))

    def newest(self, place: str) -> Pack | None:
        """The version with the highest number, also when its first day has not come."""
        policy = self.places.get(place)
        return None if policy is None else self.versions[policy][-1].pack

    def judging(self, place: str, said: Dated) -> Pack | None:
        """The highest version whose first day has come on the claim's day; None: no policy here.

        So each version is used from its first day until before that of the next one.
        """
        policy = self.places.get(place)
        if policy is None:
            return None
        own = self.versions[policy]
        fit = (
            one.pack for one in reversed(own) if one.effective_from <= picked_day(one.pack, said)
        )
        return next(fit, own[0].pack)

    def taken_by(self, pack: Pack) -> str | None:
        """Another policy whose newest version judges in one of the pack's places."""
        for policy, own in self.versions.items():
            if policy != pack.policy_id and own[-1].pack.jurisdictions & pack.jurisdictions:
                return policy
        return None

    def find(self, policy_id: str, version: int, content_sha256: str) -> Pack | None:
        """Exactly this one, if it still stands."""
        for one in self.versions.get(policy_id, ()):
            if (one.number, one.pack.content_sha256) == (version, content_sha256):
                return one.pack
        return None


def shipped(packs: Iterable[Pack]) -> list[Version]:
    """Packs of a release: the lowest version of a policy from ever, others from their own dates."""
    found = sorted(packs, key=lambda pack: (pack.policy_id, pack.version))
    first = {pack.policy_id: pack.version for pack in reversed(found)}
    return [
        Version(
            pack,
            EVER if first[pack.policy_id] == pack.version else pack.content.validity.valid_from,
        )
        for pack in found
    ]


def _places(versions: Mapping[str, Sequence[Version]]) -> dict[str, str]:
    places: dict[str, str] = {}
    for policy, own in versions.items():
        for code in sorted(own[-1].pack.jurisdictions):
            if places.setdefault(code, policy) != policy:
                raise Overlapping(f"{code}: {places[code]} and {policy}")
    for policy, own in versions.items():
        for one in own[:-1]:
            for code in sorted(one.pack.jurisdictions):
                places.setdefault(code, policy)
    return places
