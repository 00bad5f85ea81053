"""Amounts, steps, fields and what is missing as people write them, zh or en. Pure."""

import re
from datetime import date

from shared.money import yuan
from shared.policy.cases import FactValue, Missing
from shared.policy.letter.claim_words import claim_words
from shared.policy.letter.words import letter_words
from shared.policy.occupations import occupations
from shared.policy.pack import Pack
from shared.policy.words import Language, dictionary, named, said

_FEN = re.compile(r"(\d+) fen")
_BP = re.compile(r"(\d+) bp")
_COUNT = re.compile(r"(\d+)(?:/(\d+) (day|month))?")
_UNITS = {"day": "天", "month": "个月"}
NO_NUMBER = "无文号"
COMMA: dict[Language, str] = {"zh": "，", "en": ", "}
MARK: dict[Language, str] = {"zh": "：", "en": ": "}
_BRACKETS: dict[Language, tuple[str, str]] = {"zh": ("（", "）"), "en": (" (", ")")}


def money(fen: int, language: Language) -> str:
    """`200,000.00 元` for 20000000 fen."""
    whole, _, rest = yuan(fen).partition(".")
    return f"{int(whole):,}.{rest} {'元' if language == 'zh' else 'yuan'}"


def percent(bp: int) -> str:
    """`80%` for 8000 bp, `12.5%` for 1250."""
    whole, rest = divmod(bp, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


def bracketed(text: str, language: Language) -> str:
    """In brackets, as each language writes them; nothing for nothing."""
    first, last = _BRACKETS[language]
    return f"{first}{text}{last}" if text else ""


def step_words(what: str, given: tuple[str, ...], pack: Pack | None, language: Language) -> str:
    """What was computed from what, without the sum."""
    inputs = [_input(one, pack, language) for one in given if one != "none"]
    between = "、" if language == "zh" else ", "
    return named(dictionary().steps, what, language).format(*inputs, all=between.join(inputs))


def _input(text: str, pack: Pack | None, language: Language) -> str:
    if found := _FEN.fullmatch(text):
        return money(int(found[1]), language)
    if found := _BP.fullmatch(text):
        return percent(int(found[1]))
    if found := _COUNT.fullmatch(text):
        return _counted(int(found[1]), int(found[2] or 1), found[3] or "month", language)
    spec = pack.facts.get(text) if pack else None
    if spec is not None:
        return named(dictionary().registers, spec.register, language)
    return named(claim_words().values, text, language)


def _counted(number: int, divisor: int, unit: str, language: Language) -> str:
    if language == "zh":
        counted = f"{number} {_UNITS[unit]}"
        return counted if divisor == 1 else f"{counted}（每月按 {divisor} {_UNITS[unit]}折算）"
    counted = f"{number} {unit}" + ("" if number == 1 else "s")
    return counted if divisor == 1 else f"{counted} ({divisor} {unit}s to the month)"


def value_words(name: str, value: FactValue, language: Language) -> str:
    """A value as people write it: `name` ends with `_fen` or `_bp` where that is its unit."""
    words = letter_words()
    match value:
        case bool():
            return said(words.yes if value else words.no, language)
        case int():
            if name.endswith("_fen"):
                return money(value, language)
            return percent(value) if name.endswith("_bp") else str(value)
        case date():
            return value.isoformat()
    occupation = occupations().get(value) if name == "occupation" else None
    if occupation is not None:
        return f"{occupation.zh if language == 'zh' else occupation.en} {value}"
    return named(claim_words().values, value, language)


def asked_words(pack: Pack, missing: Missing, language: Language) -> str:
    """What is missing, as a question."""
    spec = pack.facts.get(missing.fact)
    if spec is not None:
        return said(spec.question, language)
    return named(claim_words().asks, missing.fact.removeprefix("claim."), language)


def register_words(missing: Missing, language: Language) -> str:
    """Who answers it, and for which day."""
    register = named(dictionary().registers, missing.register, language)
    if missing.as_of is None:
        return register
    return (
        register + COMMA[language] + said(letter_words().as_of, language).format(day=missing.as_of)
    )


def clause_words(pack: Pack, clause: str, language: Language) -> str:
    """The clause with our words for it."""
    text = next((rule.text for rule in pack.content.rules if rule.id == clause), None)
    return clause if text is None else f"{clause} {said(text, language)}"


def kind_words(pack: Pack, kind: str, language: Language) -> str:
    """What a kind of subsidy is called."""
    found = pack.kinds.get(kind)
    return kind if found is None else said(found.name, language)


def reading_words(pack: Pack, switch: str, language: Language) -> str:
    """What the document leaves open and how it is read."""
    found = next((one for one in pack.content.interpretations if one.id == switch), None)
    if found is None:
        return switch
    return f"{switch} {said(found.question, language)} {said(found.support, language)}"
