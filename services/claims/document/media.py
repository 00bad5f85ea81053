"""What kind of file it is: by its leading bytes, never by its name. Pure."""

import codecs
from collections.abc import Callable, Mapping

PDF, JPEG, PNG, CSV = "application/pdf", "image/jpeg", "image/png", "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = (PDF, JPEG, PNG, CSV, XLSX)
ENDINGS: Mapping[str, str] = {PDF: "pdf", JPEG: "jpg", PNG: "png", CSV: "csv", XLSX: "xlsx"}
HEAD_BYTES = 4096
"""so many bytes are looked at"""

_ZIP = b"PK\x03\x04"
_ZIP_NAME = 30  # a ZIP's first entry: 30 bytes, then its name
_FIRST_ENTRIES = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/")
_TEXT = bytes(byte for byte in range(32) if byte not in b"\t\n\r") + b"\x7f"


def looks_like(media_type: str, head: bytes) -> bool:
    """Whether a file that begins like this may be of the type; `head` are its first 4,096 bytes."""
    return _LOOKS[media_type](head[:HEAD_BYTES])


def _pdf(head: bytes) -> bool:
    return head.startswith(b"%PDF-")


def _jpeg(head: bytes) -> bool:
    return head.startswith(b"\xff\xd8\xff")


def _png(head: bytes) -> bool:
    return head.startswith(b"\x89PNG\r\n\x1a\n")


def _xlsx(head: bytes) -> bool:
    """A ZIP may hold anything: its first entry must be one that a workbook begins with."""
    return head.startswith(_ZIP) and head[_ZIP_NAME:].startswith(_FIRST_ENTRIES)


def _csv(head: bytes) -> bool:
    """Text has no signature: it must be readable, and must not be one of the others."""
    if any(looks(head) for looks in (_pdf, _jpeg, _png)) or head.startswith(_ZIP):
        return False
    return head.translate(None, _TEXT) == head and (
        _reads(head, "utf-8") or _reads(head, "gb18030")
    )


def _reads(head: bytes, encoding: str) -> bool:
    """The last character may be cut off."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    return True


_LOOKS: Mapping[str, Callable[[bytes], bool]] = {
    PDF: _pdf,
    JPEG: _jpeg,
    PNG: _png,
    CSV: _csv,
    XLSX: _xlsx,
}
