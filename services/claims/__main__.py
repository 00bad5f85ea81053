"""`python -m services.claims`: one process of the claims service, settings from LEDGER_…"""

from services.claims.app import build
from shared.process import main

main("claims", build)
