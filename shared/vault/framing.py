"""Length framing: ("A", "BC") and ("AB", "C") never give the same bytes."""

import struct

_LENGTH = struct.Struct(">I")


def framed(*fields: bytes) -> bytes:
    """u32be(length) ‖ field, for each field."""
    return b"".join([part for field in fields for part in (_LENGTH.pack(len(field)), field)])
