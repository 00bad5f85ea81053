"""What was taken out of the log, and a replay that said otherwise: found on events alone."""

from pathlib import Path

from tests.audit import money
from tests.audit.detectors.test_rules_on_events import found
from tests.audit.histories import History


async def test_an_event_that_was_taken_out_of_its_stream_is_found(tmp_path: Path) -> None:
    history = History()
    history.submitted("claim-1")
    history.versions["claim-1"] += 1
    history.approved("claim-1")

    (finding,) = await found(history, tmp_path)

    assert (finding.rule, finding.tier, finding.subject) == ("G1", "R", "claim-1")
    assert finding.claims == ("claim-1",)
    assert "from version 1 to 3" in finding.explanation_en
    assert [one.event_id for one in finding.evidence] == [history.events[1].id]


async def test_a_stream_whose_beginning_is_missing_or_doubled_is_found(tmp_path: Path) -> None:
    history = History()
    history.versions["claim-1"] = 1
    history.submitted("claim-1")
    history.submitted("claim-2", person="b" * 32)
    history.versions["claim-2"] = 0
    history.withdrawn("claim-2", person="b" * 32)

    assert [(one.rule, one.subject) for one in await found(history, tmp_path)] in (
        [("G1", "claim-1"), ("G1", "claim-2")],
        [("G1", "claim-2"), ("G1", "claim-1")],
    )


async def test_streams_that_go_on_in_order_are_whole(tmp_path: Path) -> None:
    history = History()
    for claim in ("claim-1", "claim-2"):
        history.submitted(claim, person=claim[-1] * 32)
    for claim in ("claim-1", "claim-2"):
        history.accepted(claim, person=claim[-1] * 32)

    assert await found(history, tmp_path) == []


async def test_a_replay_that_said_otherwise_is_found_and_an_equal_one_is_not(
    tmp_path: Path,
) -> None:
    history = History()
    money.replay_compared(history, "a", "a")
    assert await found(history, tmp_path / "equal") == []
    money.replay_compared(history, "a", "b")

    (finding,) = await found(history, tmp_path / "other")

    assert (finding.rule, finding.tier) == ("G4", "R")
    assert finding.window_key == "replay/2/findings"
    assert "bbbbbbbbbbbb" in finding.explanation_en
