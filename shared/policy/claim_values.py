"""The texts of a claim that have a closed list of values."""

from collections.abc import Mapping
from typing import get_args

from shared.events.base import Level, PayeeKind
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
