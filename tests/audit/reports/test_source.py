"""What reports read out of the archive: nothing beyond the seal, and poison is counted."""

from pathlib import Path

import pytest

from services.audit.archive.catch_up import catch_up
from services.audit.asof import Seal
from services.audit.replay.typed import BeyondArchive, vector_of
from services.audit.reports.source import replayed
from shared.events.base import CLAIM_EVENTS
from shared.log.port import TopicPartition
from tests.audit.histories import START, log_of
from tests.audit.reports.stories import Story

POISON = b'{"type":"ClaimApproved.v1","subject":"claim-9","data":{}}'


async def test_an_event_that_nobody_can_read_is_counted_and_left_out(tmp_path: Path) -> None:
    story = Story()
    story.claim(1)
    log = log_of(story)
    log.say(TopicPartition(CLAIM_EVENTS, 0), POISON)
    await catch_up(log, tmp_path)
    done = replayed(tmp_path, Seal(START, vector_of(tmp_path)))
    assert (sorted(done.cases), done.parked) == (["claim-1"], 1)


async def test_a_seal_that_the_archive_has_not_reached_is_refused(tmp_path: Path) -> None:
    story = Story()
    story.claim(1)
    await catch_up(log_of(story), tmp_path)
    vector = vector_of(tmp_path)
    beyond = {at: seq + 1 for at, seq in vector.items()}
    with pytest.raises(BeyondArchive):
        replayed(tmp_path, Seal(START, beyond))
    assert replayed(tmp_path, Seal(START, dict.fromkeys(vector, 0))).cases == {}
