"""Both logs, and services with one topic on each."""

from tests.stands import (
    claims,
    claims_database,
    log_server,
    payments,
    payments_database,
    place,
    postgres_place,
    quick_claims,
    quick_payments,
)

__all__ = [
    "claims",
    "claims_database",
    "log_server",
    "payments",
    "payments_database",
    "place",
    "postgres_place",
    "quick_claims",
    "quick_payments",
]
