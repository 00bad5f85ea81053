"""Requests to registers are signed: HMAC-SHA256 over the time and the body, no secret travels."""

import hmac

TIME_HEADER, SIGNATURE_HEADER = "Ledger-Time", "Ledger-Signature"
MAX_AGE_SECONDS = 300


def signature(secret: str, seconds: int, path: str, body: bytes) -> str:
    """`v1=` and 64 hex digits; `seconds` since 1970."""
    signed = f"{seconds}\n{path}\n".encode() + body
    return "v1=" + hmac.digest(secret.encode(), signed, "sha256").hex()


def holds(secret: str, now: int, headers: "tuple[str, str]", path: str, body: bytes) -> bool:
    """Whether (time, signature) were made with this secret for this body, within five minutes."""
    at, given = headers
    if not at.isdecimal() or not at.isascii() or len(at) > 12:
        return False
    fresh = abs(now - int(at)) <= MAX_AGE_SECONDS
    return fresh and hmac.compare_digest(
        signature(secret, int(at), path, body).encode(), given.encode()
    )
