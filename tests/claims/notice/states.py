"""A notice in each of its states, and each command as another person would give it."""

from collections.abc import Callable
from datetime import date, timedelta

from services.claims.notice import decide
from services.claims.notice.decide import NOTICE, Notice, Stage
from shared.events.persons import PersonalDataRead
from shared.store.commands import Decision
from tests.folding import Happened, state_after
from tests.states import Table

Step = Callable[[Notice], Decision]
STREAM = "notice-1"
CLAIMS = ("claim-1", "claim-2")
SHOWN_ON = date(2020, 6, 2)
DAYS = 7
READ = PersonalDataRead(persons=("11" * 16,), reader="clerk-1", purpose="p", fields=("name",))


def publish(notice: Notice, claims: tuple[str, ...] = CLAIMS) -> Decision:
    command = decide.PublishNotice(claims, 400_000, SHOWN_ON, DAYS, "HLD-13-1", "0" * 64, READ)
    return decide.publish_notice(notice, command, STREAM)


def objected(claim: str = "claim-1") -> decide.FileObjection:
    return decide.FileObjection(claim, SHOWN_ON, "hotline", "works elsewhere")


def answered(actor: str = "approver-1", objection: str = "objection-1") -> decide.AnswerObjection:
    return decide.AnswerObjection(actor, objection, "dismissed", SHOWN_ON)


def close(notice: Notice, on: date = SHOWN_ON + timedelta(days=DAYS)) -> Decision:
    return decide.close_notice(notice, on, STREAM)


def after(*steps: Step, actor: str = "clerk-1") -> Notice:
    """The notice after these commands, all of this person."""
    given: list[Happened] = []
    for step in steps:
        notice = state_after(NOTICE, given, STREAM)
        given += [Happened(facts, actor) for facts in step(notice).events]
    return state_after(NOTICE, given, STREAM)


def object_(notice: Notice) -> Decision:
    return decide.file_objection(notice, objected(), STREAM)


NOTICE_TABLE = Table(
    "notice",
    "What becomes of each command in each state: the event, or the refusal. Its last day has come;"
    " whoever answers an objection did not take it down.",
    [stage.value for stage in Stage],
    {
        "new": Notice(),
        "published": after(publish),
        "published, objected to": after(publish, object_),
        "closed": after(publish, close),
        "closed, objected to": after(publish, object_, close),
    },
    {
        "publish": publish,
        "object": object_,
        "answer": lambda n: decide.answer_objection(n, answered(), STREAM),
        "close": close,
    },
)
