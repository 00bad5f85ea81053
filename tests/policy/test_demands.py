"""What the Huludao pack demands before approval and payment."""

import pytest

from shared.policy.load import huludao


@pytest.mark.parametrize("kind", ["HLD.K.apprentice", "HLD.K.employee_skill"])
def test_the_document_wants_two_looks_before_approval_and_a_notice_before_payment(
    kind: str,
) -> None:
    demands = huludao().demands[kind]
    assert [(s.step, s.before, s.clause, s.days) for s in demands.steps] == [
        ("identity_check", "approval", "HLD-15-2", None),
        ("inspection", "approval", "HLD-15-2", None),
        ("notice", "payment", "HLD-13-1", 7),
    ]
    assert {"SI_EMPLOY", "CERT_REG"} <= {asked.register for asked in demands.registers}


def test_an_advance_has_its_ratio_its_clause_and_a_term() -> None:
    advance = huludao().content.advance
    assert advance is not None
    assert (advance.clause, advance.max_ratio_bp, advance.settlement_days) == ("HLD-10-4", 5000, 90)
    assert huludao().switches["INT-08"] == "earned_less_advances"
