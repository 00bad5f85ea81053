"""What a pack may get wrong when it sends the judge to an imported table."""

from collections.abc import Iterator, Sequence

from shared.policy.formats import answers, look_up_fault
from shared.policy.parts import FactSpec

TYPES = {"amount": "integer", "listed": "boolean", "text": "text"}


def look_up_mistakes(facts: Sequence[FactSpec]) -> Iterator[tuple[str, str, str]]:
    """Path, code and words of each: no such table or key, a wrong type, another register's table.

    The register is what a claim that waits is told, and what is looked for when the table comes.
    """
    for i, spec in enumerate(facts):
        wanted, path = spec.look_up, f"$.facts[{i}]"
        if wanted is None:
            continue
        if what := look_up_fault(wanted.table, wanted.by, wanted.value):
            yield f"{path}.look_up", "WRONG_LOOK_UP", what
            continue
        if spec.type != TYPES[wanted.value]:
            what = f"{wanted.table} answers {wanted.value}: the type must be {TYPES[wanted.value]}"
            yield f"{path}.type", "WRONG_TYPE", what
        register = answers()[wanted.table][0].register
        if spec.register != register:
            yield f"{path}.register", "WRONG_REGISTER", f"{wanted.table} belongs to {register}"
