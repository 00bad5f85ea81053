"""A pack's file as an event carries it: every byte, so that the log alone can judge again."""

import base64
import hashlib
import zlib

from shared.events.policies import MAX_CARRIED
from shared.policy.document import MAX_BYTES


class TooLargeToCarry(ValueError):
    """The file does not fit into an event, packed or not."""


class NotCarried(ValueError):
    """The text is no packed file, or the file is another one than its hash says."""


def packed(content: bytes) -> str:
    """zlib, then base64. Raises TooLargeToCarry."""
    text = base64.b64encode(zlib.compress(content, 9)).decode("ascii")
    if len(content) > MAX_BYTES or len(text) > MAX_CARRIED:
        raise TooLargeToCarry(len(text))
    return text


def unpacked(text: str, file_sha256: str) -> bytes:
    """The file, byte for byte. Raises NotCarried."""
    try:
        content = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), MAX_BYTES)
    except (ValueError, zlib.error) as wrong:
        raise NotCarried("not packed as it should be") from wrong
    if digest_of(content) != file_sha256:
        raise NotCarried("another file than its hash says")
    return content


def digest_of(content: bytes) -> str:
    """SHA-256, lower-case hex."""
    return hashlib.sha256(content).hexdigest()
