"""Which policy decides where: the packs of this installation by jurisdiction."""

from collections.abc import Mapping, Sequence
from functools import cache

from shared.policy.load import huludao
from shared.policy.pack import Pack


@cache
def packs() -> Mapping[str, Pack]:
    """Pack by GB/T 2260 code of the city and of its districts."""
    released: Sequence[Pack] = (huludao(),)
    return {code: pack for pack in released for code in pack.jurisdictions}
