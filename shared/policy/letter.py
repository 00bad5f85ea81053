"""An answer in words: as lines for an officer, and as a letter to the claimant, zh or en."""

from collections.abc import Iterator

from shared.money import yuan
from shared.policy.cases import Missing, Step
from shared.policy.judging import Answer, Outcome
from shared.policy.pack import Pack
from shared.policy.words import Language, dictionary, named, said

_MARK: dict[Language, str] = {"zh": "：", "en": ": "}


def letter(outcome: Outcome, language: Language) -> str:
    """What was decided, why, by which clause, what is missing, and how to object."""
    words = dictionary().letter
    pack, found = outcome.pack, outcome.answer

    def head(name: str) -> str:
        return said(words[name], language) + _MARK[language]

    lines = [said(words["title"], language), ""]
    lines += [head("case") + outcome.case.case]
    lines += [head("policy") + _policy(pack, language), ""]
    lines += [head("decided") + named(dictionary().decisions, found.decision, language)]
    if found.amount_fen:
        lines += [head("amount") + yuan(found.amount_fen)]
    if found.payee_kind is not None:
        lines += [head("payee") + named(dictionary().payees, found.payee_kind, language)]
    for name, body in _parts(pack, found, language):
        if body:
            lines += ["", head(name).rstrip(), *(f"  - {line}" for line in body)]
    remedy = "held_text" if found.decision == "HOLD" else "object_text"
    lines += ["", head("object").rstrip(), "  " + said(words[remedy], language)]
    return "\n".join(lines) + "\n"


def _parts(pack: Pack, found: Answer, language: Language) -> Iterator[tuple[str, list[str]]]:
    yield "computed", [_step(step, language) for step in found.steps]
    yield "why", [_reason(pack, code, language) for code in found.reasons]
    yield "conflicts", list(getattr(found, "conflicts", ()))
    yield "missing", [_missing(pack, one, language) for one in found.missing]
    yield "clauses", [_clause(pack, one.clause, language) for one in found.citations]
    kinds = getattr(found, "instead", ())
    yield "instead", [_kind(pack, kind, language) for kind in kinds]
    yield "readings", [_reading(pack, one, language) for one in found.interpretations]
    yield "flags", [_reason(pack, code, language) for code in found.flags]


def lines_of(outcome: Outcome, language: Language) -> list[str]:
    """The answer for an officer: a few lines, every part on its own."""
    pack, found = outcome.pack, outcome.answer
    words = dictionary()
    title = f"{outcome.case.case}  {outcome.case.title}".rstrip()
    sum_of = f"  {yuan(found.amount_fen)}" if found.amount_fen else ""
    payee = "" if found.payee_kind is None else f" -> {found.payee_kind}"
    lines = [f"{title}  [{pack.policy_id}@{pack.version}]"]
    meaning = named(words.decisions, found.decision, language)
    lines += [f"  {found.decision}{sum_of}{payee}  ({meaning})"]
    acts = getattr(found, "acts", ())
    lines += [f"  act       {act}: {named(words.acts, act, language)}" for act in acts]
    lines += [f"  step      {_step(step, language)}" for step in found.steps]
    lines += [f"  reason    {_reason(pack, code, language)}" for code in found.reasons]
    lines += [f"  flag      {_reason(pack, code, language)}" for code in found.flags]
    lines += [f"  missing   {_missing(pack, one, language)}" for one in found.missing]
    lines += [f"  clause    {_clause(pack, one.clause, language)}" for one in found.citations]
    lines += [f"  fact      {line}" for line in _facts(found)]
    lines += [f"  reading   {_reading(pack, one, language)}" for one in found.interpretations]
    conflicts = ", ".join(getattr(found, "conflicts", ()))
    lines += [f"  conflicts {conflicts}"] if conflicts else []
    lines += [f"  instead   {_kind(pack, one, language)}" for one in getattr(found, "instead", ())]
    funds = ", ".join(getattr(found, "funds", ())) if found.decision == "APPROVE" else ""
    lines += [f"  funds     {funds}"] if funds else []
    return lines + [f"  DIFFERS   {one}" for one in outcome.differences]


def _facts(found: Answer) -> list[str]:
    used = getattr(found, "facts_used", ())
    return [
        f"{one.name} = {_plain(one.fact.value)} ({one.fact.source}"
        + (f", {one.fact.valid_at})" if one.fact.valid_at else ")")
        for one in used
    ]


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _policy(pack: Pack, language: Language) -> str:
    title = said(pack.content.title, language)
    number = pack.content.document.number
    return f"{title} ({number}) {pack.policy_id}@{pack.version} sha256:{pack.content_sha256[:16]}"


def _step(step: Step, language: Language) -> str:
    what = named(dictionary().steps, step.what, language)
    inputs = ", ".join(step.inputs)
    clause = f"  {step.clause}" if step.clause else ""
    return f"{what} ({inputs}) = {yuan(step.amount_fen)}{clause}"


def _reason(pack: Pack, code: str, language: Language) -> str:
    words = pack.reasons.get(code)
    return code if words is None else f"{said(words, language)} [{code}]"


def _missing(pack: Pack, missing: Missing, language: Language) -> str:
    spec = pack.facts.get(missing.fact)
    what = missing.fact if spec is None else said(spec.question, language)
    register = named(dictionary().registers, missing.register, language)
    day = "" if missing.as_of is None else f", {missing.as_of}"
    return f"{what} ({missing.fact}; {register}{day})"


def _clause(pack: Pack, clause: str, language: Language) -> str:
    text = next((rule.text for rule in pack.content.rules if rule.id == clause), None)
    return clause if text is None else f"{clause} {said(text, language)}"


def _kind(pack: Pack, kind: str, language: Language) -> str:
    found = pack.kinds.get(kind)
    return kind if found is None else f"{said(found.name, language)} ({kind})"


def _reading(pack: Pack, switch: str, language: Language) -> str:
    found = next((one for one in pack.content.interpretations if one.id == switch), None)
    if found is None:
        return switch
    return f"{switch} {said(found.question, language)} {said(found.support, language)}"
