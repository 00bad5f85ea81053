"""The command line `claims-ledger`: its commands, and how each of them ends."""

import sys
from collections.abc import Sequence

import typer

from services.cli.demo.command import demo
from services.cli.exits import Exit, Stop, epilogue
from services.cli.output import errors, say_json
from services.cli.prepare import prepare
from services.cli.signals import Interrupted

app = typer.Typer(
    name="claims-ledger",
    help="An event-sourced ledger for training-subsidy claims. 培训补贴申领账本。",
    epilog=epilogue(),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
app.command()(demo)
app.command()(prepare)

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Ends the process with one of the exit codes of `exits`, or 130 after Ctrl-C or SIGTERM."""
    said = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(args=said)
    except Stop as stop:
        _say(stop, as_json="--json" in said)
        raise SystemExit(stop.code) from None
    except (Interrupted, KeyboardInterrupt):
        errors().print("Stopped. 已停止。")
        raise SystemExit(INTERRUPTED) from None


def _say(stop: Stop, *, as_json: bool) -> None:
    if as_json:
        say_json(
            {
                "error": {
                    "exit": stop.code,
                    "name": Exit(stop.code).name,
                    "en": stop.en,
                    "zh": stop.zh,
                }
            }
        )
        return
    errors().print(stop.en, stop.zh, sep="\n", markup=False)
