"""The stream that bytes belong to, read without knowing their type: what parks, parks it."""

import msgspec


class _Subject(msgspec.Struct):
    subject: str


_SUBJECT = msgspec.json.Decoder(_Subject)


def subject_of(body: bytes) -> str | None:
    """The event's stream id; None when the bytes are no JSON object with a subject."""
    try:
        return _SUBJECT.decode(body).subject
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
