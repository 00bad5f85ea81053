"""Plaintext of persons on its way from a file to the vault."""

import msgspec


class Personal(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Plaintext that may only go to the vault; it never shows itself in a log or a traceback."""

    id_number: str
    name: str
    phone: str | None = None
    account: str | None = None
    certificate_number: str | None = None

    reissue_of: str | None = None
    """number of the certificate that this one replaces"""

    def __repr__(self) -> str:
        return "Personal(hidden)"
