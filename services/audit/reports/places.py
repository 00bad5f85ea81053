"""Which places a report covers, and which forms a place's pack lists."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.audit.reports.report import Where
from shared.http.access import Jurisdictions
from shared.policy.load import shipped


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
