"""YAML that remembers where everything stands, and refuses what could cost without end."""

import re
from collections.abc import Iterator
from typing import Any, TypeVar, cast

import msgspec
import yaml

T = TypeVar("T")
MAX_BYTES = 512 * 1024
MAX_DEPTH = 40

Plain = None | bool | int | str | list["Plain"] | dict[str, "Plain"]
_AT = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>.*)`)?$", re.DOTALL)


class PackError(msgspec.Struct, frozen=True, order=True):
    """One mistake: where (path, line and column from 1), a stable code and what is wrong."""

    line: int
    column: int
    path: str
    code: str
    what: str

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.code}: {self.what} (at {self.path})"


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
                self.refuse(below, "DUPLICATE_KEY", f"`{name}` stands twice in one mapping")
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
        self.refuse(path, "BAD_SCALAR", f"`{node.value}` is no text, whole number or day")
        return None


def _at(mark: Any) -> tuple[int, int]:
    return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)


def _guard(name: str, text: str) -> None:
    """Refuses what could cost without end: size, nesting, references of YAML."""
    if len(text.encode()) > MAX_BYTES:
        raise PackRefused(name, [PackError(1, 1, "$", "TOO_LARGE", f"over {MAX_BYTES} bytes")])
    depth = 0
    for found in yaml.parse(text, yaml.SafeLoader):
        at = _at(found.start_mark)
        if isinstance(found, yaml.AliasEvent):
            raise PackRefused(name, [PackError(*at, "$", "ALIAS", "references are not allowed")])
        depth += isinstance(found, yaml.CollectionStartEvent)
        depth -= isinstance(found, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise PackRefused(name, [PackError(*at, "$", "TOO_DEEP", f"over {MAX_DEPTH} levels")])


def node_of(name: str, text: str) -> yaml.Node:
    """The one document of the text; PackRefused where it is none."""
    try:
        _guard(name, text)
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mistake = PackError(*_at(error.problem_mark), "$", "YAML", str(error.problem))
        raise PackRefused(name, [mistake]) from error
    except yaml.YAMLError as error:
        raise PackRefused(name, [PackError(1, 1, "$", "YAML", str(error))]) from error
    if node is None:
        raise PackRefused(name, [PackError(1, 1, "$", "EMPTY", "the file is empty")])
    return node


def documents_of(name: str, text: str) -> Iterator[yaml.Node]:
    """Every document of the text, in order; PackRefused where it is no YAML."""
    try:
        _guard(name, text)
        yield from (node for node in yaml.compose_all(text, yaml.SafeLoader) if node is not None)
    except yaml.MarkedYAMLError as error:
        mistake = PackError(*_at(error.problem_mark), "$", "YAML", str(error.problem))
        raise PackRefused(name, [mistake]) from error
    except yaml.YAMLError as error:
        raise PackRefused(name, [PackError(1, 1, "$", "YAML", str(error))]) from error


def converted(reader: Reader, data: Plain, type_: type[T], name: str) -> T:
    """The plain data as the struct; PackRefused names the path and the line that does not fit."""
    try:
        return msgspec.convert(data, type_)
    except msgspec.ValidationError as error:
        match = _AT.match(str(error))
        path = (match and match["path"]) or "$"
        reader.refuse(path, "FORMAT", match["what"] if match else str(error))
        raise PackRefused(name, reader.errors) from error
