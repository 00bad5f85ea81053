"""The words of letters: titles, heads, what was decided, what happens next; zh and en."""

from functools import cache
from pathlib import Path

import msgspec
import yaml

from shared.policy.parts import Words
from shared.policy.words import Language, dictionary, named

_FILE = Path(__file__).parent / "words.yaml"


class LetterWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By what the letter is about, by decision, by reason."""

    titles: dict[str, Words]
    heads: dict[str, Words]
    to: dict[str, Words]
    office: Words
    decided: dict[str, dict[str, Words]]
    next: dict[str, Words]
    object: dict[str, Words]
    offences: dict[str, Words]
    abouts: dict[str, Words]
    unwritten: Words
    neutral: Words
    reasons: dict[str, Words]
    do: dict[str, Words]
    shows: dict[str, tuple[str, ...]]
    dated: tuple[str, ...]
    in_force: Words
    no_end: Words
    accepted: Words
    yes: Words
    no: Words
    tell: Words
    as_of: Words


@cache
def letter_words() -> LetterWords:
    """The words as they stand in words.yaml."""
    return msgspec.convert(yaml.safe_load(_FILE.read_text(encoding="utf-8")), LetterWords)


def decided(subject: str, decision: str, language: Language) -> str:
    """What a decision means for what was asked: a claim unless the subject has its own words."""
    own = letter_words().decided.get(subject, {})
    return named({**dictionary().decisions, **own}, decision, language)
