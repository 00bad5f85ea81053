"""Which slots an approval takes, so that two claims can never share what is granted once.

A key names its basis, never its city: the guards span all jurisdictions of one installation. A
training takes its occupation and level and one time of the year also where the document limits
neither (INT-11): it is refused nothing, and another city sees it. The note of a reservation is the
reference of the person, so that a taken certificate tells whose it is.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

import msgspec

from shared.events.base import Level
from shared.policy.cases import ClaimCase, Ground, History, RecordedException, Subsidy
from shared.policy.classes import certificates_of_others, class_of
from shared.policy.limits import (
    MAX_EXCEPTIONS,
    RANKS,
    counted_kind,
    counter_of,
    counts,
    excepted,
    level_class,
    level_unsaid,
    limit_grounds,
    limits_of,
    own_level,
    per_kind,
    year_basis,
    year_of,
)
from shared.policy.months import all_used, shared_months, some_used
from shared.policy.pack import TRAINING, CertificateOnce, Limit, MaxTimes, NoRepeat, OneClass, Pack


class ReservationKey(msgspec.Struct, frozen=True, order=True):
    """What may be held by one claim only; sort before inserting, or two batches deadlock."""

    kind: Literal["certificate", "occupation-level", "person-month", "person-year"]
    key: str


class Holder(msgspec.Struct, frozen=True):
    """The claim that holds a key, and the person of that claim (the reservation's note)."""

    stream_id: str
    note: str


Holders = Mapping[ReservationKey, Holder]
USUAL_TIMES = 3
"""times a year of a pack that names none, neither as a limit nor for the auditors"""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """The keys to insert with the approval, sorted, and the note to write beside each."""

    keys: tuple[ReservationKey, ...]
    note: str
    year: int
    year_slot: int
    """1 for the person's first subsidy of the year, above the limit by an exception; 0 where it
    uses up none, or where a document without a limit finds none free"""


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A slot is not free: the decision that follows, its reasons and clauses, the claims cited."""

    decision: Literal["REJECT", "HOLD"]
    reasons: tuple[str, ...]
    flags: tuple[str, ...]
    clauses: tuple[str, ...]
    conflicts: tuple[str, ...]


def _certificate_key(case: ClaimCase, counter: str) -> list[ReservationKey]:
    if case.certificate is None:
        return []
    name = case.certificate if counter == TRAINING else f"{counter}/{case.certificate}"
    return [ReservationKey("certificate", name)]


def _kinds_beside(pack: Pack, counter: str) -> tuple[str, ...]:
    """The kinds that one certificate may be paid for, each once (INT-25); none where only one."""
    kinds = tuple(kind for kind in pack.kinds if counter_of(pack, kind) == counter)
    return kinds if per_kind(pack) and len(kinds) > 1 else ()


def _kind_key(case: ClaimCase, kind: str) -> list[ReservationKey]:
    """The slot of the kind beside that of the certificate, which the first claim of any holds."""
    if case.certificate is None:
        return []
    return [ReservationKey("certificate", f"{kind}/{case.certificate}")]


def _certificate_counters(limits: Iterable[Limit]) -> tuple[str, ...]:
    found = (limit.counter for limit in limits if isinstance(limit, CertificateOnce))
    return tuple(dict.fromkeys(found))


def _level_key(pack: Pack, case: ClaimCase, person: str, level: Level) -> ReservationKey:
    same = level_class(pack, level, case.certificate_type)
    return ReservationKey("occupation-level", f"{person}/{case.occupation}/{same}")


def _class_keys(
    pack: Pack, case: ClaimCase, person: str
) -> list[tuple[ReservationKey, Level, str]]:
    """One for each line of the kind's table outside the own class, with its level and type."""
    own = class_of(pack, case.kind, case.level, case.certificate_type)
    others = certificates_of_others(pack, case.kind, own)
    return [(_class_key(case, person, *other), *other[1:]) for other in others]


def _own_class(pack: Pack, case: ClaimCase, person: str) -> list[ReservationKey]:
    own = class_of(pack, case.kind, case.level, case.certificate_type)
    level = own_level(case.level, case.certificate_type)
    return [_class_key(case, person, own, level, case.certificate_type)] if own else []


def _class_key(
    case: ClaimCase, person: str, clause: str, level: Level, certificate_type: str
) -> ReservationKey:
    name = f"{person}/{case.occupation}/{case.kind}/{clause}/{level}/{certificate_type}"
    return ReservationKey("occupation-level", name)


class _Yearly(NamedTuple):
    """Times a year that count together; without a limit those after which the auditors are told."""

    counter: str
    times: int
    limit: MaxTimes | None = None


def _yearly(pack: Pack, case: ClaimCase) -> list[_Yearly]:
    """What the claim uses up a time of; nothing where it counts for nobody (INT-03)."""
    if not counts(pack, case):
        return []
    limits = [one for one in limits_of(pack, case) if isinstance(one, MaxTimes)]
    if limits or not counted_kind(pack, case.kind):
        return [_Yearly(limit.counter, limit.max, limit) for limit in limits]
    watch = pack.content.unlimited
    return [_Yearly(TRAINING, USUAL_TIMES if watch is None else watch.times)]


def _slots(pack: Pack, yearly: _Yearly, person: str, year: int) -> list[ReservationKey]:
    """The usual times, then those that only an exception or a city without a limit takes: they
    count like the others, also where no exception can pass the limit."""
    basis = "/".join(year_basis(pack))
    slots = range(1, yearly.times + MAX_EXCEPTIONS + 1)
    return [
        ReservationKey("person-year", f"{person}/{yearly.counter}/{basis}/{year}/{slot}")
        for slot in slots
    ]


def _holds_level(pack: Pack, case: ClaimCase) -> bool:
    """Every training stands for its occupation and level, whatever its own document limits."""
    limited = any(isinstance(one, NoRepeat) for one in limits_of(pack, case))
    return limited or counted_kind(pack, case.kind)


def _month_slots(pack: Pack, case: ClaimCase, person: str) -> list[ReservationKey]:
    """One for each month of the kind that the person may be subsidised for, in all (INT-16)."""
    times = shared_months(pack, case.kind)
    last = 0 if times is None or times.max is None else times.max
    name = f"{person}/{case.kind}"
    return [ReservationKey("person-month", f"{name}/{n}") for n in range(1, last + 1)]


def _levels_to_read(case: ClaimCase) -> list[Level]:
    """The own level, and the higher ones, which only a flag asks for (INT-06)."""
    if level_unsaid(case.level, case.certificate_type):
        return ["none", *_LEVELS]  # any of them may be the same
    own = own_level(case.level, case.certificate_type)
    rank = RANKS.get(own)
    higher: list[Level] = [] if rank is None else [x for x in _LEVELS if RANKS[x] > rank]
    return [own, *higher]


_LEVELS: tuple[Level, ...] = ("L5", "L4", "L3", "L2", "L1")


def keys_wanted(
    pack: Pack, case: ClaimCase, person: str, *, year: int | None = None
) -> tuple[ReservationKey, ...]:
    """Every key to look up before deciding, sorted: all slots of the year, the own and higher
    levels, all months of the kind.

    An imported decision brings its own `year`, as `take_imported` wants it.
    """
    counted_in = year_of(pack, case) if year is None else year
    wanted = {*_month_slots(pack, case, person)}
    for yearly in _yearly(pack, case):
        wanted |= {*_slots(pack, yearly, person, counted_in)}
    if _holds_level(pack, case):
        wanted |= {_level_key(pack, case, person, x) for x in _levels_to_read(case)}
    for limit in limits_of(pack, case):
        match limit:
            case CertificateOnce():
                # of all counters: another person's claim stands under any of them
                for counter in _certificate_counters(pack.content.limits):
                    wanted |= {*_certificate_key(case, counter)}
                for kind in _kinds_beside(pack, limit.counter):
                    wanted |= {*_kind_key(case, kind)}
            case OneClass():
                wanted |= {key for key, _, _ in _class_keys(pack, case, person)}
                wanted |= {*_own_class(pack, case, person)}
            case NoRepeat() | MaxTimes():
                pass
    return tuple(sorted(wanted))


def _held(
    keys: list[ReservationKey], stream: str, holders: Holders
) -> list[tuple[ReservationKey, Holder]]:
    """Who holds these keys; the claim's own slots are not in its way."""
    held = [(key, holders[key]) for key in keys if key in holders]
    return [(key, holder) for key, holder in held if holder.stream_id != stream]


def history_of(pack: Pack, case: ClaimCase, person: str, stream: str, holders: Holders) -> History:
    """The history that `judge` needs, read off the holders of `keys_wanted`; own slots excluded."""
    found: dict[str, Subsidy] = {}

    def learn(holder: Holder, **known: object) -> None:
        earlier = found.get(holder.stream_id, Subsidy(stream=holder.stream_id))
        found[holder.stream_id] = msgspec.structs.replace(earlier, **known)

    for level in _levels_to_read(case):
        key = _level_key(pack, case, person, level)
        # Where types are equal the key does not tell which type it was.
        typed = case.certificate_type if ":" in key.key else ""
        for _, holder in _held([key], stream, holders):
            learn(holder, occupation=case.occupation, level=level, certificate_type=typed)
    year = year_of(pack, case)
    for yearly in _yearly(pack, case):
        for _, holder in _held(_slots(pack, yearly, person, year), stream, holders):
            learn(holder, year=year, counted=True)
    for limit in limits_of(pack, case):
        if isinstance(limit, OneClass):
            for key, level, type_ in _class_keys(pack, case, person):
                for _, holder in _held([key], stream, holders):
                    learn(holder, kind=case.kind, occupation=case.occupation, level=level,
                          certificate_type=type_)  # fmt: skip
    paid = [holder for _, holder in _held(_month_slots(pack, case, person), stream, holders)]
    for holder, months in Counter(paid).items():
        learn(holder, kind=case.kind, months=months)
    others = []
    own = _certificate_counters(limits_of(pack, case))
    for counter in _certificate_counters(pack.content.limits):
        for _, holder in _held(_certificate_key(case, counter), stream, holders):
            if holder.note != person:
                others.append(holder.stream_id)
            elif counter in own:
                learn(holder, certificate=case.certificate, counter=counter)
    for counter in own:
        for kind in _kinds_beside(pack, counter):
            for _, holder in _held(_kind_key(case, kind), stream, holders):
                if holder.note != person:
                    others.append(holder.stream_id)
                else:
                    learn(holder, certificate=case.certificate, counter=counter, kind=kind)
    return History(
        subsidies=tuple(found[key] for key in sorted(found)),
        same_certificate_other_person=tuple(dict.fromkeys(others)),
    )


def take(
    pack: Pack,
    case: ClaimCase,
    person: str,
    stream: str,
    holders: Holders,
    exceptions: tuple[RecordedException, ...] = (),
    months: int = 0,
) -> Taken | Refused:
    """The slots of one approval, or why it cannot have them (HLD-10-2, HLD-10-3, HLD-1.5-3).

    The rules are the judge's own; here they run on what is held at the moment of approval. A claim
    that passes a limit by an exception takes a slot beyond the limit's own. `months`: those that
    the approval pays; each is a slot where the person's months count together (HLD-2.3-1).
    """
    history = history_of(pack, case, person, stream, holders)
    history = msgspec.structs.replace(history, exceptions=exceptions)
    grounds = limit_grounds(pack, case, history)
    grounds += _months_gone(pack, case, person, stream, holders, months)
    refused = any(ground.decision == "REJECT" for ground in grounds)
    stopping = [g for g in grounds if g.decision == ("REJECT" if refused else "HOLD")]
    if not stopping:
        year = year_of(pack, case)
        return _taken(pack, case, person, stream, holders, year, history, months)
    return Refused(
        decision="REJECT" if refused else "HOLD",
        reasons=tuple(dict.fromkeys(g.code for g in stopping)),
        flags=tuple(dict.fromkeys(g.code for g in grounds if g.decision == "FLAG")),
        clauses=tuple(dict.fromkeys(c for g in stopping for c in g.clauses)),
        conflicts=tuple(dict.fromkeys(c for g in stopping for c in g.conflicts)),
    )


def _months_gone(
    pack: Pack, case: ClaimCase, person: str, stream: str, holders: Holders, months: int
) -> list[Ground]:
    """Fewer months are free than the approval would pay: another sum would be due, or none."""
    times = shared_months(pack, case.kind)
    free = _free(_month_slots(pack, case, person), stream, holders)
    if times is None or len(free) >= months:
        return []
    history = history_of(pack, case, person, stream, holders)
    return [(some_used if free else all_used)(times, case.kind, history)]


def take_imported(
    pack: Pack, case: ClaimCase, person: str, stream: str, holders: Holders, *, year: int,
    months: int = 0,
) -> Taken:  # fmt: skip
    """The free slots of a decision that stands, e.g. one from before the ledger: never refused.

    What another claim holds already is left out; such conflicts are the audit's to find. `months`:
    those that it paid.
    """
    return _taken(pack, case, person, stream, holders, year, History(), months)


def _taken(
    pack: Pack,
    case: ClaimCase,
    person: str,
    stream: str,
    holders: Holders,
    year: int,
    history: History,
    months: int,
) -> Taken:
    left = _free(_month_slots(pack, case, person), stream, holders)
    keys = _own_first(left, stream, holders)[:months]
    if _holds_level(pack, case):
        keys += _free([_level_key(pack, case, person, case.level)], stream, holders)
    slot = 0
    for yearly in _yearly(pack, case):
        slots = _slots(pack, yearly, person, year)
        usable = _usable(yearly.limit, slots, stream, holders, history)
        free = _own_first(_free(usable, stream, holders), stream, holders)[:1]
        slot = slots.index(free[0]) + 1 if free else 0
        keys += free
    for limit in limits_of(pack, case):
        match limit:
            case CertificateOnce():
                keys += _free(_certificate_key(case, limit.counter), stream, holders)
                if case.kind in _kinds_beside(pack, limit.counter):
                    keys += _free(_kind_key(case, case.kind), stream, holders)
            case OneClass():
                keys += _free(_own_class(pack, case, person), stream, holders)
            case NoRepeat() | MaxTimes():
                pass
    return Taken(keys=tuple(sorted({*keys})), note=person, year=year, year_slot=slot)


def _usable(
    limit: MaxTimes | None,
    slots: list[ReservationKey],
    stream: str,
    holders: Holders,
    history: History,
) -> list[ReservationKey]:
    """All where no limit is; else its own slots while the person has any left, and beyond them
    only by an exception.

    Counted over all slots: one that was freed below the limit is not free while an exception above
    it makes the number full.
    """
    if limit is None:
        return slots
    if len(_held(slots, stream, holders)) < limit.max:
        return slots[: limit.max]
    return slots[limit.max :] if excepted(limit, history) else []


def _free(keys: list[ReservationKey], stream: str, holders: Holders) -> list[ReservationKey]:
    return [key for key in keys if key not in holders or holders[key].stream_id == stream]


def _own_first(keys: list[ReservationKey], stream: str, holders: Holders) -> list[ReservationKey]:
    """A claim that holds a slot already keeps it and takes no second one."""
    return sorted(keys, key=lambda key: key not in holders)
