"""The databases' roles and their passwords: generated once, one file each, that only we read."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

ADMIN = "postgres"
OWNER = "ledger_owner"
WRITER = "ledger_writer"
CLAIMS = "claims_service"
PAYMENTS = "payments_service"
AUDIT = "audit_service"
SERVICE_ROLES = (CLAIMS, PAYMENTS, AUDIT)
LOGIN_ROLES = (OWNER, *SERVICE_ROLES)


def load_or_create_passwords(folder: Path) -> Mapping[str, str]:
    """A password for each role that logs in: the content of the file of its name in `folder`.

    What is missing is generated (192 random bits, file mode 0600, folder 0700).
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {role: _load_or_create(folder / role) for role in (ADMIN, *LOGIN_ROLES)}


def _load_or_create(file: Path) -> str:
    if not file.exists():
        _create(file, secrets.token_urlsafe(24))
    password = file.read_text().rstrip("\r\n")
    if not password:
        raise ValueError(f"{file} is empty: a role without password cannot log in")
    return password


def _create(file: Path, password: str) -> None:
    """Whole or not at all, and never over a file that another process made first."""
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as out:
        out.write(password)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(partial, file)
    except FileExistsError:
        pass  # the other process was faster: its password counts
    finally:
        partial.unlink()
