"""Reads a level or a certificate type as people write it; nothing is guessed."""

from typing import cast

from shared.events.base import Level
from shared.policy.parts import CertificateType

_LEVEL_WORDS: dict[Level, tuple[str, ...]] = {
    "L5": ("L5", "5", "5级", "五级", "五级工", "初级", "初级工", "初级技能"),
    "L4": ("L4", "4", "4级", "四级", "四级工", "中级", "中级工", "中级技能"),
    "L3": ("L3", "3", "3级", "三级", "三级工", "高级", "高级工", "高级技能"),
    "L2": ("L2", "2", "2级", "二级", "二级技师", "技师"),
    "L1": ("L1", "1", "1级", "一级", "一级技师", "高级技师"),
    "none": ("none", "无", "无等级", "不分等级"),
}
_TYPE_WORDS: dict[CertificateType, tuple[str, ...]] = {
    "qualification": ("职业资格证书", "国家职业资格证书"),
    "skill_level": ("职业技能等级证书", "技能等级证书"),
    "special_capacity": ("专项职业能力证书", "专项能力证书"),
    "special_operation": ("特种作业操作证书", "特种作业操作证"),
    "training_pass": ("培训合格证书", "培训合格证"),
    "diploma": ("毕业证书",),
}
LEVELS: dict[str, Level] = {word: level for level, words in _LEVEL_WORDS.items() for word in words}
CERTIFICATE_TYPES: dict[str, CertificateType] = {
    word: type_ for type_, words in _TYPE_WORDS.items() for word in (type_, *words)
}


class UnknownLevel(ValueError):
    """The text names no level, or two different ones."""


class UnknownCertificateType(ValueError):
    """The text names no type of certificate."""


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


def parse_certificate_type(text: str) -> CertificateType:
    """The type by its Chinese name or its own code; UnknownCertificateType otherwise."""
    found = CERTIFICATE_TYPES.get(text.strip())
    if found is None:
        raise UnknownCertificateType(text[:20])
    return found
