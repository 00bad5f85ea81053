"""The texts of a claim that have a closed list of values, and the limits of numbers."""

from collections.abc import Mapping
from typing import get_args

from shared.events.base import MAX_FEN, Level, PayeeKind
from shared.policy.conditions import FULL_BP
from shared.policy.parts import CertificateType

SAID: Mapping[str, tuple[str, ...]] = {
    "certificate_type": ("none", *get_args(CertificateType)),
    "payment_mode": ("pay_first", "credit"),
    "place_basis": ("insured", "registered", "resident", "job_seeking"),
    "issuer_class": (
        "assessor",
        "association",
        "joint",
        "enterprise",
        "institution",
        "authority",
    ),
    "delivery": ("classroom", "online", "mixed", "work"),
}
"""those that the claim's own type leaves open"""

CLOSED: Mapping[str, tuple[str, ...]] = {
    **SAID,
    "level": get_args(Level),
    "paid_by": get_args(PayeeKind),
    "payee_kind": get_args(PayeeKind),
}

MAX_COUNT = 1_000_000
"""days, months, hours, persons: more than anybody can have"""


def bounds_of(name: str) -> tuple[int, int]:
    """The least and the most that a number of this name can be, both included: a sum in fen, a
    ratio in basis points, or a count. Holds for fields of a claim and for facts.
    """
    if name.endswith("_fen"):
        return 0, MAX_FEN
    return (0, FULL_BP) if name.endswith("_bp") else (0, MAX_COUNT)
