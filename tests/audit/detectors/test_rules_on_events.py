"""Each planted case is found, each innocent look-alike is not: rules on events alone."""

from pathlib import Path

import pytest

from services.audit.detectors.rules import Rule, load_rules
from services.audit.replay.full import replay
from services.audit.replay.judge import Parameters
from services.audit.replay.report import load_findings
from shared.events.findings import FindingOpened
from tests.audit.histories import History, archived, ref

RULES = load_rules()


async def found(
    history: History, tmp_path: Path, parameters: Parameters | None = None
) -> list[FindingOpened]:
    archive = await archived(history, tmp_path / "archive")
    replay(archive, RULES, parameters or {}, None, tmp_path / "out")
    return load_findings(tmp_path / "out")


def rule(name: str) -> Rule:
    return next(one for one in RULES if one.id == name)


async def test_one_person_granted_one_occupation_and_level_twice_is_found(tmp_path: Path) -> None:
    history = History()
    history.imported("claim-1", amount_fen=150_000)
    history.approved("claim-2", amount_fen=200_000)

    (finding,) = await found(history, tmp_path)

    assert (finding.rule, finding.tier, finding.subject) == ("A1", "R", ref(1))
    assert finding.window_key == f"{ref(1)}/6-31-01-03/L4"
    assert finding.claims == ("claim-1", "claim-2")
    assert finding.amount_fen == 150_000
    assert {one.stream for one in finding.evidence} == {"claim-1", "claim-2"}
    assert "1500.00" in finding.explanation_zh
    assert "claim-1 claim-events.v1/" in finding.explanation_en


async def test_a_third_approval_stays_the_same_finding_with_more_evidence(tmp_path: Path) -> None:
    history = History()
    history.approved("claim-1")
    history.approved("claim-2")
    (two,) = await found(history, tmp_path / "two")
    history.approved("claim-3")
    (three,) = await found(history, tmp_path / "three")

    assert two.finding_id == three.finding_id
    assert two.evidence_sha256 != three.evidence_sha256
    assert three.amount_fen == 300_000


@pytest.mark.parametrize("other", [{"level": "L3"}, {"occupation": "4-07"}, {"person": ref(2)}])
async def test_another_level_occupation_or_person_is_no_repeat(
    tmp_path: Path, other: dict[str, str]
) -> None:
    history = History()
    history.approved("claim-1")
    history.approved("claim-2", **other)

    assert await found(history, tmp_path) == []


async def test_a_claim_withdrawn_and_filed_again_is_no_repeat(tmp_path: Path) -> None:
    history = History()
    history.approved("claim-1")
    history.withdrawn("claim-1")
    history.approved("claim-2")

    assert await found(history, tmp_path) == []


async def test_a_revoked_approval_is_no_repeat_until_it_is_granted_again(tmp_path: Path) -> None:
    history = History()
    history.approved("claim-1")
    history.revoked("claim-1")
    history.approved("claim-2")
    assert await found(history, tmp_path / "revoked") == []

    history.approved("claim-1")
    assert [one.rule for one in await found(history, tmp_path / "again")] == ["A1"]


async def test_a_refiled_claim_that_supersedes_the_old_one_is_no_repeat(tmp_path: Path) -> None:
    history = History()
    history.approved("claim-1")
    history.approved("claim-2", supersedes="claim-1")
    history.approved("claim-3", supersedes="claim-2")

    assert await found(history, tmp_path) == []


async def test_a_changed_occupation_code_is_no_repeat_when_it_supersedes(tmp_path: Path) -> None:
    history = History()
    history.imported("claim-1", occupation="old-code")
    history.approved("claim-2", supersedes="claim-1")
    history.approved("claim-3", occupation="old-code")

    assert await found(history, tmp_path) == []


async def test_claims_that_supersede_each_other_hide_nothing(tmp_path: Path) -> None:
    history = History()
    history.approved("claim-1", supersedes="claim-2")
    history.approved("claim-2", supersedes="claim-1")

    assert [one.rule for one in await found(history, tmp_path)] == ["A1"]


async def test_a_claim_of_somebody_else_cannot_supersede(tmp_path: Path) -> None:
    history = History()
    history.approved("claim-1")
    history.approved("claim-2")
    history.approved("claim-3", person=ref(2), occupation="4-07", supersedes="claim-1")

    assert [one.rule for one in await found(history, tmp_path)] == ["A1"]


async def test_one_certificate_in_claims_of_two_persons_is_found(tmp_path: Path) -> None:
    history = History()
    history.imported("claim-1", certificate=ref(9), amount_fen=150_000)
    history.submitted("claim-2", certificate=ref(9), person=ref(2))

    (finding,) = await found(history, tmp_path)

    assert (finding.rule, finding.subject) == ("C1", ref(9))
    assert finding.persons == (ref(1), ref(2))
    assert finding.amount_fen == 150_000


async def test_one_person_may_use_a_certificate_again_after_withdrawing(tmp_path: Path) -> None:
    history = History()
    history.submitted("claim-1", certificate=ref(9))
    history.submitted("claim-2", certificate=ref(9))
    history.submitted("claim-3", certificate=ref(9), person=ref(2))
    history.withdrawn("claim-3", certificate=ref(9), person=ref(2))

    assert await found(history, tmp_path) == []


async def test_a_mistyped_certificate_number_that_was_corrected_is_innocent(
    tmp_path: Path,
) -> None:
    history = History()
    history.submitted("claim-1", certificate=ref(9))
    history.submitted("claim-2", certificate=ref(9), person=ref(2))
    history.corrected("claim-2", certificate=ref(10), person=ref(2))

    assert await found(history, tmp_path) == []


async def test_a_reissued_certificate_is_innocent(tmp_path: Path) -> None:
    history = History()
    history.imported("claim-1", certificate=ref(9))
    history.imported(
        "claim-2", certificate=ref(9), reissue_of=ref(9), person=ref(2), occupation="4-07"
    )

    assert await found(history, tmp_path) == []


async def test_an_imported_rejection_or_withdrawal_uses_no_certificate(tmp_path: Path) -> None:
    history = History()
    history.imported("claim-1", certificate=ref(9))
    history.imported("claim-2", certificate=ref(9), person=ref(2), decision="rejected")
    history.imported("claim-3", certificate=ref(9), person=ref(3), decision="withdrawn")

    assert await found(history, tmp_path) == []


async def test_advances_above_half_of_the_base_are_found(tmp_path: Path) -> None:
    history = History()
    history.advance_imported("plan-1", 30_000_01, 100_000_00)
    history.advance_imported("plan-1", 25_000_00, 100_000_00)

    (finding,) = await found(history, tmp_path)

    assert (finding.rule, finding.plan) == ("D5", "plan-1")
    assert finding.amount_fen == 5_000_01
    assert len(finding.evidence) == 2
    assert "55000.01" in finding.explanation_en


async def test_one_fen_above_half_is_found_and_exactly_half_is_not(tmp_path: Path) -> None:
    history = History()
    history.advance("plan-1", 1, 50_000_00, 100_000_00)
    history.advance("plan-2", 1, 50_000_01, 100_000_00)

    (finding,) = await found(history, tmp_path)

    assert (finding.plan, finding.amount_fen) == ("plan-2", 1)


async def test_the_base_is_the_one_as_of_each_advance(tmp_path: Path) -> None:
    history = History()
    history.advance("plan-raised", 1, 40_000_00, 100_000_00)
    history.advance("plan-raised", 2, 30_000_00, 140_000_00)
    history.advance("plan-late", 1, 60_000_00, 100_000_00)
    history.advance("plan-late", 2, 5_000_00, 200_000_00)

    (finding,) = await found(history, tmp_path)

    assert finding.plan == "plan-late"
    assert len(finding.evidence) == 1


async def test_an_advance_that_was_called_off_or_came_back_leaves_its_room(tmp_path: Path) -> None:
    history = History()
    history.advance("plan-1", 1, 50_000_00, 100_000_00)
    history.advance_cancelled("plan-1", 1, 50_000_00)
    history.advance("plan-1", 2, 50_000_00, 100_000_00)
    history.advance_returned("plan-1", 2, 50_000_00)
    history.advance("plan-1", 3, 50_000_00, 100_000_00)

    assert await found(history, tmp_path) == []


async def test_a_refused_request_gives_no_room_back(tmp_path: Path) -> None:
    history = History()
    history.advance("plan-1", 1, 50_000_00, 100_000_00)
    history.advance_cancelled("plan-1", 7, 50_000_00)
    history.advance("plan-1", 2, 10_000_00, 100_000_00)

    assert [one.rule for one in await found(history, tmp_path)] == ["D5"]


async def test_the_ratio_is_a_parameter(tmp_path: Path) -> None:
    history = History()
    history.advance("plan-1", 1, 40_000_00, 100_000_00)

    assert await found(history, tmp_path / "half") == []
    assert len(await found(history, tmp_path / "third", {"D5": {"ratio_bp": 3000}})) == 1


async def test_who_filed_and_approved_one_claim_is_found(tmp_path: Path) -> None:
    history = History()
    history.imported("claim-1", filed_by="zhang", approved_by="zhang", amount_fen=150_000)

    (finding,) = await found(history, tmp_path)

    assert (finding.rule, finding.subject, finding.amount_fen) == ("F1", "claim-1", 150_000)
    assert "file, approve" in finding.explanation_en
    assert "申报、审批" in finding.explanation_zh


async def test_who_accepted_and_released_the_payout_is_found(tmp_path: Path) -> None:
    history = History()
    history.submitted("claim-1")
    history.accepted("claim-1", actor="li")
    history.approved("claim-1", accepted_by="li")
    history.payment_imported(
        "payout-1", "payout", 150_000, claim="claim-1", authorised_by="wang", released_by="li"
    )

    (finding,) = await found(history, tmp_path)

    assert (finding.rule, finding.payouts) == ("F1", ("payout-1",))


async def test_one_person_in_different_duties_of_different_claims_is_lawful(tmp_path: Path) -> None:
    history = History()
    history.imported("claim-1", filed_by="zhang", approved_by="li", person=ref(1))
    history.imported("claim-2", filed_by="li", approved_by="zhang", person=ref(2))

    assert await found(history, tmp_path) == []


async def test_the_payer_in_the_claims_books_counts_only_without_a_payment_record(
    tmp_path: Path,
) -> None:
    history = History()
    history.imported("claim-1", filed_by="zhang", approved_by="li", paid_by="zhao")
    history.payment_imported(
        "payout-1", "payout", 150_000, claim="claim-1", authorised_by="wang", released_by="zhao"
    )
    history.imported("claim-2", filed_by="zhang", approved_by="li", paid_by="li", person=ref(2))

    assert [one.subject for one in await found(history, tmp_path)] == ["claim-2"]


async def test_rejecting_a_claim_pays_nobody_and_is_no_second_duty(tmp_path: Path) -> None:
    history = History()
    history.imported("claim-1", filed_by="zhang", approved_by="zhang", decision="rejected")

    assert await found(history, tmp_path) == []
