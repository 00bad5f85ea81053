"""A verifying reader of one partition, under every order that resends and gaps can make."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.log.port import FOREIGN_SEQ, Record, TopicPartition
from shared.log.verified import MAX_HELD, REMEMBERED, ForkFound, Verifier
from tests.contract.places import chained

AT = TopicPartition("test.v1", 0)
WHOLE = chained(30, size=8)


def placed(records: list[Record]) -> list[Record]:
    return [record._replace(offset=n) for n, record in enumerate(records)]


@st.composite
def resent(draw: st.DrawFn) -> list[Record]:
    """What a log may hold: runs from saved numbers on, sent again, some with a lost beginning."""
    runs = draw(st.lists(st.tuples(st.integers(0, 29), st.integers(1, 30)), max_size=8))
    sent = [record for start, length in runs for record in WHOLE[start : start + length]]
    return placed([*sent, *WHOLE])


@given(resent(), st.integers(1, 40))
def test_each_number_comes_once_and_in_order(sent: list[Record], page: int) -> None:
    verifier = Verifier(AT)
    fresh: list[Record] = []
    for n in range(0, len(sent), page):
        fresh += verifier.accept(sent[n : n + page])
    assert [record._replace(offset=-1) for record in fresh] == WHOLE
    assert not verifier.gap


@given(st.integers(0, 29), st.sampled_from(["body", "chain", "event_id", "seq"]))
def test_one_changed_record_never_passes(n: int, field: str) -> None:
    record = WHOLE[n]
    other = {
        "body": record._replace(body=b"other"),
        "chain": record._replace(chain=bytes(32)),
        "event_id": record._replace(event_id=bytes(16)),
        "seq": record._replace(seq=record.seq + 1),
    }[field]
    verifier = Verifier(AT)
    with contextlib.suppress(ForkFound):
        fresh = verifier.accept([*WHOLE[:n], other, *WHOLE[n + 1 :]])
        assert verifier.gap
        assert fresh == WHOLE[:n]
    assert verifier.seq == n


def test_behind_a_gap_nothing_is_given_out_until_it_is_filled() -> None:
    verifier = Verifier(AT)
    assert verifier.accept([*WHOLE[:3], *WHOLE[4:9]]) == WHOLE[:3]
    assert verifier.gap
    assert verifier.accept([WHOLE[3]]) == WHOLE[3:9]
    assert not verifier.gap


def test_thousands_behind_a_gap_come_at_once_when_it_is_filled() -> None:
    many = chained(3_000, size=4)
    verifier = Verifier(AT)
    assert verifier.accept(many[1:]) == []
    assert verifier.accept(many[:1]) == many
    assert not verifier.gap


def test_a_copy_with_another_chain_is_a_fork() -> None:
    verifier = Verifier(AT)
    verifier.accept(WHOLE)
    with pytest.raises(ForkFound, match="/0 at 7"):
        verifier.accept([WHOLE[6]._replace(chain=bytes(32))])


def test_two_histories_behind_a_gap_are_a_fork() -> None:
    verifier = Verifier(AT)
    verifier.accept(WHOLE[4:6])
    with pytest.raises(ForkFound):
        verifier.accept([WHOLE[5]._replace(chain=bytes(32))])


def test_a_record_of_a_stranger_is_a_fork() -> None:
    with pytest.raises(ForkFound):
        Verifier(AT).accept([Record(FOREIGN_SEQ, b"", b"", b"hello", 0)])


def test_what_is_remembered_no_more_is_left_to_be_compared_once_per_run() -> None:
    verifier = Verifier(AT, 30, WHOLE[-1].chain, 30)
    assert verifier.accept([*WHOLE[2:9], *WHOLE[20:25]]) == []
    assert verifier.to_compare() == [WHOLE[8], WHOLE[24]]
    assert verifier.to_compare() == []


def test_a_run_that_is_no_chain_is_a_fork() -> None:
    verifier = Verifier(AT, 30, WHOLE[-1].chain, 30)
    verifier.accept([*WHOLE[2:5], WHOLE[5]._replace(body=b"other")])
    with pytest.raises(ForkFound, match="at 6"):
        verifier.to_compare()


def test_memory_is_bounded() -> None:
    verifier = Verifier(AT)
    many = chained(REMEMBERED + 50, size=4)
    verifier.accept(many)
    assert len(verifier.recent) == REMEMBERED
    behind = Verifier(AT)
    behind.accept(Record(seq, b"", b"", b"") for seq in range(2, MAX_HELD + 50))
    assert len(behind.held) == MAX_HELD
