"""YAML that remembers where everything stands, and refuses what could cost without end."""

import re
from collections.abc import Iterator
from typing import Any, TypeVar, cast

import msgspec
import yaml

from shared.policy.mistakes import told
from shared.policy.shapes import shape_of

T = TypeVar("T")
# libyaml where the wheel has it: a pack of 50 KB is read in a tenth of the time.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_BYTES = 512 * 1024
MAX_DEPTH = 40

Plain = None | bool | int | str | list["Plain"] | dict[str, "Plain"]


class PackError(msgspec.Struct, frozen=True, order=True):
    """One mistake: where (path, line and column from 1), a stable code and what is wrong."""

    line: int
    column: int
    path: str
    code: str
    what: str
    """in English"""
    zh: str = ""
    """in Chinese; empty where there is only the English"""

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.code}: {self.what} (at {self.path})"


def mistake_at(place: tuple[int, int], path: str, code: str, /, **names: object) -> PackError:
    """A mistake whose sentences stand in mistakes.yaml."""
    words = told(code, names)
    return PackError(*place, path, code, words.en, words.zh)


class PackRefused(Exception):
    """The file is not a pack that can judge; `errors` names each mistake and its place."""

    def __init__(self, name: str, errors: list[PackError]) -> None:
        self.name = name
        self.errors = tuple(sorted(errors))
        super().__init__("\n".join(f"{name}:{error}" for error in self.errors))


class Reader:
    """Turns YAML nodes into plain data and remembers where each path stands."""

    def __init__(self) -> None:
        self.marks: dict[str, tuple[int, int]] = {}
        self.errors: list[PackError] = []

    def place(self, path: str) -> tuple[int, int]:
        """The nearest known place: a missing field stands where its parent stands."""
        while path not in self.marks and path != "$":
            path = re.sub(r"(\.[^.\[]+|\[[^\]]*\])$", "", path) if path[-1:] != "$" else "$"
        return self.marks.get(path, (1, 1))

    def refuse(self, path: str, code: str, what: str) -> None:
        line, column = self.place(path)
        self.errors.append(PackError(line, column, path, code, what))

    def mistake(self, path: str, code: str, /, **names: object) -> None:
        """Refuse with the sentences of mistakes.yaml."""
        self.errors.append(mistake_at(self.place(path), path, code, **names))

    def plain(self, node: yaml.Node, path: str) -> Plain:
        self.marks[path] = _at(node.start_mark)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item, f"{path}[{i}]") for i, item in enumerate(node.value)]
        return self._scalar(cast(yaml.ScalarNode, node), path)

    def _mapping(self, node: yaml.MappingNode, path: str) -> dict[str, Plain]:
        found: dict[str, Plain] = {}
        for key, value in node.value:
            name = str(key.value)
            below = f"{path}.{name}"
            if name in found:
                self.marks[below] = _at(key.start_mark)
                self.mistake(below, "DUPLICATE_KEY", name=name)
            found[name] = self.plain(value, below)
        return found

    def _scalar(self, node: yaml.ScalarNode, path: str) -> Plain:
        match node.tag.rpartition(":")[2]:
            case "null":
                return None
            case "bool" if node.value in ("true", "false"):
                return bool(node.value == "true")
            case "bool":  # yes, no, on, off: words here, `on` is the name of a field
                return str(node.value)
            case "int" if re.fullmatch(r"-?(0|[1-9][0-9]*)", node.value):
                return int(node.value)
            case "str" | "timestamp":
                return str(node.value)
        self.mistake(path, "BAD_SCALAR", value=node.value)
        return None


def _at(mark: Any) -> tuple[int, int]:
    return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)


def _guard(name: str, text: str) -> None:
    """Refuses what could cost without end: size, nesting, references of YAML."""
    if len(text.encode()) > MAX_BYTES:
        raise PackRefused(name, [mistake_at((1, 1), "$", "TOO_LARGE", max=MAX_BYTES)])
    depth = 0
    for found in yaml.parse(text, _LOADER):
        at = _at(found.start_mark)
        if isinstance(found, yaml.AliasEvent):
            raise PackRefused(name, [mistake_at(at, "$", "ALIAS")])
        depth += isinstance(found, yaml.CollectionStartEvent)
        depth -= isinstance(found, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise PackRefused(name, [mistake_at(at, "$", "TOO_DEEP", max=MAX_DEPTH)])


def _no_yaml(place: tuple[int, int], why: object) -> PackError:
    return mistake_at(place, "$", "YAML", why=str(why).rstrip("."))


def node_of(name: str, text: str) -> yaml.Node:
    """The one document of the text; PackRefused where it is none."""
    try:
        _guard(name, text)
        node = yaml.compose(text, _LOADER)
    except yaml.MarkedYAMLError as error:
        raise PackRefused(name, [_no_yaml(_at(error.problem_mark), error.problem)]) from error
    except yaml.YAMLError as error:
        raise PackRefused(name, [_no_yaml((1, 1), error)]) from error
    if node is None:
        raise PackRefused(name, [mistake_at((1, 1), "$", "EMPTY")])
    return node


def documents_of(name: str, text: str) -> Iterator[yaml.Node]:
    """Every document of the text, in order; PackRefused where it is no YAML."""
    try:
        _guard(name, text)
        yield from (node for node in yaml.compose_all(text, _LOADER) if node is not None)
    except yaml.MarkedYAMLError as error:
        raise PackRefused(name, [_no_yaml(_at(error.problem_mark), error.problem)]) from error
    except yaml.YAMLError as error:
        raise PackRefused(name, [_no_yaml((1, 1), error)]) from error


def converted(reader: Reader, data: Plain, type_: type[T], name: str) -> T:
    """The plain data as the struct; PackRefused names the path and the line that does not fit."""
    try:
        return msgspec.convert(data, type_)
    except msgspec.ValidationError as error:
        path, code, names = shape_of(str(error))
        reader.mistake(path, code, **names)
        raise PackRefused(name, reader.errors) from error
