"""Builders of the policy tests: a good claim of a Huludao employee, and what a test changes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from shared.policy.cases import ClaimCase, Fact, History, Judgement, Subsidy
from shared.policy.judge import judge, stated_facts
from shared.policy.load import PACKS, huludao, parse_pack
from shared.policy.pack import Pack

ON = date(2020, 6, 2)
PERSON = "11" * 16
OTHER = "22" * 16
CERTIFICATE = "c1" * 16
PACK_TEXT = (PACKS / "huludao-2019-37.yaml").read_text(encoding="utf-8")

GOOD = ClaimCase(
    kind="HLD.K.employee_skill",
    group="HLD.G.employee",
    jurisdiction="211402",
    occupation="6-31-01-03",
    level="L4",
    certificate_type="skill_level",
    certificate=CERTIFICATE,
    certificate_issued_on=date(2020, 5, 10),
    training_from=date(2020, 3, 2),
    training_to=date(2020, 4, 24),
    paid_by="individual",
    payee_kind="individual",
    claimed_on=date(2020, 6, 1),
    agreement="HLD-AG-7",
    institution="INST-1",
)


def claim(**said: Any) -> ClaimCase:
    """The good claim with other statements."""
    return msgspec.structs.replace(GOOD, **said)


def earlier(stream: str, **known: Any) -> Subsidy:
    """An earlier subsidy of the person, of another occupation and year unless told."""
    basis = {"occupation": "6-18-02-04", "level": "L5", "certificate_type": "skill_level"}
    return Subsidy(stream=stream, **(basis | {"year": 2019, "counted": True} | known))


def judged(
    case: ClaimCase,
    *,
    facts: Mapping[str, Fact | None] | None = None,
    history: History | None = None,
    pack: Pack | None = None,
) -> Judgement:
    """The judgement on the claim; facts as the claimant states them unless given."""
    pack = pack or huludao()
    known = stated_facts(pack, case) if facts is None else facts
    return judge(pack, case, known, history or History(), ON)


def pack_with(*changes: tuple[str, str]) -> Pack:
    """The Huludao pack with parts of its text replaced, each of which must stand there."""
    return parse_pack(text_with(*changes))


def text_with(*changes: tuple[str, str]) -> str:
    """The text of the Huludao pack with parts replaced."""
    text = PACK_TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text
