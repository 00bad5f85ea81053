"""An answer as lines for an officer: codes, sums in yuan, every part on its own, zh or en."""

from shared.money import yuan
from shared.policy.cases import Missing
from shared.policy.letter.telling import (
    asked_words,
    bracketed,
    clause_words,
    kind_words,
    reading_words,
    register_words,
    step_words,
)
from shared.policy.letter.words import decided
from shared.policy.pack import Pack
from shared.policy.words import Language, dictionary, named, said
from shared.policy.written.judging import Answer, Outcome


def lines_of(outcome: Outcome, language: Language) -> list[str]:
    """The answer for an officer: a few lines, every part on its own."""
    pack, found = outcome.pack, outcome.answer
    words = dictionary()
    title = f"{outcome.case.case}  {outcome.case.title}".rstrip()
    lines = [f"{title}  [{pack.policy_id}@{pack.version}]", f"  {_decided(outcome, language)}"]
    acts = getattr(found, "acts", ())
    lines += [f"  act       {act}: {named(words.acts, act, language)}" for act in acts]
    lines += [
        f"  step      {step_words(step.what, step.inputs, pack, language)}"
        f" = {yuan(step.amount_fen)}  {step.clause}".rstrip()
        for step in found.steps
    ]
    lines += [f"  reason    {_reason(pack, code, language)}" for code in found.reasons]
    # What stands among the reasons is not said again.
    flags = [(code, code in found.reasons) for code in found.flags]
    lines += [
        f"  flag      {f'[{code}]' if told else _reason(pack, code, language)}"
        for code, told in flags
    ]
    lines += [f"  missing   {_missing(pack, one, language)}" for one in found.missing]
    lines += [f"  clause    {clause_words(pack, one.clause, language)}" for one in found.citations]
    lines += [f"  fact      {line}" for line in _facts(found)]
    lines += [f"  reading   {reading_words(pack, one, language)}" for one in found.interpretations]
    conflicts = ", ".join(getattr(found, "conflicts", ()))
    lines += [f"  conflicts {conflicts}"] if conflicts else []
    instead = getattr(found, "instead", ())
    lines += [f"  instead   {kind_words(pack, one, language)} ({one})" for one in instead]
    funds = ", ".join(getattr(found, "funds", ())) if found.decision == "APPROVE" else ""
    lines += [f"  funds     {funds}"] if funds else []
    differing = (one.zh if language == "zh" else one.en for one in outcome.differences)
    return lines + [f"  DIFFERS   {one}" for one in differing]


def _decided(outcome: Outcome, language: Language) -> str:
    found, case = outcome.answer, outcome.case
    sum_of = f"  {yuan(found.amount_fen)}" if found.amount_fen else ""
    payer = case.finding.by if case.finding is not None and found.amount_fen else None
    arrow = "<-" if found.decision in ("SETTLE_RECOVER", "RECOVER") else "->"
    party = payer or found.payee_kind
    payee = "" if party is None else f" {arrow} {party}"
    meaning = decided(case.subject() or "claim", found.decision, language)
    return f"{found.decision}{sum_of}{payee}  ({meaning})"


def _facts(found: Answer) -> list[str]:
    used = getattr(found, "facts_used", ())
    return [
        f"{one.name} = {_plain(one.fact.value)} ({one.fact.source}"
        + (f", {one.fact.valid_at})" if one.fact.valid_at else ")")
        for one in used
    ]


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _reason(pack: Pack, code: str, language: Language) -> str:
    words = pack.reasons.get(code)
    return code if words is None else f"{said(words, language)} [{code}]"


def _missing(pack: Pack, missing: Missing, language: Language) -> str:
    asked = asked_words(pack, missing, language)
    return asked + bracketed(f"{missing.fact}; {register_words(missing, language)}", language)
