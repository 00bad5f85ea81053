"""YAML that remembers where everything stands, and refuses what could cost without end."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
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
    """The file is not a pack that can judge; `errors` names each mistake and its place.

    `case`: of a file of cases, the name of the one that is refused.
    """

    def __init__(self, name: str, errors: Iterable[PackError], case: str = "") -> None:
        self.name = name
        self.case = case
        self.errors = tuple(sorted(errors))
        super().__init__("\n".join(f"{name}:{error}" for error in self.errors))


class Reader:
    """Turns YAML nodes into plain data and remembers where each path stands.

    `before`: lines of the file that stand before the text that was read.
    """

    def __init__(self, before: int = 0) -> None:
        self._before = before
        self.marks: dict[str, tuple[int, int]] = {}
        self.errors: list[PackError] = []

    def place(self, path: str) -> tuple[int, int]:
        """The nearest known place: a missing field stands where its parent stands."""
        while path not in self.marks and path != "$":
            path = re.sub(r"(\.[^.\[]+|\[[^\]]*\])$", "", path) if path[-1:] != "$" else "$"
        return self.marks.get(path, (1 + self._before, 1))

    def mistake(self, path: str, code: str, /, **names: object) -> None:
        """Refuse with the sentences of mistakes.yaml."""
        self.errors.append(mistake_at(self.place(path), path, code, **names))

    def plain(self, node: yaml.Node, path: str) -> Plain:
        self.marks[path] = _at(node.start_mark, self._before)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item, f"{path}[{i}]") for i, item in enumerate(node.value)]
        return self.scalar(cast(yaml.ScalarNode, node), path)

    def _mapping(self, node: yaml.MappingNode, path: str) -> dict[str, Plain]:
        found: dict[str, Plain] = {}
        for key, value in node.value:
            name = str(key.value)
            below = f"{path}.{name}"
            if name in found:
                self.marks[below] = _at(key.start_mark, self._before)
                self.mistake(below, "DUPLICATE_KEY", name=name)
            found[name] = self.plain(value, below)
        return found

    def scalar(self, node: yaml.ScalarNode, path: str) -> Plain:
        """A word, a whole number, yes or no; a mistake for all else."""
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


def _at(mark: Any, before: int = 0) -> tuple[int, int]:
    return (before + 1, 1) if mark is None else (before + mark.line + 1, mark.column + 1)


class Document(msgspec.Struct, frozen=True):
    """One document of a file, and how many lines stand before it."""

    text: str
    before: int = 0


def _small(name: str, text: str) -> None:
    if len(text.encode()) > MAX_BYTES:
        raise PackRefused(name, [mistake_at((1, 1), "$", "TOO_LARGE", max=MAX_BYTES)])


def _guard(name: str, document: Document) -> None:
    """Refuses what could cost without end: nesting, references of YAML."""
    depth = 0
    for found in yaml.parse(document.text, _LOADER):
        at = _at(found.start_mark, document.before)
        if isinstance(found, yaml.AliasEvent):
            raise PackRefused(name, [mistake_at(at, "$", "ALIAS")])
        depth += isinstance(found, yaml.CollectionStartEvent)
        depth -= isinstance(found, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise PackRefused(name, [mistake_at(at, "$", "TOO_DEEP", max=MAX_DEPTH)])


def _no_yaml(place: tuple[int, int], why: object) -> PackError:
    return mistake_at(place, "$", "YAML", why=str(why).rstrip("."))


@contextmanager
def _yaml_of(name: str, before: int) -> Iterator[None]:
    """What YAML itself refuses, with its place in the file."""
    try:
        yield
    except yaml.MarkedYAMLError as error:
        place = _at(error.problem_mark, before)
        raise PackRefused(name, [_no_yaml(place, error.problem)]) from error
    except yaml.YAMLError as error:
        raise PackRefused(name, [_no_yaml((before + 1, 1), error)]) from error


def node_of(name: str, text: str) -> yaml.Node:
    """The one document of the text; PackRefused where it is none."""
    _small(name, text)
    with _yaml_of(name, 0):
        _guard(name, Document(text))
        node = yaml.compose(text, _LOADER)
    if node is None:
        raise PackRefused(name, [mistake_at((1, 1), "$", "EMPTY")])
    return node


_BREAK = re.compile(r"^---(?=\s|$)", re.MULTILINE)


def parts_of(name: str, text: str) -> Iterator[Document]:
    """The text parted at its lines `---`, so that one broken document leaves the others whole.

    Such a line ends a document wherever it stands, even inside a text of many lines. PackRefused
    for a file that is too large.
    """
    _small(name, text)
    starts = [0, *(found.start() for found in _BREAK.finditer(text) if found.start())]
    if len(starts) > 1 and re.search(r"^%", text[: starts[1]], re.MULTILINE):
        del starts[1]  # a directive belongs to the document that follows it
    before = 0
    for first, end in pairwise([*starts, len(text)]):
        yield Document(text[first:end], before)
        before += text.count("\n", first, end)


def nodes_of(name: str, document: Document) -> Iterator[yaml.Node]:
    """What stands in one part of a file: mostly one node; PackRefused where it is no YAML."""
    with _yaml_of(name, document.before):
        _guard(name, document)
        found = yaml.compose_all(document.text, _LOADER)
        yield from (node for node in found if node is not None and not _nothing(node))


def _nothing(node: yaml.Node) -> bool:
    """Between two lines `---` stand only comments, or nothing."""
    return isinstance(node, yaml.ScalarNode) and node.value == ""


def converted(reader: Reader, data: Plain, type_: type[T], name: str) -> T:
    """The plain data as the struct; PackRefused names the path and the line that does not fit."""
    try:
        return msgspec.convert(data, type_)
    except msgspec.ValidationError as error:
        path, code, names = shape_of(str(error))
        reader.mistake(path, code, **names)
        raise PackRefused(name, reader.errors) from error
