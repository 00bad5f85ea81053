"""What stays up: it ends cleanly on a signal, leaves nobody behind, and keeps its data."""

import secrets
import signal
import socket
from pathlib import Path

import pytest

from services.cli.exits import Exit, Stop
from services.cli.installation import running_in
from services.cli.up import anew
from shared.settings import PREFIX
from tests.cli.running import document, ledger, processes_of, start, until


def test_data_is_kept_between_runs_and_nobody_is_left_after_each(
    scratch: Path, few_claims: Path
) -> None:
    folder = scratch / f"kept-{secrets.token_hex(4)}"
    at = ("--at", str(folder))
    with start("serve", *at, "--json") as first:
        assert document(first)["services"].keys() == {"claims", "payments", "audit"}
        sent = ledger("submit", str(few_claims), *at, "--json").json["answers"]["claims"]
        claim = sent["outcomes"][0]["record"]
        until(lambda: ledger("trace", claim, *at).code == Exit.OK)
        first.send_signal(signal.SIGINT)
        assert first.wait(timeout=60) == 0
    assert processes_of(folder) == []
    assert running_in(folder) is None
    with start("serve", *at, "--json") as second:
        document(second)
        assert ledger("trace", claim, *at).code == Exit.OK
        second.kill()
        second.wait(timeout=60)
    until(lambda: processes_of(folder) == [])  # PostgreSQL and services end with who started them
    assert running_in(folder) is None


def test_no_running_installation_is_told_with_the_next_step(tmp_path: Path) -> None:
    ended = ledger("reconcile", "--at", str(tmp_path))
    assert ended.code == Exit.UNREACHABLE
    assert "make demo" in ended.err
    assert "没有正在运行的系统" in ended.err


def test_wrong_settings_are_named_without_their_values() -> None:
    settings = {f"{PREFIX}DATABASE_URL": "mysql://secret@there/claims", f"{PREFIX}LOG": "x"}
    ended = ledger("reconcile", "--json", settings=settings)
    assert ended.code == Exit.USAGE
    assert "LEDGER_DATABASE_URL" in ended.json["error"]["en"]
    assert "secret" not in ended.out + ended.err


def test_a_log_that_is_away_is_told_as_such() -> None:
    settings = {f"{PREFIX}LOG": "postgresql://nobody@127.0.0.1:1/log"}
    ended = ledger("trace", "claim-x", "--json", settings=settings)
    assert ended.code == Exit.UNREACHABLE
    assert ended.json["error"]["name"] == "UNREACHABLE"


def test_a_service_without_settings_is_refused_by_itself() -> None:
    ended = ledger("serve", "claims")
    assert ended.code == Exit.USAGE
    assert "LEDGER_DATABASE_URL" in ended.err


def test_a_taken_port_is_told_with_its_number() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = ledger("serve", "audit", settings={f"{PREFIX}PORT": port})
    assert ended.code == Exit.BUSY
    assert port in ended.err


async def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "letter.txt"
    mine.write_text("mine")
    with pytest.raises(Stop, match="other files"):
        await anew(tmp_path)
    assert mine.read_text() == "mine"


async def test_what_an_earlier_run_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "part.parquet").write_text("old")
    (tmp_path / "claims.log").write_text("old")
    await anew(tmp_path)
    assert list(tmp_path.iterdir()) == []
