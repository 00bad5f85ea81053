"""Decisions from before the ledger: recorded as they were, never refused, once however sent."""

from pathlib import Path

from shared.http.identity import Role
from tests.installation import Running

HISTORY = Path("examples/history.csv")


async def test_a_history_is_taken_over_once_and_answered_the_same_again(claims: Running) -> None:
    operator = claims.person("operator-1", Role.OPERATOR)
    table = HISTORY.read_bytes()
    before = await claims.event_count()
    first = await operator.upload("/imports", table, key="history-1")
    written = await claims.event_count() - before
    again = await operator.upload("/imports", table, key="history-1")
    other_key = await operator.upload("/imports", table, key="history-2")

    assert first.body["counts"]["imported"] == written > 100
    assert first.body["counts"]["not_for_this_service"] > 0
    assert len(first.body["outcomes"]) == first.body["rows"]
    assert (again.body, again.position) == (first.body, first.position)
    assert other_key.body["counts"]["already"] == written
    assert await claims.event_count() == before + written


async def test_old_decisions_that_conflict_are_both_recorded_and_the_first_holds_the_slot(
    claims: Running,
) -> None:
    operator = claims.person("operator-1", Role.OPERATOR)
    await operator.upload("/imports", HISTORY.read_bytes(), key="history-1")
    rows = await claims.service.pool.fetch(
        "SELECT certificate, array_agg(stream_id ORDER BY stream_id) AS claims"
        " FROM claims_in_hand WHERE stage = 'imported' AND certificate IS NOT NULL"
        " GROUP BY certificate HAVING count(DISTINCT person) > 1"
    )

    assert rows
    for row in rows:
        holder = await claims.service.pool.fetchval(
            "SELECT stream_id FROM reservations WHERE kind = 'certificate' AND key = $1",
            row["certificate"],
        )
        assert holder in row["claims"]


async def test_only_an_operator_takes_over_old_decisions_and_only_of_the_own_cities(
    claims: Running,
) -> None:
    clerk = claims.person("clerk-1", Role.CLERK)
    elsewhere = claims.person("operator-2", Role.OPERATOR, at="210200")
    table = HISTORY.read_bytes()
    before = await claims.event_count()
    refused = await clerk.upload("/imports", table, key="history-3")
    abroad = await elsewhere.upload("/imports", table, key="history-4")

    assert refused.codes == ["ROLE_REFUSED"]
    codes = {error["code"] for row in abroad.body["outcomes"] for error in row.get("errors", ())}
    assert "JURISDICTION_REFUSED" in codes
    assert "imported" not in abroad.body["counts"]
    assert await claims.event_count() == before
