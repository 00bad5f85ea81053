"""The words that answers, letters and documents share, zh and en."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
import yaml

from shared.policy.parts import Words

Language = Literal["zh", "en"]
Vocabulary = Mapping[str, Words]
_FILE = Path(__file__).parent / "words.yaml"


class Dictionary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By code, what it is called."""

    decisions: dict[str, Words]
    acts: dict[str, Words]
    payees: dict[str, Words]
    registers: dict[str, Words]
    steps: dict[str, Words]


@cache
def dictionary() -> Dictionary:
    """The words as they stand in words.yaml."""
    return msgspec.convert(yaml.safe_load(_FILE.read_text(encoding="utf-8")), Dictionary)


def said(words: Words, language: Language) -> str:
    """One sentence in the language asked for."""
    return words.zh if language == "zh" else words.en


def named(vocabulary: Vocabulary, code: str, language: Language) -> str:
    """What a code is called; the code itself where nobody gave it words."""
    words = vocabulary.get(code)
    return code if words is None else said(words, language)
