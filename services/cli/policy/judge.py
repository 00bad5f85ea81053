"""`claims-ledger policy judge CASE…`: cases written by hand, judged by the packs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

from services.cli.exits import Exit
from services.cli.output import console
from services.cli.policy.files import pack_in
from shared.policy.casefile import Read, notices_of, readings
from shared.policy.document import PackError, PackRefused
from shared.policy.judging import Outcome, Packs, by_version, judged
from shared.policy.letter import letter
from shared.policy.lines import lines_of
from shared.policy.load import shipped
from shared.policy.words import Language

CaseFiles = Annotated[
    list[Path], typer.Argument(metavar="CASE…", help="case files (YAML), or folders of them")
]
Expect = Annotated[
    bool,
    typer.Option("--expect", help="compare with each case's `expect:`; exit 1 on a difference"),
]
PackFiles = Annotated[
    list[Path], typer.Option("--pack", help="judge by this pack too; may be repeated")
]
Form = Annotated[
    Literal["text", "json", "letter"], typer.Option("--format", help="how answers are printed")
]
Lang = Annotated[
    Literal["zh", "en", "both"], typer.Option("--lang", help="language of text and letters")
]


def judge(
    cases: CaseFiles,
    expect: Expect = False,
    pack: PackFiles = [],  # noqa: B006  typer copies it
    form: Form = "text",
    lang: Lang = "both",
) -> None:
    """Judge cases and print each decision. The last line says how many differ."""
    packs = _packs(pack)
    languages: tuple[Language, ...] = ("zh", "en") if lang == "both" else (lang,)
    done = differ = 0
    for outcome in _all(_files(cases), packs):
        done += 1
        if isinstance(
            outcome, PackRefused
        ):  # said on stderr; the other cases are judged all the same
            differ += 1
            _complain(outcome)
            continue
        differ += bool(expect and outcome.differences)
        for notice in notices_of(outcome.case, outcome.pack):
            typer.echo(f"{outcome.case.case}: notice: {notice}", err=True)
        _say(outcome, form, languages, expect)
    typer.echo(f"{done} judged, {differ} differ")
    if differ:
        raise typer.Exit(Exit.DIFFERENT)


def _packs(files: list[Path]) -> Packs:
    try:
        return by_version((*shipped(), *(pack_in(file) for file in files)))
    except PackRefused as refused:
        _complain(refused)
        raise typer.Exit(Exit.USAGE) from None


def _complain(refused: PackRefused) -> None:
    for error in refused.errors:
        typer.echo(f"{refused.name}:{error}", err=True)


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted((*path.rglob("*.yaml"), *path.rglob("*.yml")))
        else:
            yield path


def _all(files: Iterator[Path], packs: Packs) -> Iterator[Outcome | PackRefused]:
    for path in files:
        for read in readings(path):
            if isinstance(read, PackRefused):
                yield read
            elif read.case.shown_by is None:
                yield _one(read, packs)


def _one(read: Read, packs: Packs) -> Outcome | PackRefused:
    try:
        return judged(read.case, packs)
    except PackRefused as refused:
        return PackRefused(read.name, [_placed(read, error) for error in refused.errors])


def _placed(read: Read, error: PackError) -> PackError:
    line, column = read.reader.place(error.path)
    return msgspec.structs.replace(error, line=line, column=column)


def _say(outcome: Outcome, form: str, languages: tuple[Language, ...], expect: bool) -> None:
    shown = outcome if expect else msgspec.structs.replace(outcome, differences=())
    if form == "json":
        answer = msgspec.to_builtins(shown.answer)
        said = {"case": shown.case.case, "differences": shown.differences, **answer}
        typer.echo(msgspec.json.encode(said).decode())
        return
    for language in languages:
        if form == "letter":
            typer.echo(letter(shown, language))
            continue
        for line in lines_of(shown, language):
            console().print(line, markup=False, highlight=False, soft_wrap=True)
