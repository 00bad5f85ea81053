"""The databases' roles and their passwords: generated once, in a file that only we read."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import msgspec

ADMIN = "postgres"
OWNER = "ledger_owner"
WRITER = "ledger_writer"
CLAIMS = "claims_service"
PAYMENTS = "payments_service"
AUDIT = "audit_service"
SERVICE_ROLES = (CLAIMS, PAYMENTS, AUDIT)
LOGIN_ROLES = (OWNER, *SERVICE_ROLES)


def load_or_create_passwords(file: Path) -> Mapping[str, str]:
    """A password of 192 random bits for each role that logs in; the file has mode 0600."""
    if not file.exists():
        _create(file, {role: secrets.token_urlsafe(24) for role in (ADMIN, *LOGIN_ROLES)})
    return msgspec.json.decode(file.read_bytes(), type=dict[str, str])


def _create(file: Path, passwords: Mapping[str, str]) -> None:
    """Whole or not at all, and never over a file that another process made first."""
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
        out.write(msgspec.json.encode(passwords))
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(partial, file)
    except FileExistsError:
        pass
    finally:
        partial.unlink()
