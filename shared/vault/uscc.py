"""Unified social credit codes of organisations (统一社会信用代码, GB 32100-2015)."""

from dataclasses import dataclass

from stdnum.cn import uscc

LENGTH = 18
ALPHABET = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")

# code: (zh, en)
MESSAGES = {
    "USCC_LENGTH": (
        "统一社会信用代码应为 18 位。",
        "The unified social credit code has 18 characters.",
    ),
    "USCC_CHARACTERS": (
        "统一社会信用代码含有不允许的字符。",
        "The unified social credit code has characters that it may not have.",
    ),
    "USCC_CHECK_DIGIT": (
        "统一社会信用代码校验码不符，请核对。",
        "The check digit of the unified social credit code does not fit; please compare.",
    ),
}


class UsccRefused(ValueError):
    """Cannot be a unified social credit code; `code`, `zh` and `en` say why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.zh, self.en = MESSAGES[code]


@dataclass(frozen=True, slots=True)
class Uscc:
    """A code, and the codes of the warnings that go with it."""

    code: str
    warnings: tuple[str, ...] = ()


def parse_uscc(text: str) -> Uscc:
    """The code in capitals. A failed check digit warns and never refuses: early codes were given
    out that break the rule. Raises UsccRefused for another length or character.
    """
    code = text.upper()
    if len(code) != LENGTH:
        raise UsccRefused("USCC_LENGTH")
    if not set(code) <= ALPHABET:
        raise UsccRefused("USCC_CHARACTERS")
    if uscc.calc_check_digit(code) != code[-1]:
        return Uscc(code, ("USCC_CHECK_DIGIT",))
    return Uscc(code)
