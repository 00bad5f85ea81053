"""From a file to its cases: each is read for itself, and each mistake has its place and code."""

from collections.abc import Iterator
from pathlib import Path
from re import MULTILINE, search

import msgspec
import yaml
from msgspec.structs import fields

from shared.policy.cases import ClaimCase
from shared.policy.document import (
    Document,
    PackRefused,
    Plain,
    Reader,
    nodes_of,
    parts_of,
)
from shared.policy.written.casefile import CaseFile, Earlier
from shared.policy.written.checks import faults_of
from shared.policy.written.fault import Fault, mistake_of
from shared.policy.written.personal import numbers_in
from shared.policy.written.rows import row_faults
from shared.policy.written.shape import misfit, not_scalar, without
from shared.vault.values import folded

MAX_MISTAKES = 20
"""mistakes of shape that are told of one case"""
NO_NUMBER = "(no number)"
_AS_WRITTEN = "$.expect.amount_yuan"


class Read(msgspec.Struct, frozen=True):
    """A case, its file, and where each part of it stands there."""

    case: CaseFile
    name: str
    reader: Reader
    personal: tuple[tuple[int, int], ...] = ()
    """where something stands that looks like the ID number of a real person"""


def read_cases(path: Path) -> Iterator[Read]:
    """Every case of a file, in order. PackRefused names file, line and column of a mistake."""
    for found in readings(path):
        if isinstance(found, PackRefused):
            raise found
        yield found


def readings(path: Path) -> Iterator[Read | PackRefused]:
    """The same; what is no case stands in its place, and the next ones follow."""
    name = str(path)
    try:
        parts = list(parts_of(name, _text(path)))
    except PackRefused as refused:
        yield refused
        return
    nothing = True
    for part in parts:
        for read in _readings_in(name, part):
            nothing = False
            yield read
    if nothing:
        yield PackRefused(name, [mistake_of((1, 1), Fault("$", "FILE_EMPTY"))])


def _text(path: Path) -> str:
    """Raises PackRefused where there is no text."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError as gone:
        raise _refused(path, "FILE_MISSING") from gone
    except OSError as error:
        raise _refused(path, "FILE_UNREADABLE", why=error.strerror or "?") from error
    except UnicodeDecodeError as error:
        raise _refused(path, "ENCODING") from error


def _refused(path: Path, code: str, **names: object) -> PackRefused:
    return PackRefused(str(path), [mistake_of((1, 1), Fault("$", code, names))])


def _readings_in(name: str, part: Document) -> Iterator[Read | PackRefused]:
    try:
        for node in nodes_of(name, part):
            yield _read(name, node, part)
    except PackRefused as refused:  # no YAML up to the next document
        found = search(r"^case:[ \t]*(.{1,200})$", part.text, MULTILINE)
        yield PackRefused(name, refused.errors, found[1].strip() if found else "")


def _read(name: str, node: yaml.Node, part: Document) -> Read | PackRefused:
    reader = CaseReader(part.before)
    data = _said(reader.plain(node, "$"))
    called = str(data.get("case") or "") if isinstance(data, dict) else ""
    case = None if reader.errors else _converted(reader, data)
    if case is None or reader.errors:
        return PackRefused(name, reader.errors, called)
    for fault in faults_of(case):
        reader.tell(fault)
    if reader.errors:
        return PackRefused(name, reader.errors, called)
    return Read(_filled(case), name, reader, tuple(_places(part)))


def _filled(case: CaseFile) -> CaseFile:
    """What goes without saying: a person or an enterprise who asks for the money bore the cost, and
    a certificate of some type is there also where its number is left out; it is nobody else's.
    """
    claim = case.claim
    if claim is None:
        return case
    bore = claim.payee_kind if claim.payee_kind in ("individual", "enterprise") else None
    paid_by = bore if claim.paid_by is None else claim.paid_by
    typed = claim.certificate is None and claim.certificate_type != "none"
    certificate = NO_NUMBER if typed else claim.certificate
    filled = msgspec.structs.replace(claim, paid_by=paid_by, certificate=certificate)
    return msgspec.structs.replace(case, claim=filled)


class CaseReader(Reader):
    """Blanks at the edges of a text say nothing, nor do case, width and blanks in the number of a
    certificate; a sum in yuan is read as it is written.
    """

    def scalar(self, node: yaml.ScalarNode, path: str) -> Plain:
        if path == _AS_WRITTEN and node.tag.rpartition(":")[2] in ("int", "float"):
            return str(node.value)
        found = super().scalar(node, path)
        if not isinstance(found, str):
            return found
        return folded(found).upper() if path.endswith(".certificate") else found.strip()

    def mistake(self, path: str, code: str, /, **names: object) -> None:
        self.tell(Fault(path, code, names))

    def tell(self, fault: Fault) -> None:
        """Refuse with all that the fault says."""
        self.errors.append(mistake_of(self.place(fault.path), fault))


def _said(data: Plain) -> Plain:
    """An empty text where nothing needs to be said is nothing said."""
    if not isinstance(data, dict):
        return data
    earlier = data.get("history")
    parts: list[tuple[Plain, type[ClaimCase | Earlier]]] = [(data.get("claim"), ClaimCase)]
    parts += [(one, Earlier) for one in (earlier if isinstance(earlier, list) else ())]
    for part, type_ in parts:
        if isinstance(part, dict):
            for one in fields(type_):
                if one.default is None and part.get(one.encode_name) == "":
                    del part[one.encode_name]
    return data


def _converted(reader: CaseReader, data: Plain) -> CaseFile | None:
    """The case; None after all mistakes of shape that can be told at once."""
    taken: set[str] = set()
    for fault in (*not_scalar(data), *_rows(data)):
        reader.tell(fault)
        without(data, fault.path.partition("[")[0])
    for _ in range(MAX_MISTAKES):
        try:
            return msgspec.convert(data, CaseFile)
        except msgspec.ValidationError as error:
            found = misfit(CaseFile, data, str(error))
        if f"{found.path}.{found.names.get('name')}" not in taken:
            reader.tell(found)
        if not without(data, found.path):
            return None
        taken.add(found.path)
    return None


def _rows(data: Plain) -> Iterator[Fault]:
    inside = data.get("references") if isinstance(data, dict) else None
    for name, value in list(inside.items()) if isinstance(inside, dict) else ():
        yield from row_faults(f"$.references.{name}", value)


def _places(part: Document) -> Iterator[tuple[int, int]]:
    for start in numbers_in(part.text):
        line = part.text.count("\n", 0, start)
        yield part.before + line + 1, start - (part.text.rfind("\n", 0, start) + 1) + 1
