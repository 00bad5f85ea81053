"""Makes docs/policy/systems.md: each system of the documents, and where it works."""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from shared.policy.features import Feature, System, serving, systems
from shared.policy.written.reading import read_cases
from tests.policy.written import FOLDER

ROOT = Path(__file__).resolve().parents[2]
TABLE = "table:"


def main(folder: Path) -> None:
    (folder / "systems.md").write_text(page(), encoding="utf-8")


def page() -> str:
    """Numbers as the list of systems has them; the words are ours."""
    lines = [
        "# The systems of the documents, and where each works",
        "",
        "Made from `shared/policy/systems.yaml` and `shared/policy/features.yaml` by `make docs`.",
        "Every route, command, file, test and case that is named here is looked up by",
        "`tests/policy/test_features.py`.",
        "",
        "in: the ledger does it. interface: it keeps a reference or exchanges data; the system is",
        "somebody else's. out: not ours.",
        "",
    ]
    for scope in ("in", "interface", "out"):
        lines += [f"## {scope}", "", *_table([one for one in systems() if one.scope == scope]), ""]
    return "\n".join(lines)


def _table(rows: Iterable[System]) -> Iterator[str]:
    yield "| # | system | clauses | where it works | shown by |"
    yield "|---|---|---|---|---|"
    for one in rows:
        cells = (one.id, f"{one.name.en} {one.name.zh}", ", ".join((*one.clauses, *one.parts)))
        works, tests = _serving(serving(one.id)) if one.scope == "in" else (_stands(one), "")
        yield f"| {' | '.join((*cells, works, tests))} |"


def _serving(found: Mapping[str, Feature]) -> tuple[str, str]:
    works = (f"{one.text.en} {one.text.zh} ({', '.join(_places(one))})" for one in found.values())
    tests = dict.fromkeys(_test(test) for one in found.values() for test in one.tests)
    shown = dict.fromkeys(_case(case) for one in found.values() for case in one.cases)
    return "<br>".join(works), "<br>".join((*tests, *shown))


def _places(one: Feature) -> Iterator[str]:
    yield from (f"`{route}`" for route in one.routes)
    yield from (f"`claims-ledger {command}`" for command in one.commands)
    yield from (f"[{file}](../../{file})" for file in one.files)


def _stands(one: System) -> str:
    if one.stands is None:
        return ""
    places = ", ".join(map(_place, one.places))
    return f"{one.stands.en} {one.stands.zh}" + (f" ({places})" if places else "")


def _place(name: str) -> str:
    if name.startswith(TABLE):
        table = name.removeprefix(TABLE)
        return f"[table {table}](references.md#{table})"
    return f"`{name}`" if " " in name else f"[{name}](../../{name})"


def _test(node: str) -> str:
    file, _, name = node.partition("::")
    words = name.removeprefix("test_").replace("_", " ")
    assert name in names_in(file), node
    return f"[{words}](../../{file})"


def _case(name: str) -> str:
    return f"[case {name}](../../{case_files()[name]})"


@cache
def case_files() -> Mapping[str, str]:
    """Case -> its file in the repository."""
    return {
        read.case.case: str(path.relative_to(ROOT))
        for path in sorted(FOLDER.rglob("*.yaml"))
        for read in read_cases(path)
    }


@cache
def names_in(file: str) -> frozenset[str]:
    """The names of the tests in a file."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    found = (n for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(n.name for n in found if n.name.startswith("test_"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
