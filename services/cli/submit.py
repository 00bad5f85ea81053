"""`claims-ledger submit FILE`: a roster or a history, known by its header, sent and answered."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from services.cli.client import session
from services.cli.exits import Exit, Stop
from services.cli.installation import AtFolder
from services.cli.output import JsonFlag, console, say_json, table
from services.cli.people import INSTITUTION, OPERATOR, Person
from services.cli.reach import Reach, TokenFile, reach
from services.cli.signals import run
from shared.tables import history, roster
from shared.tables.outcomes import FileAnswer
from shared.tables.problems import MAX_FILE_BYTES, FileRefused
from shared.tables.reader import Upload

Url = Annotated[str | None, typer.Option(help="address of the service, instead of --at")]
Targets = tuple[tuple[str, str, Person], ...]
ROSTER: Targets = (("claims", "/rosters", INSTITUTION),)
# Payments first: a finding on old money then finds it paid, and holds nothing.
HISTORY: Targets = (("payments", "/imports", OPERATOR), ("claims", "/imports", OPERATOR))


def submit(
    file: Annotated[Path, typer.Argument(help="CSV, UTF-8 or GBK")],
    claims: Url = None,
    payments: Url = None,
    token_file: TokenFile = None,
    at: AtFolder = None,
    as_json: JsonFlag = False,
) -> None:
    """Send a roster of claims, or decisions from before the ledger; a repeat is harmless.

    Exit code 1 when a row was refused; the good rows are taken all the same.
    """
    content = _content(file)
    targets = _targets(file, content)
    where = reach(at, {"claims": claims, "payments": payments}, token_file)
    answers = run(_send(where, targets, content))
    if as_json:
        say_json({"file": str(file), "answers": answers})
    else:
        _show(answers)
    if any(answer.counts.get("refused") for answer in answers.values()):
        raise typer.Exit(Exit.DIFFERENT)


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise _refused(file, "it is larger than the services take", "文件过大")
        return file.read_bytes()
    except OSError as wrong:
        raise _refused(file, wrong.strerror or "no such file", "无法读取") from wrong


def _targets(file: Path, content: bytes) -> Targets:
    """By the header, with the services' own reader. Raises Stop."""
    reasons = []
    for columns, targets in ((roster.COLUMNS, ROSTER), (history.COLUMNS, HISTORY)):
        try:
            Upload(content, columns)
        except FileRefused as refused:
            reasons.append(refused.errors[0])
        else:
            return targets
    # What the two kinds have in common (encoding, quotes, size) is said once; else it is neither.
    if reasons[0].code == reasons[1].code:
        raise _refused(file, reasons[0].en, reasons[0].zh)
    raise _refused(
        file, "its header is neither a roster's nor a history's", "表头既不是名册也不是历史记录"
    )


def _refused(file: Path, en: str, zh: str) -> Stop:
    return Stop(
        Exit.USAGE,
        f"{file} was not sent: {en.rstrip('.')}; see examples/roster.csv and examples/history.csv.",
        f"{file} 未发送：{zh.rstrip('。')}；格式见 examples/roster.csv 和 examples/history.csv。",
    )


async def _send(where: Reach, targets: Targets, content: bytes) -> dict[str, FileAnswer]:
    key = hashlib.sha256(content).hexdigest()
    async with session() as http:
        return {
            service: await where.client(http, service, who).upload(path, key, content, FileAnswer)
            for service, path, who in targets
        }


def _show(answers: dict[str, FileAnswer]) -> None:
    out = console()
    for service, answer in answers.items():
        counts = ", ".join(f"{word} {n}" for word, n in sorted(answer.counts.items()))
        out.print(f"{service}: {answer.rows} rows 行 ({answer.encoding}): {counts}")
    refused = [
        (o.row, error.column, error.code, error.en, error.zh)
        for answer in answers.values()
        for o in answer.outcomes
        for error in o.errors
    ]
    if refused:
        out.print(
            table("Refused rows  未受理的行", ("row", "column", "code", "reason", "原因"), refused)
        )
