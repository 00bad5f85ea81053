"""`claims-ledger policy judge CASE…`: cases written by hand, judged by the packs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

from services.cli.exits import Exit
from services.cli.output import console
from services.cli.policy.files import pack_in
from services.cli.policy.told import told_line
from shared.policy.document import PackError, PackRefused
from shared.policy.letter.letter import letter
from shared.policy.letter.lines import lines_of
from shared.policy.load import shipped
from shared.policy.words import Language
from shared.policy.written.fault import Fault, mistake_of, notice_of
from shared.policy.written.judging import Outcome, Packs, by_version, judged
from shared.policy.written.notices import notices_of
from shared.policy.written.personal import without_numbers
from shared.policy.written.reading import Read, readings

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
    packs = _packs(pack, lang)
    languages: tuple[Language, ...] = ("zh", "en") if lang == "both" else (lang,)
    done = differ = 0
    for outcome in _all(cases, packs):
        done += 1
        if isinstance(outcome, PackRefused):  # the other cases are judged all the same
            differ += 1
            _complain(outcome, lang)
            continue
        read, found = outcome
        differ += bool(expect and found.differences)
        _notice(read, found, lang, expect)
        _say(found, form, languages, expect)
    typer.echo(f"{done} judged, {differ} differ")
    if differ:
        raise typer.Exit(Exit.DIFFERENT)


def _packs(files: list[Path], lang: str) -> Packs:
    try:
        return by_version((*shipped(), *(pack_in(file) for file in files)))
    except PackRefused as refused:
        _complain(refused, lang)
        raise typer.Exit(Exit.USAGE) from None


def _complain(refused: PackRefused, lang: str) -> None:
    for error in refused.errors:
        typer.echo(told_line(refused.name, error, lang, case=refused.case), err=True)


def _notice(read: Read, found: Outcome, lang: str, expect: bool) -> None:
    """What is most likely a slip of the pen, on standard error."""
    notices = list(notices_of(found.case, found.pack, compared=expect))
    placed = [notice_of(read.reader.place(one.path), one) for one in notices]
    personal = Fault("$", "PERSONAL_NUMBER")
    placed += [notice_of(place, personal) for place in read.personal]
    for one in sorted(placed):
        kind = "提示 " if lang == "zh" else "notice "
        line = told_line(read.name, one, lang, case=found.case.case, kind=kind)
        typer.echo(line, err=True)


def _all(paths: list[Path], packs: Packs) -> Iterator[tuple[Read, Outcome] | PackRefused]:
    for path in paths:
        for read in _readings(path):
            if isinstance(read, PackRefused):
                yield read
            elif read.case.shown_by is None:
                yield _one(read, packs)


def _readings(path: Path) -> Iterator[Read | PackRefused]:
    """Of a file, or of all files below a folder."""
    if not path.is_dir():
        yield from readings(path)
        return
    files = sorted((*path.rglob("*.yaml"), *path.rglob("*.yml")))
    if not files:
        yield PackRefused(str(path), [mistake_of((1, 1), Fault("$", "FOLDER_EMPTY"))])
    for file in files:
        yield from readings(file)


def _one(read: Read, packs: Packs) -> tuple[Read, Outcome] | PackRefused:
    try:
        return read, judged(read.case, packs)
    except PackRefused as refused:
        placed = (_placed(read, error) for error in refused.errors)
        return PackRefused(read.name, placed, read.case.case)


def _placed(read: Read, error: PackError) -> PackError:
    line, column = read.reader.place(error.path)
    return msgspec.structs.replace(error, line=line, column=column)


def _say(outcome: Outcome, form: str, languages: tuple[Language, ...], expect: bool) -> None:
    shown = outcome if expect else msgspec.structs.replace(outcome, differences=())
    if form == "json":
        answer = msgspec.to_builtins(shown.answer)
        said = {"case": shown.case.case, "differences": shown.differences, **answer}
        typer.echo(without_numbers(msgspec.json.encode(said).decode()))
        return
    for language in languages:
        if form == "letter":
            typer.echo(without_numbers(letter(shown, language)))
            continue
        for line in lines_of(shown, language):
            console().print(without_numbers(line), markup=False, highlight=False, soft_wrap=True)
