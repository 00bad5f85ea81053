"""What is told about a case in Chinese and English: mistakes, notices, differences."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import msgspec
import yaml

from shared.policy.mistakes import Told, told
from shared.policy.parts import Words

_FILE = Path(__file__).with_name("words.yaml")
MAX_LISTED = 30
"""words that one sentence lists"""


class CaseWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By code, with `{names}` to fill in."""

    mistakes: dict[str, Words]
    notices: dict[str, Words]
    differences: dict[str, Words]
    hints: dict[str, Words]
    words: dict[str, Words]


@cache
def case_words() -> CaseWords:
    """As they stand in words.yaml."""
    return msgspec.convert(yaml.safe_load(_FILE.read_text(encoding="utf-8")), CaseWords)


def word(name: str) -> Words:
    """A word that differs between the languages, e.g. of a type."""
    return case_words().words[name]


def hint(code: str, /, **names: object) -> Told:
    """What is put behind a sentence."""
    return _filled(case_words().hints[code], names)


def nearest(value: object, known: Sequence[str]) -> tuple[Told, ...]:
    """The known word that is most like the one given, as a hint; nothing where none is alike."""
    upper = {one.upper(): one for one in known}
    found = get_close_matches(str(value).upper(), list(upper), n=1, cutoff=0.6)
    return tuple(hint("NEAREST", near=upper[one]) for one in found)


def listed(known: Sequence[str]) -> str:
    """Words that are allowed, cut after MAX_LISTED."""
    more = "" if len(known) <= MAX_LISTED else " …"
    return ", ".join(known[:MAX_LISTED]) + more


def mistake_told(code: str, hints: Sequence[Told], names: Mapping[str, object]) -> Told:
    """The sentence of a mistake in a case, from here or from what packs share with it."""
    own = case_words().mistakes.get(code)
    return _with(told(code, names) if own is None else _filled(own, names), hints)


def notice_told(code: str, hints: Sequence[Told], names: Mapping[str, object]) -> Told:
    """The sentence of a notice: the case is judged all the same."""
    return _with(_filled(case_words().notices[code], names), hints)


def difference_told(code: str, /, **names: object) -> Told:
    """What came out otherwise than was expected."""
    return _filled(case_words().differences[code], names)


def _with(said: Told, hints: Sequence[Told]) -> Told:
    return Told(
        said.zh + "".join(one.zh for one in hints), said.en + "".join(one.en for one in hints)
    )


def _filled(words: Words, names: Mapping[str, object]) -> Told:
    zh = {name: one.zh if isinstance(one, Words) else one for name, one in names.items()}
    en = {name: one.en if isinstance(one, Words) else one for name, one in names.items()}
    return Told(words.zh.format_map(zh), words.en.format_map(en))
