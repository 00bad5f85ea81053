"""A table's imports on events alone: who may put one in force, and what counts afterwards."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from services.claims.claim.refusals import SamePersonTwice
from services.claims.reference import decide
from services.claims.reference.decide import REFERENCE, ConfirmImport, DeclineImport, Reference
from services.claims.reference.refusals import ImportOverlaps, ImportUnknown
from shared.events.references import ReferenceImported
from shared.events.tables import ReferenceDeclined, ReferenceProposed
from shared.policy.layers import TableRow
from tests.folding import Happened, events, facts_of, state_after

STREAM = decide.stream_of("minimum_wage")
JAN, JULY = date(2020, 1, 1), date(2020, 7, 1)
FILE, ROWS, OTHER_ROWS = "aa" * 32, "bb" * 32, "cc" * 32
KEPT = {
    ROWS: (TableRow("211402", (148000,), JAN),),
    OTHER_ROWS: (TableRow("211402", (161000,), JULY),),
}
BROUGHT = ReferenceProposed(
    table="minimum_wage", reference="REF_MINWAGE", snapshot_sha256=FILE, rows_sha256=ROWS, rows=1,
    valid_from=JAN, replaces=True, source="UPLOAD", received_at=datetime(2020, 1, 1, tzinfo=UTC),
)  # fmt: skip
LATER = msgspec.structs.replace(
    BROUGHT, snapshot_sha256="dd" * 32, rows_sha256=OTHER_ROWS, valid_from=JULY
)


def after(*given: Happened) -> Reference:
    return state_after(REFERENCE, given, STREAM)


def confirmed(state: Reference, proposal: str, actor: str = "approver-1") -> ReferenceImported:
    [facts] = facts_of(decide.confirm_import(state, ConfirmImport(actor, proposal, KEPT)))
    assert isinstance(facts, ReferenceImported)
    return facts


def proposals(*given: Happened) -> list[str]:
    return [event.id for event in events(given, STREAM)]


def test_what_was_brought_counts_for_nothing_until_another_person_confirms_it() -> None:
    brought = Happened(BROUGHT, "clerk-1")
    state, [proposal] = after(brought), proposals(brought)

    assert decide.layers_of(state, KEPT) == []
    with pytest.raises(SamePersonTwice):
        confirmed(state, proposal, "clerk-1")
    imported = confirmed(state, proposal)
    assert (imported.proposed_by, imported.proposal, imported.supersedes) == (
        "clerk-1", proposal, None,
    )  # fmt: skip
    [layer] = decide.layers_of(after(brought, Happened(imported, "approver-1")), KEPT)
    assert (layer.rows, layer.jurisdiction, layer.valid_from) == (KEPT[ROWS], "211402", JAN)


def test_a_later_import_names_the_file_that_it_takes_the_place_of() -> None:
    given = [Happened(BROUGHT, "clerk-1")]
    given.append(Happened(confirmed(after(*given), proposals(*given)[0]), "approver-1"))
    given.append(Happened(LATER, "clerk-1"))
    imported = confirmed(after(*given), proposals(*given)[2])

    assert imported.supersedes == FILE


def test_what_was_put_in_force_meanwhile_stops_an_import_that_meets_it() -> None:
    adds = msgspec.structs.replace(LATER, replaces=False)
    given = [Happened(BROUGHT, "clerk-1"), Happened(adds, "clerk-1")]
    first, second = proposals(*given)
    given.append(Happened(confirmed(after(*given), first), "approver-1"))

    with pytest.raises(ImportOverlaps) as refused:
        confirmed(after(*given), second)
    assert refused.value.facts == {"rows": 1}


def test_an_import_is_decided_once() -> None:
    brought = Happened(BROUGHT, "clerk-1")
    state, [proposal] = after(brought), proposals(brought)
    declined = facts_of(decide.decline_import(state, DeclineImport("clerk-1", proposal, "old")))
    gone = after(brought, Happened(declined[0]))

    assert isinstance(declined[0], ReferenceDeclined)
    assert gone.brought == {}
    with pytest.raises(ImportUnknown):
        confirmed(gone, proposal)
    with pytest.raises(ImportUnknown):
        decide.decline_import(gone, DeclineImport("clerk-1", proposal))


def test_the_same_file_for_the_same_days_is_the_same_import_until_another_took_its_place() -> None:
    given = [Happened(BROUGHT, "clerk-1")]
    [proposal] = proposals(*given)
    waiting = after(*given)
    given.append(Happened(confirmed(waiting, proposal), "approver-1"))
    counting = after(*given)
    given.append(Happened(LATER, "clerk-1"))
    given.append(Happened(confirmed(after(*given), proposals(*given)[2]), "approver-1"))

    assert decide.same_import(waiting, BROUGHT, "211402") == proposal
    assert decide.same_import(waiting, BROUGHT, "211400") is None
    assert decide.same_import(waiting, LATER, "211402") is None
    assert decide.same_import(counting, BROUGHT, "211402") == proposals(*given)[1]
    assert decide.same_import(after(*given), BROUGHT, "211402") is None
