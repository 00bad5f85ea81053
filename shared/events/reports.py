"""A report that an officer filed: which figures, of which prefix of the log, and their hash."""

from typing import Annotated, Literal

from msgspec import Meta

from shared.events.base import (
    FINDING_EVENTS,
    Code,
    Codes,
    Count,
    Digest,
    Facts,
    Instant,
    Jurisdiction,
    Name,
    event,
)
from shared.events.cases import Positions


@event(FINDING_EVENTS)
class ReportFiled(Facts, frozen=True, kw_only=True, omit_defaults=True):
    """An officer handed in a report (季报/年报/专报); anybody can compute it again from the log.

    `as_of` is the prefix of the log that was counted; `sha256` covers the bytes of the CSV form.
    """

    form: Code
    form_version: Count
    period: Name
    """`2020Q2`, `2020`, `2020-05`, or the id of the finding that a special report is about"""
    place: Jurisdiction
    as_of: Positions
    sealed_at: Instant
    """when audit had sealed that prefix"""
    sha256: Digest
    rows: Count
    clauses: Codes = ()
    audience: Annotated[
        Literal["internal", "public", "evaluator", "auditor"], Meta(description="who may read it")
    ] = "internal"
