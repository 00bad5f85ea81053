"""The secrets that requests to registers are signed with: one file, one line a register."""

from collections.abc import Mapping
from pathlib import Path

from shared.registers.port import REGISTERS

MIN_CHARS, MAX_BYTES = 16, 4096


class SecretsRefused(ValueError):
    """The file cannot be used; the message names lines, never secrets."""


def read_secrets(file: Path) -> Mapping[str, str]:
    """`REGISTER secret` per line; blank lines and those that start with # are left out.

    Raises SecretsRefused, OSError.
    """
    content = file.read_bytes()
    if len(content) > MAX_BYTES:
        raise SecretsRefused(f"more than {MAX_BYTES} bytes")
    found: dict[str, str] = {}
    for number, line in enumerate(content.decode().splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        code, _, secret = line.partition(" ")
        if code not in REGISTERS or code in found or len(secret.strip()) < MIN_CHARS:
            raise SecretsRefused(f"line {number}: a register, a blank, at least {MIN_CHARS} signs")
        found[code] = secret.strip()
    return found
