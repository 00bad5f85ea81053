"""What was granted before, against what may be granted once or so many times."""

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from shared.events.base import Level
from shared.policy.cases import ClaimCase, Ground, History, Subsidy
from shared.policy.classes import class_grounds
from shared.policy.months import shared_months
from shared.policy.pack import CertificateOnce, Limit, MaxTimes, NoRepeat, OneClass, Pack
from shared.policy.unknown import missing_field, missing_of

# The national levels from low to high; `none` has no place in this order.
RANKS = {"L5": 1, "L4": 2, "L3": 3, "L2": 4, "L1": 5}
WITH_LEVEL = ("qualification", "skill_level")
"""certificates of one of the five national levels (HLD-1.5-1)"""
WITHOUT_LEVEL = ("special_capacity", "special_operation", "training_pass", "diploma")
"""certificates without one"""
OTHER_TRADE = "hold_other_trade"
"""the reading of INT-05 by which another trade of the same occupation is for a person"""
TRAINING = "training"
"""the counter of the trainings; appraisals have their own"""
EXCEPTED = "LIMIT_EXCEPTED"
"""flag of a claim that passes a limit by a recorded exception"""
UNSAID = ("", "none")
"""certificate types of a claim that rests on no certificate"""
ONE_RIGHT = "INT-25"
"""the reading by which a certificate is one right, where no clause says so"""
MAX_EXCEPTIONS = 5
"""how often one person's limit of one year can be passed"""


def own_level(level: Level, certificate_type: str) -> Level:
    """The national level that the certificate has, whatever level was written beside it."""
    return "none" if certificate_type in WITHOUT_LEVEL else level


def level_class(pack: Pack, level: Level, certificate_type: str) -> str:
    """What counts as the same level (INT-04).

    The types without a level are one level each; types with a level are equal unless the pack
    says otherwise.
    """
    own = own_level(level, certificate_type)
    if own == "none" or pack.switches.get("INT-04") == "level_and_certificate_type":
        return f"{own}:{certificate_type}"
    return own


def level_unsaid(level: Level, certificate_type: str) -> bool:
    """The certificate has one of the five levels, and nobody said which."""
    return level == "none" and certificate_type in WITH_LEVEL


def year_basis(pack: Pack) -> tuple[str, str]:
    """INT-02 as (what a year is, which date counts); the calendar year of the claim by default."""
    year, _, day = pack.switches.get("INT-02", "calendar/claimed_on").partition("/")
    return year, day


def _policy_year(start: date, day: date) -> int:
    return day.year if (day.month, day.day) >= (start.month, start.day) else day.year - 1


def year_of(pack: Pack, claim: ClaimCase) -> int:
    """The year whose limit the claim would use; a policy year is named after its first day."""
    year, field = year_basis(pack)
    issued_on = claim.certificate_issued_on or claim.claimed_on  # none yet: the day of the claim
    day = claim.claimed_on if field == "claimed_on" else issued_on
    return day.year if year == "calendar" else _policy_year(pack.content.validity.valid_from, day)


def counts(pack: Pack, claim: ClaimCase) -> bool:
    """Whether the claim would use up one of the person's times (INT-03)."""
    return pack.switches.get("INT-03") != "individual_only" or claim.payee_kind == "individual"


def _certificate(
    pack: Pack, limit: CertificateOnce, claim: ClaimCase, history: History
) -> list[Ground]:
    if claim.certificate is None:
        return []
    grounds = []
    if past := history.past_certificate_other_person:
        grounds.append(
            Ground(
                decision="FLAG",
                code=limit.two_persons_reason,
                clauses=limit.two_persons_clauses,
                conflicts=past,
            )
        )
    if others := history.same_certificate_other_person:
        held = Ground(
            decision="HOLD",
            code=limit.two_persons_reason,
            clauses=limit.two_persons_clauses,
            conflicts=others,
        )
        grounds += [held, msgspec.structs.replace(held, decision="FLAG")]
    same = [s for s in history.subsidies if s.certificate == claim.certificate]
    same = [s for s in same if s.counter == limit.counter]
    if own := tuple(s.stream for s in same if not _other_kind(pack, claim, s)):
        grounds.append(
            Ground(
                decision="REJECT",
                code=limit.reason,
                clauses=limit.clauses,
                conflicts=own,
                interpretations=(ONE_RIGHT,) if per_kind(pack) else (),
            )
        )
    if shown := tuple(s.stream for s in same if _other_kind(pack, claim, s)):
        grounds.append(_repeated(pack, shown))
    return grounds


def per_kind(pack: Pack) -> bool:
    """Whether one certificate carries one subsidy of each kind: no clause forbids more (INT-25)."""
    return pack.switches.get(ONE_RIGHT) == "each_kind"


def _other_kind(pack: Pack, claim: ClaimCase, earlier: Subsidy) -> bool:
    """Paid on the same certificate by another kind of this city, which no clause forbids."""
    return per_kind(pack) and earlier.kind != claim.kind and earlier.kind in pack.kinds


def repeat_reason(pack: Pack) -> str:
    """The flag of a subsidy that was paid before and that no clause forbids."""
    watch = pack.content.unlimited
    return "REPEAT_UNLIMITED" if watch is None else watch.repeat_reason


def _repeated(pack: Pack, streams: tuple[str, ...]) -> Ground:
    return Ground(
        decision="FLAG",
        code=repeat_reason(pack),
        conflicts=streams,
        interpretations=("INT-11",),
    )


def _same_level(pack: Pack, claim: ClaimCase, earlier: Subsidy) -> bool:
    return earlier.occupation == claim.occupation and level_class(
        pack, earlier.level, earlier.certificate_type
    ) == level_class(pack, claim.level, claim.certificate_type)


def _may_be_same(claim: ClaimCase, earlier: Subsidy) -> bool:
    """Only the level that the claim does not say could tell the two apart."""
    type_ = earlier.certificate_type
    levelled = own_level(earlier.level, type_) != "none" or type_ in WITH_LEVEL
    return earlier.occupation == claim.occupation and levelled


def _repeat(
    pack: Pack, limit: NoRepeat, claim: ClaimCase, subsidies: Iterable[Subsidy]
) -> list[Ground]:
    before = list(subsidies)
    if before and not claim.occupation:  # a block that nobody can check holds
        return [missing_of((limit.clause,), (missing_field("claim.occupation"),))]
    if level_unsaid(claim.level, claim.certificate_type):
        unclear = any(_may_be_same(claim, s) for s in before)
        missing = (missing_field("claim.level"),)
        return [missing_of((limit.clause,), missing)] if unclear else []
    same = [s for s in before if _same_level(pack, claim, s)]
    if not same:
        return []
    if pack.switches.get("INT-05") == OTHER_TRADE and all(_other_trade(claim, s) for s in same):
        return [_of_another_trade(limit, same)]
    # INT-04 made the difference only where the two certificates are of different types.
    mattered = any(s.certificate_type != claim.certificate_type for s in same)
    return [
        Ground(
            decision="REJECT",
            code=limit.reason,
            clauses=(limit.clause,),
            conflicts=tuple(s.stream for s in same),
            interpretations=("INT-04",) if mattered and claim.level != "none" else (),
        )
    ]


def _other_trade(claim: ClaimCase, earlier: Subsidy) -> bool:
    """Both name their trade (工种) and the two differ."""
    return None not in (claim.trade, earlier.trade) and claim.trade != earlier.trade


def _of_another_trade(limit: NoRepeat, same: list[Subsidy]) -> Ground:
    return Ground(
        decision="HOLD",
        code="TRADE_DIFFERS",
        clauses=(limit.clause,),
        conflicts=tuple(s.stream for s in same),
        interpretations=("INT-05",),
    )


def _times(pack: Pack, limit: MaxTimes, claim: ClaimCase, history: History) -> list[Ground]:
    if not counts(pack, claim):
        return []
    year = year_of(pack, claim)
    counted = tuple(s.stream for s in history.subsidies if s.counted and s.year == year)
    if len(counted) < limit.max:
        return []
    passes = len(counted) < limit.max + MAX_EXCEPTIONS and excepted(limit, history)
    return [
        Ground(
            decision="FLAG" if passes else "REJECT",
            code=EXCEPTED if passes else limit.reason,
            clauses=(limit.clause,),
            conflicts=counted,
            interpretations=("INT-02", "INT-03", *_principle(limit)),
        )
    ]


def _principle(limit: MaxTimes) -> tuple[str, ...]:
    return ("INT-14",) if limit.strength == "principle" else ()


def excepted(limit: MaxTimes, history: History) -> bool:
    """Whether two persons let this claim pass the limit: never one that the document makes a must
    (INT-14; HLD-10-2 and RD-13-2 say 原则上, ZB-2.4-3 does not).
    """
    return limit.strength == "principle" and any(
        one.clause == limit.clause and len({*one.approvers}) > 1 for one in history.exceptions
    )


def passable(pack: Pack, kind: str) -> tuple[str, ...]:
    """Clauses of the limits on this kind of claim that an exception can pass."""
    limits = (one for one in pack.limits.get(kind, ()) if isinstance(one, MaxTimes))
    return tuple(dict.fromkeys(one.clause for one in limits if one.strength == "principle"))


def _unlimited(
    pack: Pack, claim: ClaimCase, history: History, refused: set[str]
) -> Iterator[Ground]:
    """Where the document has no such limit nothing is refused; the auditors see it (INT-11).

    `refused`: earlier claims that are cited by a refusal already.
    """
    if not history.subsidies:
        return
    watch, year = pack.content.unlimited, year_of(pack, claim)
    times = tuple(s.stream for s in history.subsidies if s.counted and s.year == year)
    if watch is not None and counted_kind(pack, claim.kind) and len(times) >= watch.times:
        yield Ground(
            decision="FLAG",
            code=watch.times_reason,
            conflicts=times,
            interpretations=("INT-11",),
        )
    if repeats_freely(pack, claim.kind):
        fresh = (s for s in history.subsidies if s.stream not in refused)
        same = tuple(s.stream for s in fresh if _again(pack, claim, s))
        if same:
            yield _repeated(pack, same)


def repeats_freely(pack: Pack, kind: str) -> bool:
    """Whether no clause limits how often the kind is paid: not by year, level or months."""
    limited = (one for one in pack.limits.get(kind, ()) if not isinstance(one, CertificateOnce))
    return kind in pack.kinds and not any(limited) and shared_months(pack, kind) is None


def _again(pack: Pack, claim: ClaimCase, earlier: Subsidy) -> bool:
    """Paid for the same before. A course, its appraisal and the allowance during it are three
    things (INT-03): each is a repeat of its like only.
    """
    if counted_kind(pack, claim.kind):
        like = earlier.counter == TRAINING and claim.occupation != ""
        return like and _same_level(pack, claim, earlier)
    if earlier.kind != claim.kind:
        return False
    named = claim.occupation != "" and earlier.occupation != ""
    if named and earlier.occupation != claim.occupation:
        return False
    unsaid = any(one.level == "none" and one.certificate_type in UNSAID for one in (claim, earlier))
    own = level_class(pack, claim.level, claim.certificate_type)
    return unsaid or own == level_class(pack, earlier.level, earlier.certificate_type)


def counter_of(pack: Pack, kind: str) -> str:
    """What a subsidy of the kind is one of (INT-03): a training, an appraisal, or neither."""
    limits = pack.limits.get(kind, ())
    found = (one for one in limits if isinstance(one, MaxTimes | CertificateOnce))
    return next((one.counter for one in found), "")


def counted_kind(pack: Pack, kind: str) -> bool:
    """Whether a subsidy of the kind is one of a person's times (INT-03): the trainings."""
    return counter_of(pack, kind) == TRAINING


def trainings(history: History) -> Iterator[Subsidy]:
    """What was paid for a training: an appraisal or a living allowance is no repeat of one."""
    return (one for one in history.subsidies if one.counter == TRAINING)


def _rank(level: Level, certificate_type: str) -> int:
    return RANKS.get(own_level(level, certificate_type), 0)


def _lower_after_higher(pack: Pack, claim: ClaimCase, history: History) -> list[Ground]:
    if not history.subsidies:
        return []
    rank = _rank(claim.level, claim.certificate_type) if counted_kind(pack, claim.kind) else 0
    higher = tuple(
        s.stream
        for s in trainings(history)
        if rank and s.occupation == claim.occupation and _rank(s.level, s.certificate_type) > rank
    )
    if not higher:
        return []
    refuse = pack.switches.get("INT-06") == "reject"
    return [
        Ground(
            decision="REJECT" if refuse else "FLAG",
            code="LOWER_AFTER_HIGHER",
            conflicts=higher,
            interpretations=("INT-06",),
        )
    ]


def limits_of(pack: Pack, claim: ClaimCase) -> tuple[Limit, ...]:
    """The limits that the pack puts on this kind of claim; none for a kind it does not know."""
    return pack.limits.get(claim.kind, ())


def limit_grounds(pack: Pack, claim: ClaimCase, history: History) -> list[Ground]:
    """Every limit that the claim breaks.

    An earlier claim is cited by the strictest limit only: a certificate that was paid before is
    not also reported as the same level of the same occupation.
    """
    grounds: list[Ground] = []
    cited: set[str] = set()
    for limit in sorted(limits_of(pack, claim), key=lambda one: type(one) is not CertificateOnce):
        match limit:
            case CertificateOnce():
                found = _certificate(pack, limit, claim, history)
                cited |= {s for one in found if one.decision != "FLAG" for s in one.conflicts}
            case NoRepeat():
                fresh = (s for s in trainings(history) if s.stream not in cited)
                found = _repeat(pack, limit, claim, fresh)
            case MaxTimes():
                found = _times(pack, limit, claim, history)
            case OneClass():
                found = list(class_grounds(pack, limit, claim, history))
        grounds += found
    refused = {s for ground in grounds if ground.decision == "REJECT" for s in ground.conflicts}
    grounds += _unlimited(pack, claim, history, refused)
    return grounds + _lower_after_higher(pack, claim, history)


def nearly_used(pack: Pack, claim: ClaimCase, history: History) -> bool:
    """Whether this claim takes the last time of the year: then INT-02 and INT-03 mattered."""
    year = year_of(pack, claim)
    counted = sum(s.counted and s.year == year for s in history.subsidies)
    times = (one for one in limits_of(pack, claim) if isinstance(one, MaxTimes))
    return any(counted + 1 >= one.max > 1 for one in times)
