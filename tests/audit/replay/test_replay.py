"""The replay is a function of prefix, rules and parameters: same bytes, honest verdicts."""

import random
import shutil
from pathlib import Path

import duckdb
import pytest

from services.audit.archive.catch_up import catch_up
from services.audit.archive.files import Limits
from services.audit.detectors.lint import floating_columns
from services.audit.detectors.rules import load_rules, load_views
from services.audit.replay.columns import empty_sql, table_of, typed_sql
from services.audit.replay.findings import evidence_sha256, finding_id
from services.audit.replay.full import replay
from services.audit.replay.report import diff, load_findings
from services.audit.replay.typed import PART, BeyondArchive, build, vector_of
from shared.events.base import CLAIM_EVENTS, FINDING_EVENTS, PAYOUT_EVENTS, VERIFICATION_EVENTS
from shared.events.catalogue import REGISTRY
from shared.events.findings import Evidence
from shared.log.port import TopicPartition
from tests.audit.histories import History, archived, log_of, ref
from tests.audit.random_histories import random_history

RULES = load_rules()
FILES = ("findings.parquet", "findings.csv", "report.json")


def result(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in FILES}


def typed(out: Path) -> dict[str, bytes]:
    folder = out / "typed"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.parquet")}


async def test_two_runs_over_other_threads_and_other_files_are_byte_identical(
    tmp_path: Path,
) -> None:
    history = random_history(random.Random(7), 400)
    log = log_of(history)
    await catch_up(log, tmp_path / "whole")
    for length in range(1, 130, 9):
        part = log_of(History())
        part.records = {at: held[:length] for at, held in log.records.items()}
        await catch_up(part, tmp_path / "pieces", limits=Limits(buffered_bytes=4_000))
    await catch_up(log, tmp_path / "pieces", limits=Limits(buffered_bytes=4_000))

    first = replay(tmp_path / "whole", RULES, {}, None, tmp_path / "a", threads=1)
    second = replay(tmp_path / "pieces", RULES, {}, None, tmp_path / "b", threads=2)

    assert first == second
    assert first.findings > 10
    assert result(tmp_path / "a") == result(tmp_path / "b")
    assert typed(tmp_path / "a") == typed(tmp_path / "b")


async def test_a_prefix_of_the_log_is_judged_as_if_nothing_came_after(tmp_path: Path) -> None:
    history = random_history(random.Random(3), 200)
    half = History(events=history.events[:100])
    await archived(history, tmp_path / "all")
    await archived(half, tmp_path / "half")
    until = vector_of(tmp_path / "half")

    replay(tmp_path / "all", RULES, {}, until, tmp_path / "a")
    replay(tmp_path / "half", RULES, {}, None, tmp_path / "b")

    assert result(tmp_path / "a") == result(tmp_path / "b")


async def test_a_prefix_beyond_the_archive_is_refused(tmp_path: Path) -> None:
    await archived(History(), tmp_path / "archive")

    with pytest.raises(BeyondArchive):
        replay(
            tmp_path / "archive", RULES, {}, {TopicPartition(CLAIM_EVENTS, 0): 1}, tmp_path / "out"
        )


async def test_clean_is_said_only_when_every_feed_was_read(tmp_path: Path) -> None:
    history = History()
    history.approved("claim-1")
    await archived(history, tmp_path / "whole")
    await catch_up(log_of(history, (CLAIM_EVENTS,)), tmp_path / "claims")

    whole = replay(tmp_path / "whole", RULES, {}, None, tmp_path / "a")
    part = replay(tmp_path / "claims", RULES, {}, None, tmp_path / "b")

    assert whole.verdict == "clean"
    assert not part.complete
    assert part.verdict == (
        f"0 findings, complete except D4 not evaluable ({PAYOUT_EVENTS}), "
        f"D5 not evaluable ({PAYOUT_EVENTS}), D7 not evaluable ({PAYOUT_EVENTS}), "
        f"D9 not evaluable ({PAYOUT_EVENTS}), F1 not evaluable ({PAYOUT_EVENTS}), "
        f"G1 not evaluable ({PAYOUT_EVENTS}), G1 not evaluable ({VERIFICATION_EVENTS}), "
        f"G4 not evaluable ({FINDING_EVENTS})"
    )


async def test_a_finding_says_which_feed_was_missing(tmp_path: Path) -> None:
    history = History()
    history.imported("claim-1", filed_by="zhang", approved_by="zhang")
    await catch_up(log_of(history, (CLAIM_EVENTS,)), tmp_path / "claims")
    replay(tmp_path / "claims", RULES, {}, None, tmp_path / "out")

    (finding,) = load_findings(tmp_path / "out")

    assert finding.not_evaluable == (PAYOUT_EVENTS,)


@pytest.mark.parametrize(
    "body",
    [
        b"\xff",
        b"{",
        b'{"type":"ClaimApproved.v99"}',
        b'{"type":"ClaimApproved.v1","subject":"claim-1","data":{}}',
    ],
)
async def test_what_cannot_be_read_is_counted_as_parked(tmp_path: Path, body: bytes) -> None:
    history = History()
    history.approved("claim-1")
    log = log_of(history)
    log.say(TopicPartition(CLAIM_EVENTS, 0), body)
    await catch_up(log, tmp_path / "archive")

    report = replay(tmp_path / "archive", RULES, {}, None, tmp_path / "out")

    assert report.verdict == "0 findings, complete except 1 parked"


async def test_an_event_in_a_foreign_topic_is_parked_and_not_judged(tmp_path: Path) -> None:
    history, foreign = History(), History()
    history.approved("claim-1")
    foreign.approved("claim-2")
    log = log_of(history)
    log.say(
        TopicPartition(PAYOUT_EVENTS, 0),
        log_of(foreign).records[_place(foreign)][0].body,
    )
    await catch_up(log, tmp_path / "archive")

    report = replay(tmp_path / "archive", RULES, {}, None, tmp_path / "out")

    assert (report.findings, report.parked) == (0, 1)


def _place(history: History) -> TopicPartition:
    return next(at for at, held in log_of(history).records.items() if held)


async def test_an_advance_without_its_base_is_not_clean(tmp_path: Path) -> None:
    history = History()
    history.advance_imported("plan-1", 100, None)
    await archived(history, tmp_path / "archive")

    report = replay(tmp_path / "archive", RULES, {}, None, tmp_path / "out")

    assert report.verdict == (
        "0 findings, complete except D5 1 rows without advances.base_fen; old books: D7 not "
        "evaluable (term) for 1, D9 not evaluable (result) for 1, G1 not evaluable (chain) for 1"
    )


async def test_the_difference_of_two_replays_names_new_gone_and_changed(tmp_path: Path) -> None:
    history = History()
    history.approved("claim-1")
    history.approved("claim-2")
    history.advance("plan-1", 1, 60_000_00, 100_000_00)
    await archived(history, tmp_path / "archive")
    before = vector_of(tmp_path / "archive")
    history.approved("claim-3")
    history.imported("claim-4", person=ref(2), filed_by="zhang", approved_by="zhang")
    await archived(history, tmp_path / "archive")

    replay(tmp_path / "archive", RULES, {}, before, tmp_path / "a")
    replay(tmp_path / "archive", RULES, {"D5": {"ratio_bp": 6000}}, None, tmp_path / "b")
    found = diff(load_findings(tmp_path / "a"), load_findings(tmp_path / "b"))

    assert [one.rule for one in found.new] == ["F1"]
    assert [one.rule for one in found.gone] == ["D5"]
    assert [(a.rule, b.amount_fen) for a, b in found.changed] == [("A1", 300_000)]
    assert (found.new_fen, found.gone_fen, found.changed_fen) == (150_000, 10_000_00, 150_000)


async def test_no_column_of_typed_layer_or_findings_holds_a_float(tmp_path: Path) -> None:
    await archived(random_history(random.Random(1), 60), tmp_path / "archive")
    replay(tmp_path / "archive", RULES, {}, None, tmp_path / "out")

    paths = [*_folders(tmp_path / "out" / "typed"), tmp_path / "out" / "findings.parquet"]
    with duckdb.connect() as database:
        for path in paths:
            described = database.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()
            assert floating_columns([(name, kind) for name, kind, *_ in described]) == []
    assert len(paths) > 10


@pytest.mark.parametrize("kind", load_views().types)
def test_a_table_without_events_has_the_columns_of_one_with_events(kind: str) -> None:
    with duckdb.connect() as database:
        database.execute(empty_sql(REGISTRY[kind]))
        empty = database.execute(f"DESCRIBE {table_of(kind)}").fetchall()
        database.execute(PART)
        read = database.execute(f"DESCRIBE {typed_sql(REGISTRY[kind], 'part')}").fetchall()

    assert [row[:2] for row in empty] == [row[:2] for row in read]


def _folders(typed_folder: Path) -> list[Path]:
    return [folder / "*.parquet" for folder in sorted(typed_folder.iterdir())]


async def test_the_typed_layer_keeps_no_ciphertext(tmp_path: Path) -> None:
    history = History()
    history.submitted("claim-1", sealed={"name": {"person": ref(1), "ciphertext": "c2VjcmV0"}})
    await archived(history, tmp_path / "archive")
    layer = build(tmp_path / "archive", None, tmp_path / "typed", ["ClaimSubmitted.v1"])

    with duckdb.connect() as database:
        found = database.execute(f"SELECT * FROM '{layer.files['ClaimSubmitted.v1'][0]}'")
        names = [column[0] for column in found.description or ()]

    assert "sealed" not in names
    assert b"c2VjcmV0" not in layer.files["ClaimSubmitted.v1"][0].read_bytes()


def event(topic: str, partition: int) -> Evidence:
    return Evidence(topic=topic, partition=partition, seq=1, event_id="e", stream="claim-1")


def test_an_identity_frames_its_parts() -> None:
    assert finding_id("A1", 1, "ab", "c") != finding_id("A1", 1, "a", "bc")
    assert finding_id("A1", 1, "ab", "c") != finding_id("A1", 2, "ab", "c")
    assert evidence_sha256([event("t1", 1)]) != evidence_sha256([event("t", 11)])


async def test_a_layer_that_is_rebuilt_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    await archived(random_history(random.Random(1), 60), tmp_path / "archive")
    replay(tmp_path / "archive", RULES, {}, None, tmp_path / "out")
    first = typed(tmp_path / "out")
    shutil.copy(tmp_path / "out" / "findings.csv", tmp_path / "out" / "typed" / "stray.parquet")

    replay(tmp_path / "archive", RULES, {}, None, tmp_path / "out")

    assert typed(tmp_path / "out") == first
