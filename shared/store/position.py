"""Where an event stands in the log, as commands answer it and reads can wait for it."""

import re
from typing import NamedTuple

_FORM = re.compile(r"^([a-z][a-z0-9.-]{0,80})/([0-9]{1,5})/([0-9]{1,18})$")


class Position(NamedTuple):
    """`topic/partition/seq`; seq counts from 1, without gaps, per topic and partition."""

    topic: str
    partition: int
    seq: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.seq}"

    @classmethod
    def parse(cls, text: str) -> "Position":
        """Raises ValueError for anything but `topic/partition/seq`."""
        found = _FORM.match(text)
        if not found:
            raise ValueError("a position is topic/partition/seq")
        return cls(found[1], int(found[2]), int(found[3]))
