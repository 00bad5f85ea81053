"""Idempotency keys, and the bytes by which two requests are the same."""

import re
from collections.abc import Mapping

from shared.http import catalogue as codes
from shared.http.problems import Problem

HEADER = "Idempotency-Key"
MAX_KEY = 128
_KEY = re.compile(rf"[!-~]{{1,{MAX_KEY}}}")


def parse_key(header: str | None) -> str:
    """The key: 1 to 128 visible ASCII characters. Raises Problem for a missing or other one."""
    if header is None:
        raise Problem(codes.IDEMPOTENCY_KEY_MISSING)
    if not _KEY.fullmatch(header):
        raise Problem(codes.IDEMPOTENCY_KEY_INVALID)
    return header


def canonical_request(
    method: str, template: str, variables: Mapping[str, str], body: bytes
) -> bytes:
    """What a request is, each part framed by its length: two different ones never give equal bytes.

    The store keeps an HMAC of this, never the bytes. For a streamed body give its SHA-256.
    """
    parts = [method.encode(), template.encode()]
    for name in sorted(variables):
        parts += [name.encode(), variables[name].encode()]
    parts.append(body)
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
