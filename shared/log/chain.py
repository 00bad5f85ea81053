"""The chain over a partition's events: one changed, lost or moved byte changes every later link."""

from hashlib import sha256
from struct import Struct

GENESIS = bytes(32)
"""what stands before the first event of a partition"""

# Every field is framed by its length, so ("A", "BC") and ("AB", "C") never meet in one hash. The
# two lengths that never change are packed with their neighbours: this runs once per event.
_FRAME = Struct(">32sIQI16sI")


def link(previous: bytes, seq: int, event_id: bytes, body: bytes) -> bytes:
    """SHA-256(previous ‖ u32(8) ‖ u64(seq) ‖ u32(16) ‖ event id ‖ u32(len(body)) ‖ body), 32 bytes.

    Raises ValueError when `previous` has not 32 or `event_id` not 16 bytes: padding in silence
    would give two inputs one hash.
    """
    if len(previous) != 32 or len(event_id) != 16:
        raise ValueError("a link needs 32 bytes of chain and 16 bytes of event id")
    return sha256(_FRAME.pack(previous, 8, seq, 16, event_id, len(body)) + body).digest()
