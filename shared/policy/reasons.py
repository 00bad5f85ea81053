"""The words of reasons that the judge gives by itself, the same in every city."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
import yaml

from shared.policy.parts import Words

_FILE = Path(__file__).parent / "reasons.yaml"


@cache
def built_in_reasons() -> Mapping[str, Words]:
    """By code. A pack that gives its own words for a code goes before."""
    return msgspec.convert(yaml.safe_load(_FILE.read_text(encoding="utf-8")), dict[str, Words])
