"""Whole files under a key of their own, chunk by chunk; that key lies wrapped under its holder's.

A chunk is bound to stream, document and place; the wrapped key to stream, document and commitment,
and it tells how many chunks there are. So nothing can be moved, swapped, left out or cut off.
"""

import hashlib
import hmac
import os
import struct
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.vault.framing import framed
from shared.vault.sealing import COMMITMENT_NONCE_BYTES, NONCE_BYTES, PersonKey, SealBroken

CHUNK_BYTES = 256 * 1024
TAG_BYTES = 16
SECRET_BYTES = 32
_INSIDE = struct.Struct(f">{SECRET_BYTES}s{COMMITMENT_NONCE_BYTES}s32sQI")
HEADER_BYTES = NONCE_BYTES + _INSIDE.size + TAG_BYTES


@dataclass(frozen=True, slots=True)
class PlanKey:
    """Key for the papers of one plan. Lives in memory only.

    They belong to organisations, whom the vault knows by code only and never erases: so this key is
    derived from the key-encryption key, and has no row.
    """

    plan: str
    secret: bytes = field(repr=False)


HolderKey = PersonKey | PlanKey


@dataclass(frozen=True, slots=True)
class PaperPlace:
    """Where a file belongs; it opens nowhere else."""

    stream: str
    document: str

    def chunk(self, no: int) -> bytes:
        return framed(b"chunk", self.stream.encode(), self.document.encode(), no.to_bytes(4, "big"))

    def header(self, commitment: str) -> bytes:
        parts = (self.stream.encode(), self.document.encode(), commitment.encode())
        return framed(b"document", *parts)


@dataclass(frozen=True, slots=True)
class SealedPaper:
    """What stands in the event of a file, and `header`, which lies beside its chunks."""

    commitment: str
    stored_sha256: str
    sha256: str = field(repr=False)
    size_bytes: int
    header: bytes = field(repr=False)


class PaperSealing:
    """One file on its way in. Memory: one chunk, whatever the file's size."""

    def __init__(self, place: PaperPlace) -> None:
        self._place = place
        self._secret = os.urandom(SECRET_BYTES)
        self._nonce = os.urandom(COMMITMENT_NONCE_BYTES)
        self._cipher = AESGCM(self._secret)
        self._plain, self._stored = hashlib.sha256(), hashlib.sha256()
        self._committed = hashlib.sha256(self._nonce)
        self._chunks = self._size = 0

    def seal(self, content: bytes) -> bytes:
        """The next chunk as it is kept."""
        no = self._chunks
        sealed = self._cipher.encrypt(_counted(no), content, self._place.chunk(no))
        self._plain.update(content)
        self._committed.update(content)
        self._stored.update(sealed)
        self._chunks += 1
        self._size += len(content)
        return sealed

    def done(self, key: HolderKey) -> SealedPaper:
        """The file's key, its salt and its hash, wrapped under the holder's key."""
        commitment = self._committed.hexdigest()
        inside = _INSIDE.pack(
            self._secret, self._nonce, self._plain.digest(), self._size, self._chunks
        )
        nonce = os.urandom(NONCE_BYTES)
        wrapped = AESGCM(key.secret).encrypt(nonce, inside, self._place.header(commitment))
        return SealedPaper(
            commitment, self._stored.hexdigest(), self._plain.hexdigest(), self._size,
            nonce + wrapped,
        )  # fmt: skip


class PaperOpening:
    """One file on its way out. Raises SealBroken for a header of another place or commitment."""

    def __init__(self, place: PaperPlace, commitment: str, header: bytes, key: HolderKey) -> None:
        nonce, wrapped = header[:NONCE_BYTES], header[NONCE_BYTES:]
        try:
            inside = AESGCM(key.secret).decrypt(nonce, wrapped, place.header(commitment))
        except InvalidTag:
            raise SealBroken("not the key of this file") from None
        secret, salt, self.sha256, self.size_bytes, self.chunks = _INSIDE.unpack(inside)
        self._place = place
        self._commitment = commitment
        self._cipher = AESGCM(secret)
        self._committed = hashlib.sha256(salt)

    def open(self, no: int, sealed: bytes) -> bytes:
        """The chunk at this place; the last one only if all of them are what the event commits to.

        Raises SealBroken.
        """
        try:
            content = self._cipher.decrypt(_counted(no), sealed, self._place.chunk(no))
        except InvalidTag:
            raise SealBroken("a chunk was changed, or moved from another place") from None
        self._committed.update(content)
        whole = self._committed.hexdigest().encode()
        if no == self.chunks - 1 and not hmac.compare_digest(whole, self._commitment.encode()):
            raise SealBroken("not the content that the event commits to")
        return content


def _counted(no: int) -> bytes:
    """A key seals one file, so its nonces may count."""
    return no.to_bytes(NONCE_BYTES, "big")
