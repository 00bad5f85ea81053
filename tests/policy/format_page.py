"""The page on the format of a pack: `python -m tests.policy.format_page FOLDER`."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from shared.policy.document import MAX_BYTES, MAX_DEPTH
from shared.policy.field_words import field_words
from shared.policy.mistakes import mistakes
from shared.policy.pack import Content
from shared.policy.schema import pack_schema
from shared.policy.switches import CHOICES

SCHEMA = "pack.schema.json"
CONDITIONS = (
    "Compare", "OneOf", "Between", "Starts", "Present", "Apart", "Weighted", "All", "AnyOf", "Not",
    "Surely",
)  # fmt: skip
HEAD = f"""# The format of a policy pack

One city's rules as a YAML file: UTF-8, at most {MAX_BYTES // 1024} KiB, at most {MAX_DEPTH} levels
deep, no references (`&`, `*`), no decimals. Money is in fen, ratios in basis points, days are
YYYY-MM-DD, sentences are written twice, in Chinese (`zh`) and in English (`en`).

`claims-ledger policy check PACK` says all that is wrong with a file, with line and column;
`--lang zh` or `--lang en` prints one language, `--json` both. Exit code 0: sound, warnings or
not; 1: it cannot judge; 2: the file cannot be read. A pack that is proposed to a running
ledger is checked in the same way; while it is refused, the pack in force stays.

An editor that knows JSON Schema completes and checks while one types, by
[{SCHEMA}]({SCHEMA}). With the YAML language server (VS Code, Neovim …) the first
line of the pack names it, relative to the pack or as the address of a copy:

```yaml
# yaml-language-server: $schema=../../../docs/policy/{SCHEMA}
```

In an editor of JetBrains: Settings, JSON Schema Mappings, this file for `packs/*.yaml`. The
schema knows the shape only; names, days, places and contradictions are checked by the command.

How a pack is written from nothing is told in [tutorial.md](tutorial.md).
"""


def page() -> str:
    """The whole page."""
    parts: dict[str, Any] = msgspec.json.schema_components([Content])[1]
    names = [name for name in parts if name not in (*CONDITIONS, "Content", "Term")]
    lines = [HEAD, "## The whole file", "", *_fields("Content", parts["Content"])]
    for name in names:
        lines += [f"## {name}", "", *_said(parts[name]), *_fields(name, parts[name])]
    lines += ["## Conditions", "", CONDITION_WORDS, ""]
    for name in (*CONDITIONS, "Term"):
        op = parts[name].get("properties", {}).get("op", {}).get("enum", ["a term of weighted"])[0]
        lines += [f"### {op}", "", *_said(parts[name]), *_fields(name, parts[name])]
    lines += ["## Switches", "", SWITCH_WORDS, ""]
    lines += table(("switch", "choices"), ((one, ", ".join(c)) for one, c in CHOICES.items()))
    lines += [*_mistakes(), "Written by `make docs` from the code.", ""]
    return "\n".join(lines)


CONDITION_WORDS = """A condition is a mapping with `op`. It is true, false, or unknown: a
fact that nobody has answered is neither. Fields are `claim.…` (see [cases.md](cases.md)),
`facts.…` (facts of this pack) and `on`, the day of judging."""
SWITCH_WORDS = "What documents leave open, and the readings that the ledger can run."


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table in Markdown."""
    lines = [f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}"]
    cells = (" | ".join(cell.replace("|", "\\|") or "–" for cell in row) for row in rows)
    return [*lines, *(f"| {row} |" for row in cells), ""]


def _said(part: dict[str, Any]) -> Iterator[str]:
    if said := part.get("description"):
        yield from (" ".join(said.split()), "")


def _fields(name: str, part: dict[str, Any]) -> list[str]:
    required = part.get("required", ())
    rows = (
        (f"`{field}`", "yes" if field in required else "", _form(rule), _words(name, field, rule))
        for field, rule in part["properties"].items()
    )
    return table(("field", "needed", "form", "meaning"), rows)


def _words(name: str, field: str, rule: dict[str, Any]) -> str:
    return str(field_words().get((name, field)) or rule.get("description", ""))


def _form(rule: dict[str, Any]) -> str:
    if "$ref" in rule:
        name = rule["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in rule:
        forms = [_form(one) for one in rule["anyOf"] if one.get("type") != "null"]
        conditions = len(forms) == len(CONDITIONS)
        return "[condition](#conditions)" if conditions else " or ".join(forms)
    if "enum" in rule:
        return ", ".join(f"`{word}`" for word in rule["enum"] if word is not None)
    if rule.get("type") == "array":
        return f"list of {_form(rule['items'])}{_bounds(rule, 'minItems', 'maxItems')}"
    if rule.get("format") == "date":
        return "day"
    form = {"string": "text", "integer": "whole number"}.get(rule.get("type", ""), "")
    pattern = f" `{rule['pattern']}`" if "pattern" in rule else ""
    bounds = _bounds(rule, "minimum", "maximum") + _bounds(rule, "minLength", "maxLength")
    return f"{form or rule.get('type', '')}{pattern}{bounds}"


def _bounds(rule: dict[str, Any], low: str, high: str) -> str:
    first, last = rule.get(low), rule.get(high)
    if first is None and last is None:
        return ""
    return f" ({'' if first is None else first}…{'' if last is None else last})"


def _mistakes() -> list[str]:
    lines = ["## Mistakes", "", "With one of these a pack is refused.", ""]
    rows = [(f"`{code}`", one.zh, one.en) for code, one in mistakes().items() if not one.warning]
    lines += table(("code", "zh", "en"), rows)
    lines += ["## Warnings", "", "Seldom meant, but the pack can judge.", ""]
    rows = [(f"`{code}`", one.zh, one.en) for code, one in mistakes().items() if one.warning]
    return lines + table(("code", "zh", "en"), rows)


def main(folder: Path) -> None:
    (folder / "packs.md").write_text(page(), encoding="utf-8")
    (folder / SCHEMA).write_text(pack_schema(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
