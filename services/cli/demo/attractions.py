"""What is worth a look while the demonstration stays up: ids that this run gave."""

import json
from collections.abc import Iterator

from services.cli.demo.seen import Seen
from services.cli.people import CLERKS, ENTERPRISES, FINANCE_APPROVER, OFFICER
from services.cli.welcome import Request

TRACE = ".venv/bin/claims-ledger trace"


def attractions(seen: Seen, registers: str) -> list[Request | str]:
    """Requests over HTTP, and command lines as they stand."""
    return list(_all(seen, registers))


def _all(seen: Seen, registers: str) -> Iterator[Request | str]:
    plans = seen.answers.plans.plans if seen.answers.plans else []
    yield Request("claims", CLERKS[0], "/claims/waiting")
    for plan, enterprise in zip(plans, ENTERPRISES, strict=False):
        yield Request("claims", enterprise, f"/plans/{plan.id}")
        yield Request("payments", enterprise, f"/plans/{plan.id}")
    yield Request("payments", OFFICER, "/recoveries")
    for batch in seen.answers.batches[:1]:
        yield Request("payments", FINANCE_APPROVER, f"/batches/{batch.id}")
    for mood in ("busy", "up"):  # claims that are accepted in between wait
        said = json.dumps({"mood": mood})
        yield f"curl -sS -d '{said}' '{registers}/control/CERT_REG'"
    for plan in plans[:1]:
        yield f"{TRACE} {plan.id} --svg plan.svg"
