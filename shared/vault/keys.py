"""The vault's keys: one file of mode 0600 that only services hold; no database sees a key."""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.vault.framing import framed

KEY_BYTES = 32
MAX_FILE_BYTES = 4096
FORMAT = 1
_PRINT_BYTES = 16


class KeyFileRefused(Exception):
    """The key file is missing, open to others, incomplete or weak; the message holds no key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Four independent keys of 256 bit. `kek` wraps data keys and seals numbers for re-keying.

    `previous_index` is held only while the index is re-keyed after a leak.
    """

    index: bytes = field(repr=False)
    tombstone: bytes = field(repr=False)
    idempotency: bytes = field(repr=False)
    kek: bytes = field(repr=False)
    kek_id: int
    previous_index: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        parts = [self.index, self.tombstone, self.idempotency, self.kek]
        parts += [] if self.previous_index is None else [self.previous_index]
        if any(len(part) != KEY_BYTES for part in parts):
            raise KeyFileRefused(f"every key has {KEY_BYTES} bytes")
        if len(set(parts)) != len(parts):
            raise KeyFileRefused("two of the keys are the same; each needs its own")
        if any(len(set(part)) < 8 for part in parts):
            raise KeyFileRefused("a key is not random")
        if not 1 <= self.kek_id <= 32767:
            raise KeyFileRefused("the key id of kek is a number from 1 to 32767")

    @property
    def value_key(self) -> bytes:
        """Seals numbers in the index, so that a leaked index key can be replaced."""
        return self._derived(b"vault value key")

    @property
    def plans_key(self) -> bytes:
        """Gives the papers of each plan their key: organisations have none in the vault."""
        return self._derived(b"vault plans key")

    def _derived(self, info: bytes) -> bytes:
        hkdf = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=info)
        return hkdf.derive(self.kek)

    def digest(self, content: bytes) -> bytes:
        """HMAC-SHA256 for idempotency records: a leaked table does not tell what was asked."""
        return hmac.digest(self.idempotency, content, "sha256")


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """What the vault database remembers of the keys, to refuse a service that holds others."""

    index: bytes
    previous_index: bytes | None
    tombstone: bytes
    idempotency: bytes
    kek: bytes


class _Kek(msgspec.Struct, forbid_unknown_fields=True):
    id: int
    key: str


class _File(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    format: int
    index_key: str
    tombstone_key: str
    idempotency_key: str
    kek: _Kek
    previous_index_key: str | None = None


def fingerprints(keys: Keys) -> Fingerprints:
    previous = keys.previous_index
    return Fingerprints(
        index=_fingerprint(b"index", keys.index),
        previous_index=None if previous is None else _fingerprint(b"index", previous),
        tombstone=_fingerprint(b"tombstone", keys.tombstone),
        idempotency=_fingerprint(b"idempotency", keys.idempotency),
        kek=_fingerprint(b"kek", keys.kek),
    )


def new_keys(kek_id: int = 1) -> Keys:
    return Keys(
        index=secrets.token_bytes(KEY_BYTES),
        tombstone=secrets.token_bytes(KEY_BYTES),
        idempotency=secrets.token_bytes(KEY_BYTES),
        kek=secrets.token_bytes(KEY_BYTES),
        kek_id=kek_id,
    )


def with_new_index(keys: Keys) -> Keys:
    """After a leak of the index key: a new one, and the leaked one until all is re-keyed."""
    return replace(keys, index=secrets.token_bytes(KEY_BYTES), previous_index=keys.index)


def without_previous(keys: Keys) -> Keys:
    """The keys once the index is re-keyed."""
    return replace(keys, previous_index=None)


def generate(path: Path) -> Keys:
    """New keys in a new file of mode 0600. Raises KeyFileRefused if the file exists: with other
    keys nothing that was sealed could be opened again.
    """
    keys = new_keys()
    save(keys, path)
    return keys


def save(keys: Keys, path: Path) -> None:
    """Write a new file of mode 0600. Raises KeyFileRefused if it exists."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise KeyFileRefused(f"{path} exists; keys are never overwritten") from None
    with os.fdopen(handle, "wb") as file:
        file.write(_encode(keys))
        file.flush()
        os.fsync(handle)


def load(path: Path) -> Keys:
    """The keys of the file. Raises KeyFileRefused with the reason, never with a value."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as failed:
        raise KeyFileRefused(f"{path}: {failed.strerror}") from None
    try:
        _check_access(path, os.fstat(handle))
        content = os.read(handle, MAX_FILE_BYTES + 1)
    finally:
        os.close(handle)
    if len(content) > MAX_FILE_BYTES:
        raise KeyFileRefused(f"{path} has more than {MAX_FILE_BYTES} bytes")
    try:
        return _decode(content)
    except KeyFileRefused as refused:
        raise KeyFileRefused(f"{path}: {refused}") from None


def _check_access(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeyFileRefused(f"{path} is not a file")
    if status.st_mode & 0o077:
        mode = stat.S_IMODE(status.st_mode)
        raise KeyFileRefused(f"{path} has mode {mode:04o}: others can use it; set mode 0600")
    if status.st_uid not in (os.geteuid(), 0):
        raise KeyFileRefused(f"{path} belongs to another user")


def _encode(keys: Keys) -> bytes:
    previous = keys.previous_index
    file = _File(
        format=FORMAT,
        index_key=_text(keys.index),
        tombstone_key=_text(keys.tombstone),
        idempotency_key=_text(keys.idempotency),
        kek=_Kek(id=keys.kek_id, key=_text(keys.kek)),
        previous_index_key=None if previous is None else _text(previous),
    )
    return msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"


def _decode(content: bytes) -> Keys:
    try:
        file = msgspec.json.decode(content, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError):  # its message could quote the file
        raise KeyFileRefused("not a key file: wrong, missing or unknown fields") from None
    if file.format != FORMAT:
        raise KeyFileRefused(f"key file format {file.format} is not known here, only {FORMAT}")
    previous = file.previous_index_key
    return Keys(
        index=_bytes("index_key", file.index_key),
        tombstone=_bytes("tombstone_key", file.tombstone_key),
        idempotency=_bytes("idempotency_key", file.idempotency_key),
        kek=_bytes("kek", file.kek.key),
        kek_id=file.kek.id,
        previous_index=None if previous is None else _bytes("previous_index_key", previous),
    )


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _bytes(name: str, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise KeyFileRefused(f"{name} is not base64") from None


def _fingerprint(name: bytes, key: bytes) -> bytes:
    message = framed(b"vault fingerprint", name)
    return hmac.digest(key, message, hashlib.sha256)[:_PRINT_BYTES]
