"""A public notice: parts, objections, answers, its last day. Every refusal has its test."""

from datetime import timedelta

import pytest

from services.claims.claim.refusals import SamePersonTwice
from services.claims.notice import decide
from services.claims.notice.decide import LISTED, Notice
from services.claims.notice.page import Line, masked, page_of
from services.claims.notice.refusals import (
    NoticeNotOver,
    NotListed,
    ObjectionAnsweredBefore,
    ObjectionUnknown,
)
from shared.events.notices import NoticeClosed, NoticePublished, ObjectionAnswered
from shared.store.commands import Decision
from tests.claims.notice.states import (
    CLAIMS,
    DAYS,
    SHOWN_ON,
    STREAM,
    after,
    answered,
    close,
    object_,
    objected,
    publish,
)


def test_a_notice_is_open_for_the_days_of_the_pack() -> None:
    notice = after(publish)
    assert notice.closes_on == SHOWN_ON + timedelta(days=DAYS)
    assert notice.claims == CLAIMS


def test_a_long_list_is_shown_in_parts_of_five_hundred_with_one_digest() -> None:
    claims = tuple(f"claim-{n:04d}" for n in range(1_000, 0, -1))
    decision = publish(Notice(), claims)
    parts = [facts for facts in decision.events if isinstance(facts, NoticePublished)]

    assert [(one.part, one.parts, len(one.claims)) for one in parts] == [(1, 2, 500), (2, 2, 500)]
    assert {one.claims_sha256 for one in parts} == {decide.digest_of(claims)}
    assert [slot.kind for slot in decision.takes] == [LISTED] * 1_000


def test_only_a_listed_claim_can_be_objected_to() -> None:
    with pytest.raises(NotListed):
        decide.file_objection(after(publish), objected("claim-9"), STREAM)


def test_an_objection_is_answered_once_by_another_person() -> None:
    notice = after(publish, object_)
    [facts] = decide.answer_objection(notice, answered(), STREAM).events
    assert isinstance(facts, ObjectionAnswered)
    assert (facts.claim, facts.outcome, facts.filed_by) == ("claim-1", "dismissed", "clerk-1")

    with pytest.raises(SamePersonTwice):
        decide.answer_objection(notice, answered("clerk-1"), STREAM)
    with pytest.raises(ObjectionUnknown):
        decide.answer_objection(notice, answered(objection="objection-2"), STREAM)


def test_an_answer_stands() -> None:
    def answer(notice: Notice) -> Decision:
        return decide.answer_objection(notice, answered(), STREAM)

    notice = after(publish, object_)
    told = after(publish, object_, lambda n: decide.answer_objection(n, answered("x"), STREAM))
    assert answer(notice).events
    with pytest.raises(ObjectionAnsweredBefore):
        answer(told)


def test_a_notice_closes_on_its_day_and_not_before() -> None:
    notice = after(publish, object_)
    with pytest.raises(NoticeNotOver):
        close(notice, SHOWN_ON + timedelta(days=DAYS - 1))
    decision = close(notice)
    [facts] = decision.events

    assert isinstance(facts, NoticeClosed)
    assert (facts.objections, facts.open, facts.upheld) == (1, ("claim-1",), ())
    assert [slot.key for slot in decision.frees] == list(CLAIMS)


def test_a_closed_notice_names_whose_objection_was_found_right() -> None:
    def uphold(notice: Notice) -> Decision:
        command = decide.AnswerObjection("approver-1", "objection-1", "upheld", SHOWN_ON)
        return decide.answer_objection(notice, command, STREAM)

    [facts] = close(after(publish, object_, uphold)).events
    assert isinstance(facts, NoticeClosed)
    assert (facts.upheld, facts.open) == (("claim-1",), ())


@pytest.mark.parametrize(
    ("name", "shown"), [("张三", "张*"), ("欧阳修文", "欧***"), ("李", "*"), ("", "*")]
)
def test_a_name_is_masked_to_its_first_character(name: str, shown: str) -> None:
    assert masked(name) == shown


def test_the_page_does_not_depend_on_the_order_of_its_lines() -> None:
    lines = [Line(c, "张*", "K", "O", "L4", "I", 1) for c in ("claim-2", "claim-1")]
    assert page_of(lines) == page_of(lines[::-1])
    assert page_of(lines).startswith(b'[{"row":1,"claim":"claim-1","name":"\xe5\xbc\xa0*"')
