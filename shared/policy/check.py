"""What a pack can say in the right shape and still get wrong; the checks stand in `checks/`."""

from collections.abc import Iterator

from shared.policy.checks.amounts import amount_faults, amount_warnings
from shared.policy.checks.bureau import bureau_faults
from shared.policy.checks.conditions import condition_faults
from shared.policy.checks.constants import constant_faults
from shared.policy.checks.days import day_faults, hole_warnings, target_warnings
from shared.policy.checks.facts import fact_faults
from shared.policy.checks.fault import Fault
from shared.policy.checks.kinds import kind_faults
from shared.policy.checks.names import name_faults
from shared.policy.checks.readings import reading_faults, reading_warnings
from shared.policy.checks.rules import rule_faults
from shared.policy.checks.unused import unused_warnings
from shared.policy.pack import Content

_FAULTS = (
    name_faults,
    day_faults,
    fact_faults,
    reading_faults,
    kind_faults,
    amount_faults,
    bureau_faults,
    condition_faults,
    constant_faults,
    rule_faults,
)
_WARNINGS = (unused_warnings, reading_warnings, amount_warnings, target_warnings, hole_warnings)


def faults_of(content: Content) -> Iterator[Fault]:
    """Every mistake that the format alone does not forbid; with one of them a pack cannot judge."""
    for check in _FAULTS:
        yield from check(content)


def warnings_of(content: Content) -> Iterator[Fault]:
    """What is seldom meant; the pack can judge all the same."""
    for check in _WARNINGS:
        yield from check(content)
