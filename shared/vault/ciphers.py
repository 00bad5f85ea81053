"""The keys at work: index and tombstone HMACs, wrapped data keys, sealed index values."""

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.vault.framing import framed
from shared.vault.keys import Keys
from shared.vault.values import Kind

NONCE_BYTES = 12
SECRET_BYTES = 32


class VaultBroken(Exception):
    """A row of the vault does not open with our keys: changed, swapped, or of another key."""


class Hmac:
    """HMAC-SHA256 with its two key blocks hashed once: half the time of hmac.digest."""

    def __init__(self, key: bytes) -> None:
        block = key.ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def __call__(self, message: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()


class Ciphers:
    """One per process; thread-safe, since nothing in it changes."""

    def __init__(self, keys: Keys) -> None:
        self._index = Hmac(keys.index)
        self._previous = None if keys.previous_index is None else Hmac(keys.previous_index)
        self.rekeying = self._previous is not None
        self._tombstone = Hmac(keys.tombstone)
        self._kek = AESGCM(keys.kek)
        self._value = AESGCM(keys.value_key)
        self._plans = Hmac(keys.plans_key)
        self._key_context = framed(b"data key", keys.kek_id.to_bytes(2, "big"))

    def index(self, kind: Kind, text: str) -> bytes:
        return self._index(_message(kind, text))

    def previous(self, kind: Kind, text: str) -> bytes:
        """Under the leaked key while the index is re-keyed, else empty: it matches no row."""
        return b"" if self._previous is None else self._previous(_message(kind, text))

    def tombstone(self, kind: Kind, text: str) -> bytes:
        return self._tombstone(_message(kind, text))

    def wrap(self, nonce: bytes, secret: bytes, reference: bytes) -> bytes:
        """60 bytes; bound to the reference, so that rows cannot be swapped."""
        return nonce + self._kek.encrypt(nonce, secret, self._key_context + reference)

    def unwrap(self, wrapped: bytes, reference: bytes) -> bytes:
        nonce, encrypted = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return self._kek.decrypt(nonce, encrypted, self._key_context + reference)
        except InvalidTag:
            raise VaultBroken(f"the data key of {reference.hex()} does not open") from None

    def plan_secret(self, plan: str) -> bytes:
        """32 bytes, the same for the same plan as long as the key-encryption key stays."""
        return self._plans(framed(b"plan", plan.encode()))

    def seal_value(self, nonce: bytes, kind: Kind, text: str) -> bytes:
        """For re-keying, which computes every HMAC anew and compares the old one."""
        return nonce + self._value.encrypt(nonce, text.encode(), _VALUE_CONTEXTS[kind])

    def open_value(self, sealed: bytes, kind: Kind) -> str:
        nonce, encrypted = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._value.decrypt(nonce, encrypted, _VALUE_CONTEXTS[kind]).decode()
        except InvalidTag:
            raise VaultBroken(f"a sealed {kind.name.lower()} of the index does not open") from None


_PREFIXES = {kind: framed(kind.name.lower().encode()) for kind in Kind}
_VALUE_CONTEXTS = {kind: framed(b"index value", kind.name.lower().encode()) for kind in Kind}


def _message(kind: Kind, text: str) -> bytes:
    """framed(kind, value): a phone and an account of the same digits never share a reference."""
    value = text.encode()
    return _PREFIXES[kind] + len(value).to_bytes(4, "big") + value
