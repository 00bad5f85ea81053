"""A condition in words that an officer can read, as the pack's page and the tutorial show it."""

from shared.policy.conditions import (
    All,
    AnyOf,
    Apart,
    Between,
    Compare,
    Condition,
    Not,
    OneOf,
    Present,
    Starts,
    Surely,
    Weighted,
)

_BY = {"eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥"}


def condition_words(condition: Condition | None) -> str:
    """One line; nothing to prove is an empty one."""
    match condition:
        case None:
            return ""
        case All():
            return " and ".join(_part(part) for part in condition.of)
        case AnyOf():
            return " or ".join(_part(part) for part in condition.of)
        case Not():
            return f"not {_part(condition.of)}"
        case Surely():
            return f"surely {_part(condition.of)}"
        case Compare():
            return f"{condition.field} {_BY[condition.by]} {_operand(condition)}"
        case OneOf():
            return f"{condition.field} in {', '.join(condition.values)}"
        case Between():
            return f"{condition.first} ≤ {condition.field} ≤ {condition.last}"
        case Present():
            return f"{condition.field} is said"
        case Starts():
            return f"{condition.field} starts with {', '.join(condition.values)}"
        case Apart():
            return _apart(condition)
        case Weighted():
            terms = " + ".join(
                term.field + (f" × {term.ratio_field}" if term.ratio_field else "")
                for term in condition.terms
            )
            return f"{terms} {_BY[condition.by]} {condition.other}"


def _part(condition: Condition) -> str:
    words = condition_words(condition)
    return f"({words})" if isinstance(condition, All | AnyOf) else words


def _operand(condition: Compare) -> str:
    if condition.other is not None:
        return condition.other
    value = condition.day if condition.day is not None else condition.value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _apart(condition: Apart) -> str:
    months = f" + {condition.months} months" if condition.months else ""
    days = f" + {condition.days} days" if condition.days else ""
    return f"{condition.last} {_BY[condition.by]} {condition.first}{months}{days}"
