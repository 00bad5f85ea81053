"""Papers, photos and signed batches that events cite: hashes and references, never the content."""

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.events.base import Code, Count, Digest, Instant, Reference


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One paper or photo. The file itself lies encrypted in the attachment store."""

    kind: Code
    """certificate, sign_in_sheet, photo, syllabus, invoice …"""
    file: Reference
    """the vault's reference of the content: the same file has the same one in every claim"""
    commitment: Digest
    """SHA-256(256-bit nonce ‖ content); the nonce dies with the ciphertext"""
    stored_sha256: Digest | None = None
    """SHA-256 of the ciphertext in the attachment store"""
    near: Annotated[tuple[Reference, ...], Meta(max_length=16)] = ()
    """references of the bands of its perceptual hash: two near copies share at least one"""
    blank_template: bool = False
    """a form with an empty body, alike for everybody"""


Documents = Annotated[tuple[Document, ...], Meta(max_length=50)]


class SignedManifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a device that was off line promises to upload later, signed while it was off line."""

    manifest_sha256: Digest
    signature: Annotated[str, Meta(max_length=200, description="base64 Ed25519 signature")]
    key_id: Code
    device: Reference
    recorded_from: Instant
    recorded_to: Instant
    records: Count
