"""The letter to whoever is concerned: what was decided, why, what happens next, zh or en.

It names no person, no other person's claim, and nothing that the auditors look into.
"""

from collections.abc import Iterator
from typing import Protocol

from shared.policy.letter.behind import Told, field_line, seen_behind, subject_of, told_of
from shared.policy.letter.claim_words import claim_words
from shared.policy.letter.telling import (
    COMMA,
    MARK,
    NO_NUMBER,
    asked_words,
    bracketed,
    clause_words,
    kind_words,
    money,
    reading_words,
    register_words,
    step_words,
)
from shared.policy.letter.words import decided, letter_words
from shared.policy.pack import Pack
from shared.policy.parts import Words
from shared.policy.words import Language, dictionary, named, said
from shared.policy.written.judging import Outcome

_DAYS = ("claimed_on", "requested_on", "settled_on", "paid_on", "confirmed_on")
_RECOVERED = ("SETTLE_RECOVER", "RECOVER")


def letter(outcome: Outcome, language: Language) -> str:
    """One page of plain text, ready to be printed."""
    subject = _subject(outcome)
    told = told_of(outcome)
    lines = [said(letter_words().titles[subject], language), ""]
    lines += [_head(name, language) + text for name, text in _top(outcome, language)]
    lines += ["", *(_head(name, language) + text for name, text in _decision(outcome, language))]
    for name, body in _parts(outcome, told, language):
        if body:
            lines += ["", _head(name, language).rstrip(), *(f"  - {line}" for line in body)]
    for name, texts in (("next", _next(outcome, language)), ("object", _object(outcome, language))):
        if texts:
            lines += ["", _head(name, language).rstrip(), *(f"  {text}" for text in texts)]
    lines += ["", *(_head(name, language) + text for name, text in _foot(outcome, told, language))]
    return "\n".join(lines) + "\n"


def _subject(outcome: Outcome) -> str:
    return outcome.case.subject() or "claim"


def _head(name: str, language: Language) -> str:
    return said(letter_words().heads[name], language) + MARK[language]


def _top(outcome: Outcome, language: Language) -> Iterator[tuple[str, str]]:
    """Reference, day, addressee, office, what was claimed, by which document."""
    case, pack = outcome.case, outcome.pack
    asked = subject_of(case)
    days = (getattr(asked, name, None) for name in _DAYS)
    day = case.on or next((one for one in days if one is not None), None)
    yield "case", case.case
    if day is not None:
        yield "date", day.isoformat()
    yield "to", said(letter_words().to[_addressee(outcome)], language)
    yield "office", _office(pack, language)
    if case.claim is not None:
        places = {area.code: area.name for area in pack.content.jurisdiction.children}
        if case.claim.jurisdiction in places:
            yield "place", said(places[case.claim.jurisdiction], language)
        yield "kind", kind_words(pack, case.claim.kind, language)
    yield "policy", _policy(pack, language)


def _addressee(outcome: Outcome) -> str:
    case = outcome.case
    if case.finding is not None:
        return "found_individual" if case.finding.by == "individual" else case.finding.by
    if case.payment is not None:
        return "paying"
    return "asking" if case.question is not None else subject_of(case).payee_kind


def _office(pack: Pack, language: Language) -> str:
    """The human-resources bureau as the pack names it."""
    city = pack.content.jurisdiction.name
    roles = (role for role in pack.content.roles if role.id.replace("_", "-") == "human-resources")
    role = next(roles, None)
    if role is None:
        return said(letter_words().office, language)
    if language == "zh":
        return city.zh + role.name.zh.removeprefix("市")
    return f"{city.en}, {role.name.en}"


def _policy(pack: Pack, language: Language) -> str:
    document = pack.content.document
    number = "" if document.number == NO_NUMBER else document.number
    day = "" if document.issued_on is None else document.issued_on.isoformat()
    both = COMMA[language].join(part for part in (number, day) if part)
    return said(pack.content.title, language) + bracketed(both, language)


def _decision(outcome: Outcome, language: Language) -> Iterator[tuple[str, str]]:
    """What was decided, and whose money it is."""
    found, case, subject = outcome.answer, outcome.case, _subject(outcome)
    even = found.decision == "SETTLE_PAY" and not found.amount_fen
    what = decided(subject, "SETTLE_EVEN" if even else found.decision, language)
    yield "answered" if subject == "question" else "decided", what
    back = found.decision in _RECOVERED
    if found.amount_fen:
        yield "back" if back else "amount", money(found.amount_fen, language)
    elif case.finding is not None and case.finding.paid_fen:
        yield "concerned", money(case.finding.paid_fen, language)
    party = found.payee_kind
    if case.finding is not None and back and found.amount_fen:
        yield "back_by", said(letter_words().to[_addressee(outcome)], language)
    elif party is not None and found.amount_fen:
        yield "back_by" if back else "payee", named(dictionary().payees, party, language)


def _parts(outcome: Outcome, told: Told, language: Language) -> Iterator[tuple[str, list[str]]]:
    pack, found = outcome.pack, outcome.answer
    about = "payment" if outcome.case.payment is not None else "asked"
    yield about, list(_asked(outcome, language))
    yield "found", list(_found(outcome, language))
    acts = getattr(found, "acts", ())
    yield "acts", [named(dictionary().acts, act, language) for act in acts]
    yield "computed", list(_computed(outcome, language))
    yield "why", list(_reasons(outcome, told, language))
    yield "conflicts", list(told.conflicts)
    ours = [one for one in found.missing if one.register != "CLAIMANT"]
    yield (
        "ours",
        [
            asked_words(pack, one, language) + bracketed(register_words(one, language), language)
            for one in ours
        ],
    )
    yield "yours", _yours(outcome, told, language)
    yield "clauses", [clause_words(pack, clause, language) for clause in told.clauses]
    kinds = getattr(found, "instead", ())
    yield "instead", [kind_words(pack, kind, language) for kind in kinds]
    yield "readings", [reading_words(pack, one, language) for one in told.readings]


def _asked(outcome: Outcome, language: Language) -> Iterator[str]:
    """What a question or a payment is about."""
    case, pack = outcome.case, outcome.pack
    if case.question is not None:
        about = named(letter_words().abouts, case.question.about, language)
        kind = "" if case.question.kind is None else kind_words(pack, case.question.kind, language)
        parts = (about, _entry(pack, case.question.id, language), kind)
        yield COMMA[language].join(part for part in parts if part)
    if case.payment is not None:
        yield field_line(pack, "purpose", case.payment.purpose, language)
        yield field_line(pack, "amount_fen", case.payment.amount_fen, language)
        if case.payment.fund is not None:
            yield field_line(pack, "fund", case.payment.fund, language)


class _Entry(Protocol):
    """What has a name in the pack."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> Words: ...


def _entry(pack: Pack, id_: str, language: Language) -> str:
    """What an entry of the pack is called; its id where it has no name."""
    source, _, name = id_.partition(".")
    if source == "facts" and name in pack.facts:
        return said(pack.facts[name].question, language)
    content = pack.content
    names = {**claim_words().names} if source == "claim" else {}
    names |= {paper.code: paper.name for kind in content.kinds for paper in kind.papers}
    lists: tuple[tuple[_Entry, ...], ...] = (
        content.targets,
        content.reports,
        content.roles,
        content.shares,
        content.groups,
        content.kinds,
        content.funds.sources,
    )
    names |= {one.id: one.name for entries in lists for one in entries}
    registers = dictionary().registers
    looked_up = ((spec.look_up, spec.register) for spec in content.facts)
    names |= {look.table: registers[by] for look, by in looked_up if look and by in registers}
    id_ = name if source == "claim" else id_
    return said(names[id_], language) if id_ in names else id_


def _found(outcome: Outcome, language: Language) -> Iterator[str]:
    """The offence, and what the document says of it."""
    finding = outcome.case.finding
    if finding is None:
        return
    offence = named(letter_words().offences, finding.offence, language)
    yield offence + bracketed(said(letter_words().to[_addressee(outcome)], language), language)
    for one in outcome.pack.content.sanctions:
        if one.offence == finding.offence and finding.by in one.by:
            yield said(one.text, language)


def _computed(outcome: Outcome, language: Language) -> Iterator[str]:
    for step in outcome.answer.steps:
        told = step_words(step.what, step.inputs, outcome.pack, language) + MARK[language]
        yield told + money(step.amount_fen, language) + bracketed(step.clause, language)


def _reasons(outcome: Outcome, told: Told, language: Language) -> Iterator[str]:
    """Each reason with what stands behind it; a suspicion in neutral words, and once."""
    words = letter_words()
    hushed = {said(words.reasons.get(code, words.neutral), language) for code in told.hushed}
    yield from sorted(hushed)
    for code in outcome.answer.reasons:
        if code in told.hushed:
            continue
        text = outcome.pack.reasons.get(code)
        if outcome.case.finding is not None:
            text = words.unwritten
        seen = [f"    · {line}" for line in seen_behind(outcome, code, language)]
        yield "\n".join([code if text is None else said(text, language), *seen])


def _yours(outcome: Outcome, told: Told, language: Language) -> list[str]:
    words = letter_words()
    lines = [
        said(words.tell, language).format(question=asked_words(outcome.pack, one, language))
        for one in outcome.answer.missing
        if one.register == "CLAIMANT"
    ]
    codes = (code for code in outcome.answer.reasons if code not in told.hushed)
    return lines + [said(words.do[code], language) for code in codes if code in words.do]


def _next(outcome: Outcome, language: Language) -> list[str]:
    """What the office does now."""
    words, found, subject = letter_words().next, outcome.answer, _subject(outcome)
    advance = outcome.pack.content.advance
    if subject == "question":
        return [said(words["answer"], language)]
    if found.decision in _RECOVERED:
        if not found.amount_fen:
            return [said(words["nothing"], language)]
        told = said(words["recover"], language).format(sum=money(found.amount_fen, language))
        return [told] + ([] if advance is None else [said(words["no_advance"], language)])
    finding = outcome.case.finding
    if finding is not None and found.decision == "FLAG" and finding.paid_fen:
        return [said(words["no_recovery"], language)]
    if found.decision == "ADVANCE_OK" and advance is not None:
        return [said(words["advanced"], language).format(days=advance.settlement_days)]
    if found.decision == "SETTLE_PAY":
        return [said(words["paid"], language)] if found.amount_fen else []
    if found.decision == "HOLD" and subject != "finding":
        yours = _yours(outcome, told_of(outcome), language)
        return [said(words["held_yours" if yours else "held_ours"], language)]
    if found.decision == "APPROVE" and subject == "claim":
        return [_paid(outcome, language)]
    return []


def _paid(outcome: Outcome, language: Language) -> str:
    """A public notice goes before the payment where the pack demands one."""
    words, claim = letter_words().next, outcome.case.claim
    assert claim is not None
    demands = outcome.pack.demands.get(claim.kind)
    for step in () if demands is None else demands.steps:
        if step.step == "notice" and step.before == "payment":
            name = "notice_open" if step.days is None else "notice"
            return said(words[name], language).format(days=step.days, clause=step.clause)
    return said(words["paid"], language)


def _object(outcome: Outcome, language: Language) -> list[str]:
    words, case = letter_words().object, outcome.case
    held = outcome.answer.decision == "HOLD"
    if case.question is not None:
        return []
    if case.payment is not None:
        return [said(words["payment"], language)]
    if case.finding is not None:
        name = "official" if case.finding.by == "official" else "finding"
        return [said(words["open" if held else name], language)]
    return [said(words["held" if held else "decided"], language)]


def _foot(outcome: Outcome, told: Told, language: Language) -> Iterator[tuple[str, str]]:
    """For the office that is asked about the letter."""
    pack, found = outcome.pack, outcome.answer
    codes = (found.decision, *(code for code in found.reasons if code not in told.hushed))
    yield "codes", ", ".join(codes)
    yield "version", f"{pack.policy_id}@{pack.version} sha256:{pack.content_sha256[:16]}"
