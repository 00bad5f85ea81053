"""Which version of which policy judges a claim: packs of the release, and published versions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

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


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a claim that a policy may go by (INT-01)."""

    claimed_on: date
    certificate_issued_on: date | None = None

    def picked_by(self, pack: Pack) -> date:
        """The certificate's day, unless the pack reads INT-01 otherwise or there is none."""
        if pack.switches.get("INT-01") == "claimed_on":
            return self.claimed_on
        return self.certificate_issued_on or self.claimed_on


class Overlapping(ValueError):
    """Two policies claim the same place."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All versions that stand, by policy in the order of their numbers."""

    versions: Mapping[str, Sequence[Version]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    """policy by GB/T 2260 code"""

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

    def judging(self, place: str, days: Days) -> Pack | None:
        """The highest version whose first day has come on the claim's day; None: no policy here.

        So each version is used from its first day until before that of the next one.
        """
        policy = self.places.get(place)
        if policy is None:
            return None
        own = self.versions[policy]
        fit = (one.pack for one in reversed(own) if one.effective_from <= days.picked_by(one.pack))
        return next(fit, own[0].pack)

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
    return places
