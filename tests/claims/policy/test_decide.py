"""Versions of a policy: two persons, one by one, nothing in silence. Every refusal has its test."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.claims.claim.refusals import SamePersonTwice
from services.claims.policy import decide
from services.claims.policy.decide import CITY, SLOT, Known, Policy
from services.claims.policy.refusals import (
    NoSuchProposal,
    NotCompared,
    NotOwnProposal,
    OtherCity,
    PlaceTaken,
    ProposalOpen,
    RetroactiveUnsaid,
    VersionNotNext,
    VersionPublished,
)
from shared.events.references import PolicyPublished
from shared.policy.carried import NotCarried, TooLargeToCarry, packed, unpacked
from tests.claims.policy.states import (
    CARRIED,
    FILE,
    PACK,
    after,
    compare,
    compared,
    propose,
    proposed,
    publish,
    published,
    refuse,
    withdraw,
)
from tests.claims.policy.versions import TODAY, text_of

BEFORE = TODAY - timedelta(days=1)


def test_who_proposed_a_version_does_not_publish_it() -> None:
    policy = after(propose, compare)
    with pytest.raises(SamePersonTwice):
        decide.publish_version(policy, published(actor="officer-1"))
    [event] = decide.publish_version(policy, published(actor="officer-2")).events
    assert isinstance(event, PolicyPublished)
    assert (event.proposed_by, event.approved_by) == ("officer-1", "officer-2")
    assert event.comparison_sha256 == compared().summary_sha256


def test_nothing_is_published_before_it_was_compared_and_the_comparison_shown() -> None:
    with pytest.raises(NotCompared):
        decide.publish_version(after(propose), published())
    with pytest.raises(NotCompared):
        decide.publish_version(after(propose, compare), published(summary="6" * 64))


def test_what_is_published_is_exactly_what_was_proposed() -> None:
    with pytest.raises(NoSuchProposal):
        decide.publish_version(after(propose, compare), published(content="7" * 64))
    with pytest.raises(NoSuchProposal):
        decide.publish_version(after(propose, compare), published(version=3))
    with pytest.raises(NoSuchProposal):
        decide.record_comparison(after(propose), compared(version=3))


def test_versions_increase_by_one_from_what_was_published_or_came_with_the_release() -> None:
    with pytest.raises(VersionNotNext):
        decide.propose_version(Policy(), proposed(version=3))
    with pytest.raises(VersionNotNext):
        decide.propose_version(Policy(), proposed(version=2, released=None))
    idle = after(propose, compare, publish)
    assert decide.propose_version(idle, proposed(version=3)).events


def test_a_published_version_never_changes_whatever_its_content() -> None:
    idle = after(propose, compare, publish)
    with pytest.raises(VersionPublished):
        decide.propose_version(idle, proposed(version=2))
    newer = Known(5, "9" * 64, date.min)
    with pytest.raises(VersionPublished):
        decide.propose_version(Policy(), proposed(version=2, released=newer))


def test_one_version_is_proposed_at_a_time() -> None:
    with pytest.raises(ProposalOpen):
        decide.propose_version(after(propose), proposed("officer-3"))


def test_nothing_is_retroactive_unless_the_proposal_says_so_and_why() -> None:
    with pytest.raises(RetroactiveUnsaid):
        decide.propose_version(Policy(), proposed(effective_from=BEFORE))
    with pytest.raises(RetroactiveUnsaid):
        decide.propose_version(Policy(), proposed(effective_from=BEFORE, retroactive=True))
    said = proposed(effective_from=BEFORE, retroactive=True, reason="the notice is of March")
    assert decide.propose_version(Policy(), said).events
    assert decide.propose_version(Policy(), proposed(effective_from=TODAY)).events


def test_a_version_does_not_begin_before_the_one_in_force_in_silence() -> None:
    idle = after(propose, compare, publish)  # from TODAY + 30
    with pytest.raises(RetroactiveUnsaid):
        decide.propose_version(idle, proposed(version=3, effective_from=TODAY))


def test_a_proposal_whose_first_day_has_passed_is_not_published() -> None:
    late = published(today=TODAY + timedelta(days=31))
    with pytest.raises(RetroactiveUnsaid):
        decide.publish_version(after(propose, compare), late)


def test_a_proposal_is_taken_back_by_its_author_and_refused_by_another() -> None:
    ending = decide.EndProposal("officer-2", 2, "r")
    with pytest.raises(NotOwnProposal):
        decide.withdraw_proposal(after(propose), ending)
    with pytest.raises(SamePersonTwice):
        decide.refuse_proposal(after(propose), replace(ending, actor="officer-1"))
    for end in (withdraw, refuse):
        ended = after(propose, compare, end)
        assert ended.proposal is None
        assert decide.propose_version(ended, proposed()).events  # the number is free again


def test_a_policy_stays_in_its_city_and_out_of_others() -> None:
    with pytest.raises(OtherCity):
        decide.propose_version(replace(after(propose, withdraw), jurisdiction="370300"), proposed())
    with pytest.raises(PlaceTaken):
        decide.propose_version(Policy(), proposed(taken_by="ZB-2021-1"))


def test_a_publication_takes_the_slot_of_its_version_and_the_first_one_its_city() -> None:
    taken = decide.publish_version(after(propose, compare), published()).takes
    assert [(slot.kind, slot.key) for slot in taken] == [(SLOT, "HLD-2019-37/2")]
    first = PolicyPublished(
        policy_id="XX-1", version=1, content_sha256="1" * 64, document_no="1", approved_by="a"
    )
    slots = decide._slots(first, "211400")
    assert (CITY, "211400") in [(slot.kind, slot.key) for slot in slots]


def test_an_event_carries_the_file_byte_for_byte() -> None:
    assert unpacked(CARRIED, FILE) == text_of(2).encode()
    assert PACK.version == 2
    with pytest.raises(NotCarried):
        unpacked(CARRIED, "0" * 64)
    with pytest.raises(NotCarried):
        unpacked("AAAA", FILE)
    with pytest.raises(TooLargeToCarry):
        packed(b"x" * (512 * 1024 + 1))
