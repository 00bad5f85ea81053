"""What the Huludao pack demands before approval and payment, and wrong demands refused."""

import pytest

from shared.policy.document import PackRefused
from shared.policy.load import huludao, parse_pack
from tests.policy.builders import text_with

STEP = "  - {step: inspection, before: approval, clause: HLD-15-2}\n"
NOTICE = "  - {step: notice, before: payment, clause: HLD-13-1, days: 7, interpretation: INT-22}\n"


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


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("UNKNOWN_KIND", ("- kind: HLD.K.apprentice", "- kind: HLD.K.nothing")),
        ("DUPLICATE_ID", ("- kind: HLD.K.apprentice", "- kind: HLD.K.employee_skill")),
        ("DUPLICATE_ID", (STEP, STEP + STEP)),
        ("OPERAND", (STEP, STEP.replace("}", ", days: 7}"))),
        ("OPERAND", (NOTICE, NOTICE.replace(", days: 7", ""))),
        ("UNKNOWN_SWITCH", (NOTICE, NOTICE.replace("INT-22", "INT-66"))),
        ("UNKNOWN_REGISTER", ("- {register: SI_EMPLOY, c", "- {register: TAX, c")),
        ("OPERAND", ("  - interpretation: INT-20\n", "  - payee: enterprise\n    "
                     "interpretation: INT-20\n")),
        ("UNKNOWN_CHOICE", ("  - interpretation: INT-20\n", "  - interpretation: INT-02\n")),
        ("FORMAT", ("comparison: advance_fen", "comparison: about advance_fen")),
    ],
)  # fmt: skip
def test_a_wrong_demand_is_refused(code: str, change: tuple[str, str]) -> None:
    with pytest.raises(PackRefused) as caught:
        parse_pack(text_with(change))
    assert caught.value.errors[0].code == code


@pytest.mark.parametrize("switch", ["INT-08", "INT-13", "INT-20", "INT-21"])
def test_what_the_document_leaves_open_must_be_read(switch: str) -> None:
    with pytest.raises(PackRefused) as caught:
        parse_pack(text_with((f"- id: {switch}\n", "- id: INT-09\n")))
    assert "UNKNOWN_SWITCH" in {error.code for error in caught.value.errors}
