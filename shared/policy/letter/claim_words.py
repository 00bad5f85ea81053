"""What the fields of a case are called, how people are asked for them, what their values mean."""

from functools import cache
from pathlib import Path

import msgspec
import yaml

from shared.policy.parts import Words

_FILE = Path(__file__).parent / "claim_words.yaml"


class ClaimWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By field of a claim or another case, and by value."""

    names: dict[str, Words]
    asks: dict[str, Words]
    """fields of a claim as a question to the claimant: money in yuan"""
    values: dict[str, Words]


@cache
def claim_words() -> ClaimWords:
    """The words as they stand in claim_words.yaml."""
    return msgspec.convert(yaml.safe_load(_FILE.read_text(encoding="utf-8")), ClaimWords)
