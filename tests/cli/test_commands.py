"""Every command at a running installation: what it prints, its JSON, and how it ends."""

import asyncio
import subprocess
from pathlib import Path

import asyncpg
import pytest

from services.cli.exits import Exit
from services.cli.installation import Installation
from services.cli.local import Local
from services.cli.welcome import requests
from shared.events.base import TOPICS
from shared.log.open import open_log
from shared.postgres.server import Server
from tests.cli.running import Ended, ledger, until
from tests.databases import Databases

UNREADABLE = "claim-events.v1/0/999999"
"""the stream of bytes that name none"""
NOBODY = "claim-00000000-0000-7000-8000-000000000000"


def at(installation: Installation, *command: str) -> Ended:
    return ledger(*command, "--at", installation.folder)


@pytest.fixture(scope="module")
def claim(installation: Installation, few_claims: Path) -> str:
    """A claim of the roster that was sent."""
    answer = at(installation, "submit", str(few_claims), "--json").json["answers"]["claims"]
    return str(answer["outcomes"][0]["record"])


def test_a_good_roster_is_taken_and_again_does_no_harm(
    installation: Installation, few_claims: Path
) -> None:
    first, again = (at(installation, "submit", str(few_claims), "--json") for _ in range(2))
    assert (first.code, again.code) == (Exit.OK, Exit.OK)
    answer = first.json["answers"]["claims"]
    assert answer["counts"] == {"submitted": 3}
    assert [o["record"] for o in answer["outcomes"]] == [
        o["record"] for o in again.json["answers"]["claims"]["outcomes"]
    ]


def test_a_refused_row_is_told_with_its_reason_and_the_others_are_taken(
    installation: Installation, one_bad_row: Path
) -> None:
    ended = at(installation, "submit", str(one_bad_row))
    assert ended.code == Exit.DIFFERENT
    assert "refused 1, submitted 1" in ended.out
    assert "ID_CHECK_DIGIT" in ended.out


def test_a_file_that_is_neither_roster_nor_history_is_not_sent(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "other.csv"
    file.write_text("when,where\n1,2\n")
    ended = at(installation, "submit", str(file), "--json")
    assert ended.code == Exit.USAGE
    assert ended.json["error"].keys() == {"exit", "name", "en", "zh"}
    assert "examples/roster.csv" in ended.json["error"]["en"]


def test_a_trace_shows_who_did_what_and_where_it_stands(
    installation: Installation, claim: str
) -> None:
    until(lambda: at(installation, "trace", claim).code == Exit.OK)
    shown, told = at(installation, "trace", claim), at(installation, "trace", claim, "--json")
    assert "ClaimSubmitted  by institution-11" in shown.out
    [event] = told.json["events"]
    assert event["stream"] == claim
    assert event["type"] == "ClaimSubmitted"
    assert event["place"].startswith("claim-events.v1/")


def test_a_person_is_traced_by_the_reference_that_events_show(
    installation: Installation, claim: str
) -> None:
    until(lambda: at(installation, "trace", claim).code == Exit.OK)
    [event] = at(installation, "trace", claim, "--json").json["events"]
    traced = at(installation, "trace", event["person"])

    assert traced.code == Exit.OK
    assert claim in traced.out
    assert f"person: {event['person']}" in traced.out


def test_a_trace_of_nothing_says_so(installation: Installation) -> None:
    ended = at(installation, "trace", NOBODY)
    assert ended.code == Exit.DIFFERENT
    assert NOBODY in ended.err
    assert "请核对编号" in ended.err


def test_a_history_goes_to_both_services_and_its_double_payment_is_found(
    installation: Installation, paid_twice: Path
) -> None:
    sent = at(installation, "submit", str(paid_twice), "--json")
    assert sent.code == Exit.OK
    assert sent.json["answers"].keys() == {"claims", "payments"}
    claims = [o["record"] for o in sent.json["answers"]["claims"]["outcomes"]]

    until(lambda: at(installation, "findings").code == Exit.DIFFERENT)
    [found] = at(installation, "findings", "--json").json["findings"]
    assert (found["rule"], found["clauses"], found["stage"]) == ("A1", ["HLD-10-3"], "opened")
    assert sorted(found["claims"]) == sorted(claims)

    traced = at(installation, "trace", found["finding"], "--json").json["events"]
    assert {"FindingOpened", "ClaimImported"} <= {event["type"] for event in traced}


def test_the_replay_finds_what_the_stream_found(
    installation: Installation, paid_twice: Path
) -> None:
    assert at(installation, "submit", str(paid_twice)).code == Exit.OK
    ended = at(installation, "replay", "--json")
    assert ended.code == Exit.OK, ended.out
    assert ended.json["equal_to_stream"] is True
    assert ended.json["findings"] == 1


def test_database_and_log_are_equal_when_all_is_sent(
    installation: Installation, claim: str
) -> None:
    until(lambda: at(installation, "reconcile").code == Exit.OK)
    told = at(installation, "reconcile", "--json").json
    assert told["equal"] is True
    assert told["services"].keys() == {"claims", "payments", "audit"}
    assert sum(part["log"] for part in told["services"]["claims"]["partitions"]) >= 3
    assert told["journals"]["payments"]["equal"] is True


async def test_another_log_differs_until_the_log_is_copied_there(
    installation: Installation, claim: str, databases: Databases
) -> None:
    other = (await databases("log")).owner_dsn
    settings = Local.attach(Path(installation.folder)).environment("claims")
    settings |= {"LEDGER_LOG": other}
    log = await open_log(other)
    await log.create_topics(dict.fromkeys(TOPICS, 24))
    await log.close()

    def run() -> tuple[Ended, Ended, Ended, Ended]:
        empty = ledger("reconcile", "--json", settings=settings)
        copied = at(installation, "log", "copy", "--to", other, "--json")
        equal = ledger("reconcile", "--json", settings=settings)
        again = at(installation, "log", "copy", "--to", other, "--json")
        return empty, copied, equal, again

    empty, copied, equal, again = await asyncio.to_thread(run)
    assert empty.code == Exit.DISAGREE
    assert "docs/operations.md" in empty.err
    [where, *_] = empty.json["services"]["claims"]["differences"]
    assert where["seq"] == 1
    assert (copied.code, equal.code, again.code) == (Exit.OK, Exit.OK, Exit.OK), equal.out
    assert copied.json["records"]["claim-events.v1"] >= 3
    assert sum(again.json["records"].values()) == 0


def test_nothing_is_taken_back_where_nothing_was_lost(installation: Installation) -> None:
    ended = at(installation, "recover", "--json")
    assert ended.code == Exit.OK, ended.out
    assert {name: sum(r["events"].values()) for name, r in ended.json.items()} == {
        "claims": 0, "payments": 0, "audit": 0,
    }  # fmt: skip
    assert {result["journal_lines"] for result in ended.json.values()} == {0}


def test_a_log_that_has_everything_is_not_filled_again(installation: Installation) -> None:
    ended = at(installation, "log", "rebuild", "--json")
    assert ended.code == Exit.OK, ended.out
    assert ended.json == {"events": {"claims": 0, "payments": 0, "audit": 0}}


def test_no_stream_is_parked_in_peace_and_none_can_be_released(installation: Installation) -> None:
    assert at(installation, "parked", "list").code == Exit.OK
    assert at(installation, "parked", "release", "claim-none").code == Exit.DIFFERENT


async def test_a_parked_stream_is_listed_and_released_and_parks_again_if_still_unreadable(
    installation: Installation,
) -> None:
    server = Server.attach(Path(installation.folder) / "postgres")
    connection = await asyncpg.connect(server.dsn(database="payments"))
    await connection.execute(
        "INSERT INTO inbox_pending (reader, topic, partition_no, seq, stream_id, state, cause,"
        " detail, event_id, body, since) VALUES ('payments', 'claim-events.v1', 0, 999999,"
        " $1, 'parked', 'undecodable', 'for the test', $2, '', now())",
        UNREADABLE,
        bytes(16),
    )
    listed = await asyncio.to_thread(at, installation, "parked", "list", "--json")
    released = await asyncio.to_thread(at, installation, "parked", "release", UNREADABLE, "--json")
    parked_again = "SELECT state = 'parked' FROM inbox_pending WHERE stream_id = $1"
    async with asyncio.timeout(20):
        while not await connection.fetchval(parked_again, UNREADABLE):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await connection.execute("DELETE FROM inbox_pending WHERE stream_id = $1", UNREADABLE)
    await connection.close()
    assert listed.code == Exit.DIFFERENT
    [parked] = listed.json["parked"]["payments"]
    assert (parked["stream_id"], parked["cause"]) == (UNREADABLE, "undecodable")
    assert released.code == Exit.OK
    assert released.json["released"]["payments"] == 1


def test_a_token_opens_what_its_role_may_see(installation: Installation) -> None:
    told = at(installation, "token", "clerk", "--as", "clerk-9", "--json").json
    assert (told["sub"], told["role"]) == ("clerk-9", "clerk")
    url = installation.services["claims"]
    codes = [_status(f"{url}/claims", told["token"]), _status(f"{url}/imports", told["token"])]
    assert codes == ["200", "405"]


def _status(url: str, token: str) -> str:
    command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}"]
    header = ["-H", f"Authorization: Bearer {token}"]
    return subprocess.run(
        [*command, *header, url], capture_output=True, text=True, check=True
    ).stdout


def test_the_requests_to_try_work_as_they_are_pasted(installation: Installation) -> None:
    said = [
        subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True).stdout
        for line in requests(installation)
    ]
    assert said[0].startswith('{"claims":')
    assert said[1].startswith('{"findings":')
    assert '"event":"ClaimSubmitted"' in said[2]


def test_a_second_run_in_the_same_folder_is_told_who_is_there(installation: Installation) -> None:
    ended = ledger("serve", "--at", installation.folder)
    assert ended.code == Exit.BUSY
    assert str(installation.supervisor) in ended.err
    assert "正被进程" in ended.err
