"""`claims-ledger policy diff A B`: what two packs say otherwise, and whom it would touch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Protocol

import msgspec
import typer

from services.cli.exits import Exit, Stop
from services.cli.installation import AtFolder
from services.cli.output import JsonFlag, console, say_json, table
from services.cli.policy.files import pack_in
from services.cli.policy.recorded import pack_here, recorded_lines
from services.cli.policy.told import told_line
from services.cli.signals import run
from shared.money import yuan
from shared.policy.differing import Change, changes, shifts
from shared.policy.document import PackRefused
from shared.policy.load import shipped
from shared.policy.pack import Pack
from shared.policy.written.reading import read_cases

One = Annotated[str, typer.Argument(help="a pack's file, or POLICY_ID@VERSION")]
Claims = Annotated[
    Path | None,
    typer.Option(help="cases (a YAML file, or a folder of them), or an installation's folder"),
]
MAX_SHOWN = 200
"""lines of a table; --json prints all"""


class Decided(Protocol):
    """What one version says."""

    @property
    def decision(self) -> str: ...
    @property
    def amount_fen(self) -> int: ...
    @property
    def reasons(self) -> tuple[str, ...]: ...


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One case or claim under both packs, as it is printed."""

    case: str
    kind: str
    old: str
    new: str
    old_fen: int
    new_fen: int
    why: str
    differs: bool


def diff(
    a: One, b: One, claims: Claims = None, at: AtFolder = None, as_json: JsonFlag = False
) -> None:
    """Show what B says otherwise than A, entry by entry; with --claims who would gain, who would
    lose, and how much. Nothing is written. Exit code 0 whether they differ or not.
    """
    try:
        old, new = _pack(a, at), _pack(b, at)
        found = changes(old, new)
        lines = None if claims is None else _lines(claims, old, new)
    except PackRefused as refused:
        en, zh = (_told(refused, language) for language in ("en", "zh"))
        raise Stop(Exit.USAGE, en, zh) from refused
    if as_json:
        say_json(_document(old, new, found, lines))
    else:
        _show(old, new, found, lines)


def _told(refused: PackRefused, language: str) -> str:
    lines = (told_line(refused.name, e, language, case=refused.case) for e in refused.errors)
    return "\n".join(lines)


def _pack(named: str, at: Path | None) -> Pack:
    """A file, a pack of the release, or a version published in an installation. Raises Stop."""
    policy_id, mark, version = named.partition("@")
    if not mark or not version.isdecimal() or Path(named).exists():
        return pack_in(Path(named))
    for pack in shipped():
        if (pack.policy_id, pack.version) == (policy_id, int(version)):
            return pack
    return run(pack_here(at, policy_id, int(version)))


def _lines(claims: Path, old: Pack, new: Pack) -> list[Line]:
    if (claims / "installation.json").exists():
        found = run(recorded_lines(claims, old, new))
        return [
            _line(one.claim, one.kind, (one.old, one.new), differs=one.differs) for one in found
        ]
    files = sorted(claims.rglob("*.y*ml")) if claims.is_dir() else [claims]
    cases = (read.case for file in files for read in read_cases(file))
    return [
        _line(one.case, one.title, (one.old, one.new), differs=one.differs)
        for one in shifts(cases, old, new)
    ]


def _line(case: str, kind: str, said: tuple[Decided, Decided], *, differs: bool) -> Line:
    old, new = said
    return Line(
        case=case,
        kind=kind,
        old=old.decision,
        new=new.decision,
        old_fen=old.amount_fen,
        new_fen=new.amount_fen,
        why=", ".join(new.reasons) or ", ".join(old.reasons),
        differs=differs,
    )


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Who would gain, who would lose; sums in fen."""

    judged: int
    gain: int
    lose: int
    stay: int
    differ: int
    gained_fen: int
    lost_fen: int


def totals(lines: Sequence[Line]) -> Totals:
    """Counted over all lines, those that do not differ included."""
    shifted = [line.new_fen - line.old_fen for line in lines]
    return Totals(
        judged=len(lines),
        gain=sum(fen > 0 for fen in shifted),
        lose=sum(fen < 0 for fen in shifted),
        stay=sum(fen == 0 for fen in shifted),
        differ=sum(line.differs for line in lines),
        gained_fen=sum(fen for fen in shifted if fen > 0),
        lost_fen=-sum(fen for fen in shifted if fen < 0),
    )


def _document(
    old: Pack, new: Pack, found: Sequence[Change], lines: Sequence[Line] | None
) -> dict[str, object]:
    said: dict[str, object] = {"a": _name(old), "b": _name(new), "entries": found}
    if lines is not None:
        said["totals"] = totals(lines)
        said["claims"] = [line for line in lines if line.differs]
    return said


def _name(pack: Pack) -> dict[str, object]:
    return {
        "policy_id": pack.policy_id,
        "version": pack.version,
        "content_sha256": pack.content_sha256,
    }


def _show(old: Pack, new: Pack, found: Sequence[Change], lines: Sequence[Line] | None) -> None:
    screen = console()
    title = f"{_at(old)} → {_at(new)}"
    columns = ("entry", "field", "A", "B", "clause")
    rows = [(one.entry, one.field, one.old, one.new, one.clause) for one in found]
    screen.print(table(title, columns, rows))
    screen.print(f"{len(found)} entries differ", markup=False)
    if lines is not None:
        _show_lines(lines)


def _show_lines(lines: Sequence[Line]) -> None:
    screen, said = console(), totals(lines)
    differing = [line for line in lines if line.differs]
    rows = [
        (one.case, one.old, yuan(one.old_fen), one.new, yuan(one.new_fen), one.why)
        for one in differing[:MAX_SHOWN]
    ]
    columns = ("claim", "under A", "A ¥", "under B", "B ¥", "reasons")
    screen.print(table("Decisions  决定", columns, rows))
    if len(differing) > MAX_SHOWN:
        screen.print(f"… {len(differing) - MAX_SHOWN} more: see --json", markup=False)
    screen.print(
        f"gain {said.gain} (¥{yuan(said.gained_fen)}), lose {said.lose} (¥{yuan(said.lost_fen)}),"
        f" stay {said.stay}",
        markup=False,
    )
    screen.print(f"{said.judged} judged, {said.differ} differ", markup=False)


def _at(pack: Pack) -> str:
    return f"{pack.policy_id}@{pack.version} {pack.content_sha256[:12]}"
