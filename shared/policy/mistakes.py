"""Every mistake that a pack can have, by its code, in Chinese and English: mistakes.yaml."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
import yaml

_FILE = Path(__file__).with_name("mistakes.yaml")


class Mistake(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is told of one kind of mistake, with `{names}` to fill in."""

    zh: str
    en: str
    warning: bool = False
    """the pack can judge all the same; somebody should look"""


class Told(msgspec.Struct, frozen=True):
    """One mistake in both languages."""

    zh: str
    en: str


@cache
def mistakes() -> Mapping[str, Mistake]:
    """By code, in the order of the file."""
    return msgspec.convert(yaml.safe_load(_FILE.read_text(encoding="utf-8")), dict[str, Mistake])


def told(code: str, names: Mapping[str, object]) -> Told:
    """The sentences of a code with the names filled in; KeyError for a code without sentences."""
    mistake = mistakes()[code]
    return Told(mistake.zh.format_map(names), mistake.en.format_map(names))
