"""What subsidises a course is not paid where the course is known not to be finished."""

import msgspec
import pytest

from shared.policy.written.casefile import CaseFile
from shared.policy.written.judging import judged
from tests.policy.written import cases, packs

# Paid for days attended, for months worked, or for a certificate: no finished course is needed.
OTHERS = ("living", "appraisal", "si_skill", "work_training", "work_training_poor")
PAID = {
    case.claim.kind: case
    for case in cases()
    if case.claim and case.expect and case.expect.decision == "APPROVE"
}


@pytest.mark.parametrize("case", PAID.values(), ids=PAID)
def test_a_course_that_is_known_not_to_be_finished_is_not_paid(case: CaseFile) -> None:
    assert case.claim is not None
    unfinished = msgspec.structs.replace(case.claim, training_completed=False)
    found = judged(msgspec.structs.replace(case, claim=unfinished, expect=None), packs()).answer
    if case.claim.kind.endswith(OTHERS):
        assert found.decision == "APPROVE"
    else:
        expected = "REJECT" if case.claim.kind == "HLD.K.apprentice" else "HOLD"
        assert (found.decision, found.reasons) == (expected, ("NOT_COMPLETED",))
