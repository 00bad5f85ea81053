"""Sealed fields and commitments: what an erasure makes unreadable in events that stay."""

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.events.base import Sealed
from shared.vault.framing import framed

NONCE_BYTES = 12
TAG_BYTES = 16
COMMITMENT_NONCE_BYTES = 32
MAX_CIPHERTEXT_CHARS = 4096
MAX_PLAINTEXT_BYTES = MAX_CIPHERTEXT_CHARS // 4 * 3 - NONCE_BYTES - TAG_BYTES


class SealBroken(Exception):
    """The ciphertext was changed, or belongs to another event, field or person."""


class SealRefused(ValueError):
    """The text is too long for a sealed field, or is no text."""


@dataclass(frozen=True, slots=True)
class PersonKey:
    """Data key of one person, opened. Lives in memory only."""

    person: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Commitment:
    """`digest` stands in the event; `nonce` is kept sealed and dies with the person's key."""

    digest: str
    nonce: bytes = field(repr=False)


def seal(key: PersonKey, event_id: str, field_name: str, plaintext: str) -> Sealed:
    """AES-256-GCM, fresh nonce, bound to the event and the field (design section 5).

    Raises SealRefused beyond 3,044 bytes of UTF-8.
    """
    try:
        content = plaintext.encode()
    except UnicodeEncodeError:
        raise SealRefused("not Unicode text") from None
    if len(content) > MAX_PLAINTEXT_BYTES:
        raise SealRefused(f"a sealed field has at most {MAX_PLAINTEXT_BYTES} bytes")
    nonce = os.urandom(NONCE_BYTES)
    encrypted = AESGCM(key.secret).encrypt(nonce, content, _bound_to(event_id, field_name))
    return Sealed(person=key.person, ciphertext=base64.b64encode(nonce + encrypted).decode())


def open_sealed(key: PersonKey, event_id: str, field_name: str, sealed: Sealed) -> str:
    """The text. Raises SealBroken if one bit, the event, the field or the person differs."""
    if sealed.person != key.person:
        raise SealBroken("sealed for another person")
    content = _canonical(sealed.ciphertext)
    nonce, encrypted = content[:NONCE_BYTES], content[NONCE_BYTES:]
    try:
        opened = AESGCM(key.secret).decrypt(nonce, encrypted, _bound_to(event_id, field_name))
    except InvalidTag:
        raise SealBroken("changed, or moved from another event or field") from None
    return opened.decode()


def seal_evidence(key: PersonKey, event_id: str, content: bytes) -> bytes:
    """A raw answer as it is kept outside the event; bound to the event that commits to it."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key.secret).encrypt(nonce, content, _bound_to(event_id, "evidence"))


def open_evidence(key: PersonKey, event_id: str, sealed: bytes) -> bytes:
    """The raw answer. Raises SealBroken if one bit, the event or the person differs."""
    nonce, encrypted = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return AESGCM(key.secret).decrypt(nonce, encrypted, _bound_to(event_id, "evidence"))
    except InvalidTag:
        raise SealBroken("changed, or moved from another event") from None


def commit(content: bytes) -> Commitment:
    """SHA-256(256-bit nonce ‖ content): says nothing without the nonce, proves all with it."""
    nonce = os.urandom(COMMITMENT_NONCE_BYTES)
    return Commitment(hashlib.sha256(nonce + content).hexdigest(), nonce)


def verify(digest: str, nonce: bytes, content: bytes) -> bool:
    """Whether the digest commits to the content. A nonce of another length proves nothing: it could
    borrow bytes from the content.
    """
    if len(nonce) != COMMITMENT_NONCE_BYTES:
        return False
    return hmac.compare_digest(
        hashlib.sha256(nonce + content).hexdigest().encode(), digest.encode()
    )


def _bound_to(event_id: str, field_name: str) -> bytes:
    return framed(event_id.encode(), field_name.encode())


def _canonical(ciphertext: str) -> bytes:
    """One text for one ciphertext: base64 with stray bits in its last character is refused."""
    if len(ciphertext) > MAX_CIPHERTEXT_CHARS:
        raise SealBroken("too long")
    try:
        content = base64.b64decode(ciphertext, validate=True)
    except (binascii.Error, ValueError):
        raise SealBroken("not base64") from None
    if base64.b64encode(content).decode() != ciphertext:
        raise SealBroken("not canonical base64")
    if len(content) < NONCE_BYTES + TAG_BYTES:
        raise SealBroken("too short")
    return content
