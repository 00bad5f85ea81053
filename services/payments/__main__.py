"""`python -m services.payments`: one process of the payments service, settings from LEDGER_…"""

from services.payments.app import build
from shared.process import main

main("payments", build)
