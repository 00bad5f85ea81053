"""Mistakes, notices and warnings on a line each, in the language that was asked for."""

from shared.policy.document import PackError
from shared.policy.written.personal import without_numbers


def told_line(
    name: object, error: PackError, language: str, *, case: str = "", kind: str = ""
) -> str:
    """`file:line:column: case: CODE: sentence (path)`; never the number of a person."""
    words = {"zh": error.zh, "en": error.what, "both": f"{error.zh} {error.what}"}[language]
    called = f"{case}: " if case else ""
    place = f"{name}:{error.line}:{error.column}"
    return without_numbers(f"{place}: {called}{kind}{error.code}: {words} ({error.path})")
