"""The catalogue: every event of the design is there, says what it means, and is bounded."""

import inspect as source
import subprocess
import sys
from collections.abc import Iterator

import pytest
from msgspec import inspect as shape

from shared.events.base import CLAIM_EVENTS, REGISTRY, TOPICS, EventType, Facts, event
from shared.events.catalogue import MODULES, event_types
from tests.events.goldens import FOLDER

DESIGN = [
    "PlanSubmitted",
    "RosterListed",
    "PlanAccepted",
    "PlanReturned",
    "PlanApproved",
    "PlanRejected",
    "PlanChanged",
    "PlanCancelled",
    "AdvanceRequested",
    "AdvanceAuthorised",
    "AdvanceInstructed",
    "AdvancePaid",
    "AdvanceReturned",
    "AdvanceUnknown",
    "AdvanceRefused",
    "AdvanceCancelled",
    "AdvanceExpired",
    "AttendanceRecorded",
    "AttendanceCorrected",
    "PlanCompleted",
    "ClaimSubmitted",
    "ClaimCorrected",
    "ClaimWithdrawn",
    "ClaimAccepted",
    "ClaimReturned",
    "IdentityChecked",
    "InspectionRecorded",
    "VerificationRequested",
    "VerificationAnswered",
    "VerificationCorrected",
    "ClaimProposed",
    "ClaimApproved",
    "ClaimRejected",
    "ClaimHeld",
    "ApprovalRevoked",
    "NoticePublished",
    "ObjectionFiled",
    "NoticeClosed",
    "PlanDecided",
    "PayoutScheduled",
    "PayoutAuthorised",
    "PayoutInstructed",
    "PayoutPaid",
    "PayoutReturned",
    "PayoutUnknown",
    "PayoutHeld",
    "PayoutReleased",
    "PayoutCancelled",
    "PayoutReissued",
    "PayoutReversed",
    "PayeeAccountChanged",
    "SettlementPaid",
    "RecoveryOpened",
    "RecoveryReceived",
    "RecoveryOffset",
    "RecoveryWrittenOff",
    "StatementImported",
    "DifferenceOpened",
    "DifferenceResolved",
    "DayClosed",
    "FindingOpened",
    "FindingConfirmed",
    "FindingDismissed",
    "FindingLapsed",
    "Judged",
    "Checkpoint",
    "RecoveryOrdered",
    "InstitutionBarred",
    "ExaminationRecorded",
    "GradeEdited",
    "CertificateIssued",
    "DeviceOutageDeclared",
    "FundOpened",
    "FundAllocated",
    "FundFrozen",
    "PolicyPublished",
    "ReferenceImported",
    "InstitutionRegistered",
    "FindingAssigned",
    "FindingAnswered",
    "FindingProposed",
    "FindingAppealed",
    "PersonalDataRead",
    "PersonErased",
    "DayOpened",
    "ClaimImported",
    "PayoutImported",
    "TopicClosed",
    "IdentityLinkScored",
]
PERSONAL = ("name", "phone", "account", "birth", "address", "holder", "number", "person")
VEILED = ("^[0-9a-f]{32}$", "^[0-9a-f]{64}$")
KINDS = [pytest.param(kind, id=kind.key) for kind in event_types()]


def test_every_event_of_the_design_has_a_type() -> None:
    assert set(DESIGN) <= {kind.name for kind in event_types()}


def test_whoever_imports_the_envelope_alone_can_decode_every_type() -> None:
    program = (
        "import pathlib, sys\n"
        "from shared.events.envelope import decode\n"
        "for path in pathlib.Path(sys.argv[1]).glob('*.json'): decode(path.read_bytes())\n"
    )
    ran = subprocess.run([sys.executable, "-c", program, FOLDER], capture_output=True, check=False)

    assert ran.stderr.decode() == ""
    assert ran.returncode == 0


def test_every_module_of_the_folder_with_events_is_in_the_catalogue() -> None:
    listed = {module.__name__ for module in MODULES}

    assert {kind.facts.__module__ for kind in REGISTRY.values()} <= listed
    assert all(any(kind.facts.__module__ == name for kind in event_types()) for name in listed)


def test_a_type_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered twice"):

        @event(CLAIM_EVENTS)
        class DayOpened(Facts, frozen=True):
            """Another one of the same name."""


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_says_what_it_means_and_stands_in_known_topics(kind: EventType) -> None:
    own = vars(kind.facts).get("__doc__")

    assert own is not None
    assert source.cleandoc(own).endswith((".", "?", "!", "look."))
    assert kind.topics
    assert set(kind.topics) <= set(TOPICS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_list_string_and_number_has_a_bound_and_none_is_a_float(kind: EventType) -> None:
    unbounded = [path for path, info in leaves(kind) if not bounded(info)]

    assert unbounded == []


def bounded(info: shape.Type) -> bool:
    match info:
        case shape.StrType(max_length=most) | shape.VarTupleType(max_length=most):
            return most is not None
        case shape.DictType(max_length=most):
            return most is not None
        case shape.IntType(ge=least, le=most):
            return least is not None and most is not None
        case shape.FloatType() | shape.DecimalType() | shape.AnyType() | shape.RawType():
            return False
        case shape.DateTimeType(tz=aware):
            return aware is True
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_what_may_be_personal_is_a_reference_a_commitment_or_sealed(kind: EventType) -> None:
    """A date of first sight, a count and a choice from a list say nothing about who it is."""
    clear = [
        path
        for path, info in leaves(kind)
        if isinstance(info, shape.StrType)
        and any(word in path.rsplit(".", 1)[-1] for word in PERSONAL)
        and info.pattern not in VEILED
        and info.max_length != 4096
    ]

    assert clear == []


def leaves(kind: EventType) -> Iterator[tuple[str, shape.Type]]:
    yield from walk(kind.name, shape.type_info(kind.facts))


def walk(path: str, info: shape.Type) -> Iterator[tuple[str, shape.Type]]:
    match info:
        case shape.Metadata(type=inner):
            yield from walk(path, inner)
        case shape.UnionType(types=types):
            for one in types:
                yield from walk(path, one)
        case shape.StructType(fields=fields):
            for field in fields:
                yield from walk(f"{path}.{field.name}", field.type)
        case shape.VarTupleType(item_type=item):
            yield path, info
            yield from walk(path, item)
        case shape.DictType(key_type=key, value_type=value):
            yield path, info
            yield from walk(f"{path}.key", key)
            yield from walk(path, value)
        case _:
            yield path, info
