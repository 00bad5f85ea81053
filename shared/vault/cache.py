"""References met lately, by HMAC and never by number; dropped whole when anybody was erased."""

from collections import OrderedDict

import msgspec

MAX_ENTRIES = 100_000
MAX_AGE_SECONDS = 3600.0


class Met(msgspec.Struct, frozen=True, gc=False):
    """`secret` is the person's data key, if it was opened or made here; `met_at` POSIX seconds."""

    reference: str
    secret: bytes | None
    met_at: float

    def __repr__(self) -> str:
        return f"Met({self.reference})"


class Cache:
    """Least recently used go first. An entry is not used after an hour: the vault keeps an unused
    row for a day since it was last met, so no cached reference outlives its row.
    """

    def __init__(self, max_entries: int = MAX_ENTRIES) -> None:
        self._max_entries = max_entries
        self._entries: OrderedDict[bytes, Met] = OrderedDict()
        self.generation = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: bytes, now: float) -> Met | None:
        met = self._entries.get(key)
        if met is None or not 0 <= now - met.met_at < MAX_AGE_SECONDS:
            return None
        self._entries.move_to_end(key)
        return met

    def see(self, generation: int) -> bool:
        """Every erasure and purge counts the generation up. True if what comes with it may be kept;
        an answer that was overtaken by a newer one may not.
        """
        if generation > self.generation:
            self._entries.clear()
            self.generation = generation
        return generation == self.generation

    def put(self, key: bytes, met: Met) -> None:
        known = self._entries.get(key)
        if met.secret is None and known is not None and known.reference == met.reference:
            met = Met(met.reference, known.secret, met.met_at)
        self._entries[key] = met
        self._entries.move_to_end(key)
        if len(self._entries) > self._max_entries:
            self._entries.popitem(last=False)

    def clear(self) -> None:
        self._entries.clear()
