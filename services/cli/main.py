"""The command line `claims-ledger`: its commands, and how each of them ends."""

import sys
from collections.abc import Sequence

import typer

from services.cli import log, parked
from services.cli.demo.command import demo
from services.cli.exits import Exit, Stop, epilogue
from services.cli.failures import KNOWN, stop_of
from services.cli.findings import findings
from services.cli.output import errors, say_json
from services.cli.person_file import person_file
from services.cli.policy.app import app as policy
from services.cli.prepare import prepare
from services.cli.reconcile import reconcile
from services.cli.recover import recover
from services.cli.replay import replay
from services.cli.report import report
from services.cli.serve import serve
from services.cli.signals import Interrupted
from services.cli.submit import submit
from services.cli.token import token
from services.cli.trace import trace

INTERRUPTED = 130
COMMANDS = (
    demo, serve, prepare, token, submit, trace, person_file, findings, reconcile, recover, replay,
    report,
)  # fmt: skip

app = typer.Typer(
    name="claims-ledger",
    help="An event-sourced ledger for training-subsidy claims. 职业培训补贴申领账本。",
    epilog=epilogue(),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
for command in COMMANDS:
    app.command()(command)
app.add_typer(log.app, name="log")
app.add_typer(parked.app, name="parked")
app.add_typer(policy, name="policy")


def main(arguments: Sequence[str] | None = None) -> None:
    """Ends the process with one of the exit codes of `exits`, or 130 after Ctrl-C or SIGTERM."""
    said = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(args=said)
    except Stop as stop:
        _end(stop, said)
    except KNOWN as failed:
        _end(stop_of(failed), said)
    except ExceptionGroup as group:
        stops, others = group.split(Stop)
        if stops is None or others is not None:
            raise
        _end(_first(stops), said)
    except (Interrupted, KeyboardInterrupt):
        errors().print("Stopped. 已停止。")
        raise SystemExit(INTERRUPTED) from None


def _first(group: ExceptionGroup[Stop]) -> Stop:
    """Tasks that failed together failed for one cause."""
    found: Stop | ExceptionGroup[Stop] = group
    while isinstance(found, ExceptionGroup):
        found = found.exceptions[0]
    return found


def _end(stop: Stop, said: Sequence[str]) -> None:
    if "--json" in said and stop.code is not Exit.DISAGREE:
        error = {"exit": stop.code.value, "name": stop.code.name, "en": stop.en, "zh": stop.zh}
        say_json({"error": error})
    else:
        errors().print(stop.en, stop.zh, sep="\n", markup=False, soft_wrap=True)
    raise SystemExit(stop.code.value) from None
