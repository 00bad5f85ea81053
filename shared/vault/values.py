"""What gets a reference: a person by ID number, and certificates, accounts, phones, devices …"""

import re
import unicodedata
from enum import IntEnum

import msgspec

from shared.vault.identity import ResidentId

MAX_VALUE_BYTES = 256


class Kind(IntEnum):
    """The number stands in the vault's tables, the name in every HMAC: neither ever changes."""

    PERSON = 1
    CERTIFICATE = 2
    ACCOUNT = 3
    PHONE = 4
    DEVICE = 5
    IP = 6
    ADDRESS = 7
    HOUSEHOLD = 8
    FILE = 9


class ValueRefused(ValueError):
    """Empty after cleaning, too long, or no text; the message never holds the value."""


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """One value in its normal form; `owner` is the ID number of the person it is erased with."""

    kind: Kind
    text: str
    owner: str | None = None

    def __repr__(self) -> str:
        return f"Value({self.kind.name.lower()})"


def person(number: ResidentId) -> Value:
    return Value(kind=Kind.PERSON, text=number.number)


def certificate(number: str, owner: ResidentId | None = None) -> Value:
    """Case, width and blanks do not tell two certificates apart. Raises ValueRefused."""
    return _value(Kind.CERTIFICATE, folded(number).upper(), owner)


def account(number: str, owner: ResidentId | None = None) -> Value:
    """Bank account; hyphens are layout. Raises ValueRefused."""
    return _value(Kind.ACCOUNT, folded(number).replace("-", "").upper(), owner)


def phone(number: str, owner: ResidentId | None = None) -> Value:
    """Phone number, with or without +86. Raises ValueRefused."""
    digits = re.sub(r"[-()]", "", folded(number))
    mobile = re.fullmatch(r"(?:\+|00)?86(1[0-9]{10})", digits)
    return _value(Kind.PHONE, mobile[1] if mobile else digits, owner)


def other(kind: Kind, text: str, owner: ResidentId | None = None) -> Value:
    """Device, address, household, file …, compared by its characters. Raises ValueRefused."""
    if kind is Kind.PERSON:
        raise ValueRefused("a person is met by a checked ID number only")
    return _value(kind, unicodedata.normalize("NFKC", text).strip(), owner)


def _value(kind: Kind, text: str, owner: ResidentId | None) -> Value:
    if not text:
        raise ValueRefused(f"empty {kind.name.lower()}")
    if len(text.encode(errors="replace")) > MAX_VALUE_BYTES:
        raise ValueRefused(f"{kind.name.lower()} has more than {MAX_VALUE_BYTES} bytes")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueRefused(f"{kind.name.lower()} is not Unicode text")
    return Value(kind=kind, text=text, owner=None if owner is None else owner.number)


def folded(text: str) -> str:
    """Without width and blanks, which are layout where a number is written."""
    return "".join(unicodedata.normalize("NFKC", text).split())
