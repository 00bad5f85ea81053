"""What each field of the pack format means: the words below it in the code, or in the YAML."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import msgspec
import yaml

from shared.policy import cases, conditions, duties, pack, parts

_MODULES = (pack, parts, duties, conditions, cases)
_FILE = Path(__file__).with_name("field_words.yaml")


@cache
def structs() -> Mapping[str, type[msgspec.Struct]]:
    """Every part of the format by the name of its class."""
    found: dict[str, type[msgspec.Struct]] = {}
    for module in _MODULES:
        for name, value in vars(module).items():
            if inspect.isclass(value) and issubclass(value, msgspec.Struct):
                found[name] = value
    return found


@cache
def field_words() -> Mapping[tuple[str, str], str]:
    """By class and field; a field of a base class stands under each class below it."""
    listed = msgspec.convert(
        yaml.safe_load(_FILE.read_text(encoding="utf-8")), dict[str, dict[str, str]]
    )
    everywhere = listed.pop("everywhere")
    written = {(name, field): said for name, own in listed.items() for field, said in own.items()}
    written |= {name: said for module in _MODULES for name, said in _below(module)}
    return {
        (name, field): said
        for name, struct in structs().items()
        for field in ("op", "type", *struct.__struct_fields__)
        if (said := written.get((name, field)) or everywhere.get(field))
    }


def _below(module: ModuleType) -> Iterator[tuple[tuple[str, str], str]]:
    """The texts that follow a field in the source: Python keeps none of them at run time."""
    for node in ast.parse(inspect.getsource(module)).body:
        if not isinstance(node, ast.ClassDef):
            continue
        for field, text in pairwise(node.body):
            match field, text:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str() as said)),
                ):
                    yield (node.name, name), " ".join(said.split())
