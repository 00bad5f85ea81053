"""What a condition is for one kind and group before anything else is known. Pure."""

from shared.policy.conditions import All, AnyOf, Compare, Condition, Not, OneOf, Surely, Truth


def settled(condition: Condition, kind: str, group: str) -> Truth:
    """True or false where kind and group alone decide; None where it hangs on the case."""
    own = {"claim.kind": kind, "claim.group": group}
    match condition:
        case OneOf(field=field) if field in own:
            return own[field] in condition.values
        case Compare(field=field, by="eq" | "ne", value=str()) if field in own:
            return (own[field] == condition.value) is (condition.by == "eq")
        case All() | AnyOf():
            return _joined(condition, kind, group)
        case Not():
            truth = settled(condition.of, kind, group)
            return None if truth is None else not truth
        case Surely():
            return settled(condition.of, kind, group)
        case _:
            return None


def _joined(condition: All | AnyOf, kind: str, group: str) -> Truth:
    decides = isinstance(condition, AnyOf)
    parts = [settled(part, kind, group) for part in condition.of]
    if decides in parts:
        return decides
    return None if None in parts else not decides
