"""The Huludao pack with later versions of it, as an officer would upload them."""

from datetime import date
from functools import cache

from shared.policy.carried import digest_of, packed
from shared.policy.load import PACKS, parse_pack
from shared.policy.pack import Pack

POLICY = "HLD-2019-37"
RELEASED = (PACKS / "huludao-2019-37.yaml").read_text(encoding="utf-8")
TODAY = date(2021, 5, 6)


def text_of(version: int = 2, *changes: tuple[str, str]) -> str:
    """The released pack as another version; each change names a text that stands in it once."""
    text = RELEASED.replace("\nversion: 1\n", f"\nversion: {version}\n")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


L4 = "skill_level], level: L4, amount_fen: 200000}"
L5 = "skill_level], level: L5, amount_fen: 150000}"
MORE_FOR_L4 = (L4, L4.replace("200000", "260000"))
LESS_FOR_L5 = (L5, L5.replace("150000", "100000"))


@cache
def pack_of(version: int = 2, *changes: tuple[str, str]) -> tuple[Pack, str, str]:
    """The pack, its file's hash, and the file as its event carries it."""
    text = text_of(version, *changes).encode()
    return parse_pack(text.decode()), digest_of(text), packed(text)
