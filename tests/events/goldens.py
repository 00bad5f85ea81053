"""Golden files: bytes of one event of each released type; `python -m tests.events.goldens` adds.

A file that exists is never written again: its bytes stand in somebody's log.
"""

import hashlib
from pathlib import Path

from shared.events.catalogue import event_types
from shared.events.envelope import encode
from tests.events.builders import example

FOLDER = Path(__file__).parent / "golden"
SUMS = FOLDER / "SHA256SUMS"


def sums() -> dict[str, str]:
    """File name → SHA-256 as it was when the type was released."""
    lines = SUMS.read_text().splitlines() if SUMS.exists() else []
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def add_missing() -> None:
    FOLDER.mkdir(exist_ok=True)
    known = sums()
    for kind in event_types():
        path = FOLDER / f"{kind.key}.json"
        if path.name not in known:
            path.write_bytes(encode(example(kind)))
            known[path.name] = digest_of(path)
    SUMS.write_text("".join(f"{known[name]}  {name}\n" for name in sorted(known)))


if __name__ == "__main__":
    add_missing()
