"""Classes of one subsidy are not added up, also where two approvals come together (HLD-1.4-2)."""

from shared.policy.cases import ClaimCase, History, Subsidy
from shared.policy.limits import limit_grounds
from shared.policy.load import huludao
from shared.policy.reservations import Holder, Refused, Taken, take
from tests.policy.builders import PERSON, claim

KIND = "HLD.K.apprentice"


def apprentice(level: str, certificate_type: str, certificate: str = "c9" * 16) -> ClaimCase:
    return claim(kind=KIND, level=level, certificate_type=certificate_type, certificate=certificate)


def after(first: ClaimCase, second: ClaimCase) -> Taken | Refused:
    """What the second approval gets while the first one stands."""
    taken = take(huludao(), first, PERSON, "claim-1", {})
    assert isinstance(taken, Taken)
    holders = {key: Holder("claim-1", PERSON) for key in taken.keys}
    return take(huludao(), second, PERSON, "claim-2", holders)


def test_an_approval_of_the_other_class_is_held_in_either_order() -> None:
    mid, diploma = apprentice("L4", "skill_level"), apprentice("L4", "diploma", "c8" * 16)
    for first, second in ((mid, diploma), (diploma, mid)):
        held = after(first, second)
        assert isinstance(held, Refused)
        assert (held.decision, held.reasons) == ("HOLD", ("CLASSES_NOT_ADDED",))
        assert (held.clauses, held.conflicts) == (("HLD-1.4-2",), ("claim-1",))


def test_a_higher_level_of_the_same_class_and_another_kind_are_free() -> None:
    mid = apprentice("L4", "skill_level")
    assert isinstance(after(mid, apprentice("L3", "skill_level", "c8" * 16)), Taken)
    employee = claim(level="L4", certificate_type="skill_level", certificate="c7" * 16)
    assert isinstance(after(employee, apprentice("none", "diploma")), Taken)


def test_an_occupation_that_is_not_said_may_be_the_same_and_an_unknown_class_is_no_other() -> None:
    def codes(**known: str) -> list[str]:
        history = History(subsidies=(Subsidy(stream="claim-1", kind=KIND, **known),))  # type: ignore[arg-type]
        case = apprentice("none", "diploma")
        return [one.code for one in limit_grounds(huludao(), case, history)]

    assert codes(level="L4", certificate_type="none") == ["CLASSES_NOT_ADDED"]
    assert codes(level="L4", occupation="4-10-01-06") == []
    assert codes(level="L5", certificate_type="skill_level") == []
