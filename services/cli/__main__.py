"""`python -m services.cli`: the same as `claims-ledger`."""

from services.cli.main import main

main()
