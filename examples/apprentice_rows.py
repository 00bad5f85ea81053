"""Two plans of 40 apprentices each: rosters, certificates of those who passed, and what is due."""

import random
from dataclasses import dataclass
from typing import Any

from examples.people import LEVEL_WORDS, Person, company, person

JURISDICTION, KIND, GROUP = "211402", "HLD.K.apprentice", "HLD.G.apprentice"
OCCUPATION, LEVEL = "6-11-01-03", "L4"
STARTS_ON, ENDS_ON, EXAMINED_ON = "2020-03-01", "2021-02-28", "2021-03-15"
CLAIMED_ON = "2021-04-20"
HEADS, RATE_FEN, ADVANCE_FEN = 40, 500_000, 10_000_000
TRAINER, AGREEMENT = company("52", 11), "HLD-XY-2019-11"
ISSUER = "葫芦岛市职业技能鉴定示例中心"
ROSTER_HEADER = ("身份证号码", "姓名", "人员类别", "入班日期", "用人单位代码")
CERTIFICATE_HEADER = (
    "行政区划代码", "补贴种类", "身份证号码", "姓名", "人员类别", "职业代码", "技能等级",
    "证书类型", "证书编号", "发证日期", "发证机构", "培训开始日期", "培训结束日期", "培训机构代码",
    "培训协议编号", "培训费支付方", "收款人类型", "收款单位代码", "申请日期", "申请金额",
    "是否期满",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Apprentice:
    """`certificate` is empty for those who did not pass."""

    who: Person
    certificate: str


@dataclass(frozen=True, slots=True)
class Class:
    """One plan of an enterprise; `received_fen` is what it gives back at first of what it owes."""

    number: int
    enterprise: str
    name: str
    handler: Person
    apprentices: tuple[Apprentice, ...]
    received_fen: int

    @property
    def passed(self) -> int:
        return sum(bool(one.certificate) for one in self.apprentices)

    def roster(self) -> list[tuple[str, ...]]:
        return [
            (one.who.id_number, one.who.name, GROUP, STARTS_ON, self.enterprise)
            for one in self.apprentices
        ]

    def certificates(self) -> list[tuple[str, ...]]:
        """Claims of those who passed; the plan's id is known only once it is filed."""
        return [
            (
                JURISDICTION, KIND, one.who.id_number, one.who.name, GROUP, OCCUPATION,
                LEVEL_WORDS[LEVEL], "职业技能等级证书", one.certificate, EXAMINED_ON, ISSUER,
                STARTS_ON, ENDS_ON, TRAINER, AGREEMENT, "企业", "企业", self.enterprise,
                CLAIMED_ON, f"{RATE_FEN // 100}.00", "是",
            )
            for one in self.apprentices
            if one.certificate
        ]  # fmt: skip

    def filed(self) -> dict[str, Any]:
        """The plan as the enterprise files it, and its account."""
        return {
            "enterprise": self.enterprise,
            "holder": self.name,
            "account": self.handler.account,
            "handler": self.handler.id_number,
            "roster": f"apprentices-{self.number}.csv",
            "certificates": f"certificates-{self.number}.csv",
            "plan": {
                "jurisdiction": JURISDICTION, "institution": TRAINER, "kind": KIND,
                "occupation": OCCUPATION, "level": LEVEL, "class_type": "apprentice",
                "mode": "work", "starts_on": STARTS_ON, "ends_on": ENDS_ON, "planned_days": 200,
                "planned_minutes": 96_000, "persons": HEADS, "budget_fen": HEADS * RATE_FEN,
                "agreement": f"HLD-XT-2020-{self.number:02d}",
            },
        }  # fmt: skip

    def planted(self) -> dict[str, int]:
        """What must become of it, in fen (worked examples E24, E31, E32)."""
        base, earned = HEADS * RATE_FEN, self.passed * RATE_FEN
        rest = earned - ADVANCE_FEN
        return {
            "passed": self.passed,
            "base_fen": base,
            "advance_fen": ADVANCE_FEN,
            "earned_fen": earned,
            "settlement_fen": max(rest, 0),
            "recovery_fen": max(-rest, 0),
            "received_fen": self.received_fen,
        }


def classes(seed: int) -> list[Class]:
    """36 of 40 pass in the first plan, 15 of 40 in the second."""
    source = random.Random(seed)  # noqa: S311
    return [
        _class(source, 1, "丙", "葫芦岛示例机械有限公司", 36, 0),
        _class(source, 2, "丁", "葫芦岛示例船舶有限公司", 15, 500_000),
    ]


def _class(
    source: random.Random, number: int, series: str, name: str, passed: int, received_fen: int
) -> Class:
    first = 460 + 40 * number + 1  # numbers that no other example person has
    apprentices = tuple(
        Apprentice(
            person(series, n, source), f"HLDX2021{number:02d}{n:04d}" if n < first + passed else ""
        )
        for n in range(first, first + HEADS)
    )
    handler = person(series, 580 + number, source)
    return Class(number, company("91", 30 + number), name, handler, apprentices, received_fen)
