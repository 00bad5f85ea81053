"""Whether a payment still waits for the public notice that its policy wants. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.store.commands import Refusal


@dataclass(frozen=True, slots=True)
class Shown:
    """One notice that names the claim, as far as payments has heard of it."""

    notice: str
    closes_on: date
    closed: bool = False
    objections_open: int = 0
    upheld: bool = False


class NoticeMissing(Refusal):
    """The policy wants a public notice, and none has named the claim."""

    code = "NOTICE_MISSING"


class NoticeRunning(Refusal):
    """The notice that names the claim is not closed yet."""

    code = "NOTICE_RUNNING"


class NoticeObjected(Refusal):
    """Somebody objected, and nobody has answered yet."""

    code = "NOTICE_OBJECTED"


class NoticeUpheld(Refusal):
    """An objection was found right: only a revocation of the approval ends this hold."""

    code = "NOTICE_UPHELD"


Waits = NoticeMissing | NoticeRunning | NoticeObjected | NoticeUpheld


def waits(clause: str | None, notices: Iterable[Shown]) -> Waits | None:
    """Why the money stays (HLD-13-1), or None. `clause` None: the policy wants no notice.

    What was heard only ever grows towards an end, so that an older look errs on the safe side.
    """
    if clause is None:
        return None
    known = tuple(notices)
    for one in known:
        if one.upheld:
            return NoticeUpheld(notice=one.notice, clause=clause)
    for one in known:
        if not one.closed:
            return NoticeRunning(notice=one.notice, clause=clause, until=one.closes_on.isoformat())
        if one.objections_open:
            return NoticeObjected(notice=one.notice, clause=clause)
    return None if known else NoticeMissing(clause=clause)


def cleared_by(clause: str | None, notices: Iterable[Shown]) -> str | None:
    """The newest notice that lets the money go; None where the policy wants none."""
    known = tuple(notices)
    if (no := waits(clause, known)) is not None:
        raise no
    return max(one.notice for one in known) if clause is not None else None
