"""Reads a level as people write it; nothing is guessed."""

from typing import cast

from shared.events.base import Level

_LEVEL_WORDS: dict[Level, tuple[str, ...]] = {
    "L5": ("L5", "5", "5级", "五级", "五级工", "初级", "初级工", "初级技能"),
    "L4": ("L4", "4", "4级", "四级", "四级工", "中级", "中级工", "中级技能"),
    "L3": ("L3", "3", "3级", "三级", "三级工", "高级", "高级工", "高级技能"),
    "L2": ("L2", "2", "2级", "二级", "二级技师", "技师"),
    "L1": ("L1", "1", "1级", "一级", "一级技师", "高级技师"),
    "none": ("none", "无", "无等级", "不分等级"),
}
LEVELS: dict[str, Level] = {word: level for level, words in _LEVEL_WORDS.items() for word in words}


class UnknownLevel(ValueError):
    """The text names no level, or two different ones."""


def parse_level(text: str) -> Level:
    """`五级`, `初级工`, `5`, `初级（五级）`, `高级技师/一级` … as a Level; UnknownLevel otherwise.

    An empty text is no level: whoever means a certificate without level writes `无`.
    """
    plain = text.strip()
    for mark in "（(）)/":
        plain = plain.replace(mark, " ")
    found = {LEVELS.get(word) for word in plain.split(" ") if word}
    if len(found) != 1 or None in found:
        raise UnknownLevel(text[:20])
    return cast(Level, found.pop())
