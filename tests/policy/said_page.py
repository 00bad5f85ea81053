"""What each pack reads of a case and can answer, found in the packs, for docs/policy/cases.md."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shared.policy.amounts import fields_of_amount
from shared.policy.checks.walk import conditions_of, gates_of
from shared.policy.conditions import fields_of
from shared.policy.limits import OTHER_TRADE
from shared.policy.load import shipped
from shared.policy.months import shared_months
from shared.policy.pack import CertificateOnce, MaxTimes, NoRepeat, Pack
from shared.policy.parts import Catalogue, Ratio, Shortfall, Table, Times
from shared.policy.questions import Question, answer
from shared.policy.reasons import built_in_reasons
from shared.policy.words import dictionary
from tests.policy.markdown import table

EVERY = "every city"
# What the judge itself reads, whatever a pack's conditions ask.
ALWAYS = (
    "kind", "group", "jurisdiction", "occupation", "level", "certificate_type", "certificate",
    "certificate_issued_on", "training_from", "training_to", "paid_by", "payee_kind",
    "claimed_on", "trade",
)  # fmt: skip


def prefix(pack: Pack) -> str:
    """`HLD` for HLD-2019-37."""
    return pack.policy_id.partition("-")[0]


def cities(chosen: Callable[[Pack], bool]) -> str:
    """The cities of which this is so."""
    found = [prefix(pack) for pack in shipped() if chosen(pack)]
    return EVERY if len(found) == len(shipped()) else ", ".join(found)


def read_by(field: str) -> str:
    """The cities whose rules read a claim's field."""
    return cities(lambda pack: field in ALWAYS or f"claim.{field}" in fields_read(pack))


def fields_read(pack: Pack) -> set[str]:
    """Every field that a condition, an amount, a look-up or a question to a register reads."""
    content = pack.content
    found = {field for _, condition in conditions_of(content) for field in fields_of(condition)}
    for kind in content.kinds:
        found |= {*fields_of_amount(kind.amount)}
        if isinstance(kind.amount, Shortfall) and kind.amount.at_most:
            found.add("claim.claimed_fen")
        if _by_years(kind.amount) or shared_months(pack, kind.id):
            found.add("claim.months_claimed")
    for spec in content.facts:
        by = () if spec.look_up is None else spec.look_up.by
        found |= {f"claim.{name}" for name in by}
        found |= {spec.stated_as} if isinstance(spec.stated_as, str) else set()
    return found


def _by_years(amount: object) -> bool:
    return isinstance(amount, Table) and amount.unit == "per_year"


def _times(pack: Pack) -> Iterator[Times]:
    for kind in pack.content.kinds:
        if isinstance(kind.amount, Catalogue | Ratio) and kind.amount.times is not None:
            yield kind.amount.times


def _limit_codes(pack: Pack) -> Iterator[str]:
    for limit in pack.content.limits:
        yield limit.reason
        if isinstance(limit, CertificateOnce):
            yield limit.two_persons_reason
            yield "REPEAT_UNLIMITED"
        if isinstance(limit, MaxTimes) and limit.strength == "principle":
            yield "LIMIT_EXCEPTED"
        if isinstance(limit, NoRepeat) and pack.switches.get("INT-05") == OTHER_TRADE:
            yield "TRADE_DIFFERS"
    if (watch := pack.content.unlimited) is not None:
        yield from (watch.times_reason, watch.repeat_reason)


def _amounts(pack: Pack, *types: type) -> bool:
    return any(isinstance(kind.amount, types) for kind in pack.content.kinds)


def _everywhere(_: Pack) -> bool:
    return True


def _advances(pack: Pack) -> bool:
    return pack.content.advance is not None


def _special(pack: Pack) -> bool:
    return pack.content.funds.special_account is not None


def _filed_late(pack: Pack) -> bool:
    return pack.content.validity.valid_to is not None and pack.switches.get("INT-18") != "allow"


# Who can say what the judge says by itself; all else stands in a pack's gates and limits.
SAYS: Mapping[str, Callable[[Pack], bool]] = {
    "ADVANCE_PAYEE": _advances,
    "ADVANCE_RATIO": _advances,
    "RECOVERY_OPEN": _advances,
    "AMOUNT_CATALOGUE": lambda pack: _amounts(pack, Catalogue, Ratio),
    "AMOUNT_ZERO": lambda pack: _amounts(pack, Catalogue, Ratio, Shortfall),
    "DAYS_DIFFER": lambda pack: any(one.unit == "day" for one in _times(pack)),
    "FACT_MISSING": _everywhere,
    "FILED_AFTER_EXPIRY": _filed_late,
    "FUND_CAP": _special,
    "FUND_MISSING": _everywhere,
    "FUND_NOT_FOR_KIND": lambda pack: any(kind.funds for kind in pack.content.kinds),
    "FUND_UNKNOWN": _everywhere,
    "GROUP_NOT_MET": _everywhere,
    "JURISDICTION_NOT_COVERED": _everywhere,
    "LEVEL_NOT_IN_TABLE": lambda pack: _amounts(pack, Table),
    "LIMIT_MONTHS": lambda pack: any(shared_months(pack, kind) for kind in pack.kinds),
    "LOWER_AFTER_HIGHER": _everywhere,
    "MONTHS_DIFFER": lambda pack: (
        any(_by_years(kind.amount) for kind in pack.content.kinds)
        or any(one.shared for one in _times(pack))
    ),
    "NOT_EARMARKED": _special,
    "NO_SHORTFALL": lambda pack: _amounts(pack, Shortfall),
    "PAYEE_DIFFERS": _everywhere,
    "POLICY_NOT_IN_FORCE": _everywhere,
    "POLICY_SILENT": _everywhere,
}


def can_say(pack: Pack, code: str) -> bool:
    """Whether the pack can answer a case with this reason or flag."""
    own = SAYS.get(code)
    if own is not None and own(pack):
        return True
    given = {gate.reason for _, gate in gates_of(pack.content)}
    given |= {kind.same_amount.reason for kind in pack.content.kinds if kind.same_amount}
    return code in given or code in _limit_codes(pack)


def reason_rows(decides: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Each reason, what follows from it, and the cities that can say it."""
    for code, words in sorted(built_in_reasons().items()):
        where = cities(lambda pack, code=code: can_say(pack, code))  # type: ignore[misc]
        gates = {g.decision for p in shipped() for _, g in gates_of(p.content) if g.reason == code}
        decision = decides.get(code) or ", ".join(sorted(gates))
        if not where:
            decision = "only in a running ledger, never of a case"
        yield code, decision, where, words.zh, words.en


def values_part() -> list[str]:
    """What stands in `acts`, `fund` and `instead`, and whom the free fields concern, per city."""
    acts = ((code, one.zh, one.en) for code, one in dictionary().acts.items())
    lines = ["`acts` of a finding:", "", *table(("act", "zh", "en"), acts)]
    rows = [(prefix(pack), *_city(pack)) for pack in shipped()]
    names = ("city", "`fund`: sources of money", "`instead`: kinds that a person is sent to",
             "kinds that read `claimed_fen`", "more subsidies a year than this are flagged "
             "`TIMES_UNLIMITED`", "facts that `stated: true` fills")  # fmt: skip
    return [*lines, "By city:", "", *table(names, rows)]


def _city(pack: Pack) -> tuple[str, ...]:
    content = pack.content
    instead = {gate.instead for _, gate in gates_of(content) if gate.instead}
    asked = [
        kind.id
        for kind in content.kinds
        if isinstance(kind.amount, Shortfall) and kind.amount.at_most
    ]
    stated = [
        spec.id
        for spec in content.facts
        if spec.stated_when is not None or spec.stated_as is not None
    ]
    watch = content.unlimited
    return (
        ", ".join(source.id for source in content.funds.sources),
        ", ".join(sorted(instead)),
        ", ".join(asked),
        "" if watch is None else str(watch.times),
        ", ".join(stated),
    )


def question_part() -> list[str]:
    """One question of each sort that some city answers with YES."""
    rows = []
    for about, said in ABOUT.items():
        pack, question = next(answered_yes(about))
        fields = [f"about: {about}"]
        fields += [f"id: {question.id}"] if question.id else []
        fields += [f"kind: {question.kind}"] if question.kind else []
        fields += [f"number: {question.number}"] if question.number is not None else []
        clauses = ", ".join(one.clause for one in answer(pack, question).citations)
        rows.append((about, said, f"`{{{', '.join(fields)}}}`", pack.policy_id, clauses))
    names = ("about", "asks for", "a question answered YES", "policy", "clauses")
    return table(names, rows)


ABOUT = {
    "report": "a report: `id` its id or the number of its form",
    "target": "a target; `number` the number that it must have",
    "role": "who does something: `id` the role, or one of the tasks that it does",
    "exchange": "an exchange of data: `id` its id, the other system, or what is carried",
    "duty": "a duty of the bureau: `id` its id, or the feature that carries it out",
    "share": "a least share; `number` in basis points",
    "paper": "a paper that a kind demands; `connected` names registers that make papers needless",
    "demand": "what a kind waits for: `id` a step (`identity_check`, `inspection`, `notice`), or "
    "the code of a register that is asked before",
    "fund": "a source of money",
    "special_account": "whether there is a special account; no `id`",
    "neutral": "what must make no difference: `id` the fact or the claim's field",
    "group": "a group of persons",
    "kind": "a kind of subsidy",
    "table": "an imported table: `id` the table, or the fact that it answers",
    "switch": "an open point that the pack reads: its INT-nn",
    "sanction": "what follows an offence: `id` its id, the offence, or an act",
    "precedence": "whether a later national or provincial rule goes before; no `id`",
}


def answered_yes(about: str) -> Iterator[tuple[Pack, Question]]:
    for pack in shipped():
        for question in _questions(pack, about):
            if answer(pack, question).decision == "YES":
                yield pack, question


def _questions(pack: Pack, about: str) -> Iterator[Question]:
    content = pack.content
    match about:
        case "target":
            for target in content.targets:
                yield Question(about="target", id=target.id, number=target.number)
        case "role":
            yield from (Question(about="role", id=one) for r in content.roles for one in r.does)
        case "share":
            for share in content.shares:
                yield Question(about="share", id=share.id, number=share.min_bp)
        case "paper":
            for kind in content.kinds:
                for paper in kind.papers:
                    yield Question(about="paper", id=paper.code, kind=kind.id)
        case "demand":
            for one in content.demands:
                for step in one.steps:
                    yield Question(about="demand", id=step.step, kind=one.kind)
        case "table":
            for spec in content.facts:
                if spec.look_up is not None:
                    yield Question(about="table", id=spec.look_up.table)
        case "neutral":
            yield from (Question(about="neutral", id=one.field) for one in content.neutral)
        case "special_account" | "precedence":
            yield Question(about=about)
        case _:
            yield from (Question(about=about, id=id_) for id_ in _ids(pack, about))  # type: ignore[arg-type]


def _ids(pack: Pack, about: str) -> Iterator[str]:
    content = pack.content
    entries: dict[str, tuple[Any, ...]] = {
        "report": content.reports,
        "exchange": content.exchanges,
        "duty": content.duties,
        "fund": content.funds.sources,
        "group": content.groups,
        "kind": content.kinds,
        "switch": content.interpretations,
        "sanction": content.sanctions,
    }
    yield from (one.id for one in entries[about])
