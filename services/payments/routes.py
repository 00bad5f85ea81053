"""Every address of the payments service."""

from services.payments import importing
from services.payments.advance import routes as advances
from services.payments.bank import api as batches
from services.payments.fund import api as funds
from services.payments.payout import api as payouts
from services.payments.payout import paying_api as paying
from services.payments.recovery import api as recoveries
from shared.http.route import Route
from shared.service import Service


def routes(service: Service) -> list[Route]:
    """By aggregate, in the order of a payment's life."""
    return [
        *payouts.routes(service),
        *paying.routes(service),
        *funds.routes(service),
        *batches.routes(service),
        *advances.routes(service),
        *recoveries.routes(service),
        *importing.routes(service),
    ]
