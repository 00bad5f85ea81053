"""The policy's answer to one claim: pure, deterministic, integers only."""

from collections.abc import Mapping
from datetime import date

from shared.policy.cases import ClaimCase, Fact, History, Judgement
from shared.policy.pack import Pack


def judge(
    pack: Pack, claim: ClaimCase, facts: Mapping[str, Fact | None], history: History, on: date
) -> Judgement:
    """Judge one claim as of the day `on` (Asia/Shanghai).

    A fact that is absent or None is unknown and holds the claim where a condition needs it.
    """
    raise NotImplementedError


def stated_facts(pack: Pack, claim: ClaimCase) -> dict[str, Fact]:
    """The facts as the claimant states them, source `claim`: what there is before a register."""
    raise NotImplementedError
