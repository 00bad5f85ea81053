"""`python -m services.audit`: one process of the audit service, settings from LEDGER_…"""

from services.audit.app import build
from shared.process import main

main("audit", build)
