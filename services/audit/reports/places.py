"""Which places a report covers, and which forms a place's pack lists."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from services.audit.reports.replay import Quota
from services.audit.reports.report import Where
from shared.http.access import Jurisdictions
from shared.policy.load import shipped
from shared.policy.pack import Content


def where_of(place: str, on: date, table: Jurisdictions) -> Where:
    """The place and all that answers to it on that day."""
    places = table.seen_by(place, on)
    return Where(place, places, lambda unit, other: table.sees(unit, other, on))


def listed_forms() -> Mapping[str, Sequence[str]]:
    """By city: the forms that the pack in force lists; a district files those of its city."""
    return {
        pack.content.jurisdiction.code: tuple(dict.fromkeys(r.form for r in pack.content.reports))
        for pack in shipped()
    }


def listed_targets() -> tuple[Quota, ...]:
    """What the packs' documents want reached in person-times, where the days are said."""
    return tuple(quota for pack in shipped() for quota in _targets(pack.content))


def _targets(content: Content) -> Iterator[Quota]:
    """A target without area is the city's; one of the city's own area beside it is the share of
    the units of the city itself (市直).
    """
    city = content.jurisdiction.code
    dated = [t for t in content.targets if t.unit == "person_times" and t.first and t.last]
    totals = {(target.first, target.last) for target in dated if target.area is None}
    for target in dated:
        assert target.first is not None
        assert target.last is not None
        of_city = target.area == city and (target.first, target.last) not in totals
        yield Quota(
            target.area or city, "district", target.first, target.last, target.number, city, (),
            target.area is None or of_city, target.clause,
        )  # fmt: skip
