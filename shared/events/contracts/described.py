"""What the classes say about themselves: docstrings, and the string below a field."""

import ast
import inspect
from functools import cache

import msgspec

from shared.events.base import Facts


def meaning(facts: type[Facts]) -> str:
    """First paragraph of the docstring: what the event means to people."""
    return " ".join((inspect.getdoc(facts) or "").split("\n\n")[0].split())


@cache
def field_texts(struct: type[msgspec.Struct]) -> dict[str, str]:
    """Field name → the string that stands below it, also in the classes that it grew from."""
    texts: dict[str, str] = {}
    for parent in reversed(struct.__mro__):
        if issubclass(parent, msgspec.Struct) and parent.__module__.startswith("shared.events"):
            texts |= _own_texts(parent)
    return texts


def _own_texts(struct: type[msgspec.Struct]) -> dict[str, str]:
    body = ast.parse(inspect.getsource(struct)).body[0]
    assert isinstance(body, ast.ClassDef)
    texts: dict[str, str] = {}
    for above, below in zip(body.body, body.body[1:], strict=False):
        match above, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                texts[name] = " ".join(text.split())
    return texts
