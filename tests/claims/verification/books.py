"""What the registers know of a claim that tests.claims.filing makes."""

from datetime import date
from typing import Any

from services.simulators.registers.books import Agreement, Books, Certificate, Insured


def insured(claim: dict[str, Any], **said: Any) -> Insured:
    basis: dict[str, Any] = {
        "first": date(2020, 1, 1),
        "last": date(2021, 12, 31),
        "employer": "EMPLOYER-1",
    }
    return Insured(id_number=claim["person"]["id_number"], **(basis | said))


def certificate(claim: dict[str, Any], **said: Any) -> Certificate:
    basis: dict[str, Any] = {
        "number": claim["certificate"]["number"],
        "id_number": claim["person"]["id_number"],
        "occupation": claim["occupation"],
        "level": claim["level"],
        "issued_on": date.fromisoformat(claim["certificate"]["issued_on"]),
    }
    return Certificate(**(basis | said))


def agreement(claim: dict[str, Any], **said: Any) -> Agreement:
    training = claim["training"]
    basis: dict[str, Any] = {"first": date(2019, 1, 1), "last": date(2021, 12, 31)}
    return Agreement(
        institution=training["institution"], code=training["agreement"], **(basis | said)
    )


def books_of(*claims: dict[str, Any]) -> Books:
    """Everything as the claims say."""
    return Books(
        insured=tuple(insured(claim) for claim in claims),
        certificates=tuple(certificate(claim) for claim in claims),
        agreements=tuple({agreement(claim): None for claim in claims}),
    )
