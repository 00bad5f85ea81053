"""How every command ends: one number, and when it went wrong one sentence that says what to do."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command; `claims-ledger --help` shows this table."""

    OK = 0
    DIFFERENT = 1
    USAGE = 2
    DISAGREE = 3
    UNREACHABLE = 4
    BUSY = 5


MEANINGS = {
    Exit.OK: "done, nothing to report",
    Exit.DIFFERENT: "something was refused, found, missing or not as expected",
    Exit.USAGE: "wrong command line, settings, keys or file",
    Exit.DISAGREE: "log and database disagree: stop and look (docs/operations.md)",
    Exit.UNREACHABLE: "a service, the database or the log does not answer: try again",
    Exit.BUSY: "another run holds the folder",
}


class Stop(Exception):
    """A command ends here. `en` and `zh` say in one sentence what to do next."""

    def __init__(self, code: Exit, en: str, zh: str) -> None:
        super().__init__(en)
        self.code = code
        self.en = en
        self.zh = zh


def epilogue() -> str:
    """The table of exit codes, for --help."""
    rows = (f"{code.value}  {meaning}" for code, meaning in MEANINGS.items())
    return "Exit codes:\n\n" + "\n\n".join(rows)
