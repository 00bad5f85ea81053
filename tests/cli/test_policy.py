"""`claims-ledger policy …` as whoever writes, publishes or explains a pack uses it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.exits import Exit, Stop
from services.cli.installation import Installation
from services.cli.main import app
from shared.policy.load import PACKS
from tests.claims.policy.versions import L4, MORE_FOR_L4, text_of
from tests.cli.running import ledger, until

RELEASED = PACKS / "huludao-2019-37.yaml"
CASE = """
case: ONE
policy: HLD-2019-37
stated: true
claim: {kind: HLD.K.employee_skill, group: HLD.G.employee, jurisdiction: '211402',
  occupation: 6-31-01-03, level: L4, certificate_type: skill_level, certificate: c1,
  certificate_issued_on: 2020-05-10, training_from: 2020-03-02, training_to: 2020-04-24,
  paid_by: individual, payee_kind: individual, claimed_on: 2020-06-01, agreement: A-7}
"""


def said(*arguments: str | Path) -> tuple[int, list[str]]:
    ran = CliRunner().invoke(app, ["policy", *map(str, arguments)], env={"COLUMNS": "200"})
    return ran.exit_code, ran.output.splitlines()


def test_a_sound_pack_is_said_to_be_sound() -> None:
    code, lines = said("check", RELEASED)
    assert code == Exit.OK
    assert lines[-1].startswith("HLD-2019-37 version 1: ")
    assert lines[-1].endswith(" kinds, sound")


def test_each_mistake_of_a_pack_is_a_line_with_its_place(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(text_of(2) + "\nversion: 3\ntitle: x\n", encoding="utf-8")
    code, lines = said("check", wrong)
    assert code == Exit.DIFFERENT
    assert len(lines) == 2
    last = wrong.read_text(encoding="utf-8").count("\n")
    assert lines[0].startswith(f"{wrong}:{last - 1}:1: DUPLICATE_KEY: ")
    _, printed = said("check", wrong, "--json")
    errors = json.loads("\n".join(printed))["errors"]
    assert [error["line"] for error in errors] == [last - 1, last]
    assert (errors[0]["zh"], errors[0]["en"]) == (
        "`version` 在同一处出现了两次。",
        "`version` stands twice in one mapping.",
    )
    assert said("check", wrong, "--lang", "zh")[1][0].endswith(
        ":1: DUPLICATE_KEY: `version` 在同一处出现了两次。 ($.version)"
    )


def test_a_warning_is_said_and_the_pack_is_sound_all_the_same(tmp_path: Path) -> None:
    odd = tmp_path / "odd.yaml"
    odd.write_text(text_of(2, (L4, L4.replace("200000", "100"))), encoding="utf-8")
    code, lines = said("check", odd, "--lang", "en")
    assert code == Exit.OK
    assert ": warning HIGHER_LEVEL_CHEAPER: L4 with qualification pays less than L5" in lines[0]
    assert lines[-1].endswith(" kinds, sound")
    printed = json.loads("\n".join(said("check", odd, "--json")[1]))
    assert (printed["errors"], {one["code"] for one in printed["warnings"]}) == (
        [],
        {"HIGHER_LEVEL_CHEAPER"},
    )


def test_a_diff_ends_with_how_many_entries_and_decisions_differ(tmp_path: Path) -> None:
    second, case = tmp_path / "v2.yaml", tmp_path / "case.yaml"
    second.write_text(text_of(2, MORE_FOR_L4), encoding="utf-8")
    case.write_text(CASE, encoding="utf-8")
    assert said("diff", "HLD-2019-37@1", second)[1][-1] == "1 entries differ"
    code, lines = said("diff", "HLD-2019-37@1", second, "--claims", case)
    assert code == Exit.OK
    assert lines[-2:] == ["gain 1 (¥600.00), lose 0 (¥0.00), stay 0", "1 judged, 1 differ"]
    printed = json.loads("\n".join(said("diff", RELEASED, second, "--json")[1]))
    assert [entry["field"] for entry in printed["entries"]] == ["amount_fen"]


@pytest.mark.parametrize("command", ["check", "diff"])
def test_a_file_that_is_not_there_ends_with_2(tmp_path: Path, command: str) -> None:
    arguments = [str(tmp_path / "none.yaml")] * (1 if command == "check" else 2)
    ran = CliRunner().invoke(app, ["policy", command, *arguments])
    assert isinstance(ran.exception, Stop)
    assert ran.exception.code is Exit.USAGE


def test_a_version_is_proposed_compared_and_published_on_the_command_line(
    installation: Installation, few_claims: Path, tmp_path: Path
) -> None:
    """From a far day on, so that nothing else in this installation is judged by it."""
    here, second = ("--at", installation.folder), tmp_path / "v2.yaml"
    second.write_text(text_of(2, MORE_FOR_L4), encoding="utf-8")
    assert ledger("submit", str(few_claims), *here).code == Exit.OK
    _, made = said("propose", second, "--from", "2100-01-01", *here)
    assert made[0].startswith("PolicyProposed: HLD-2019-37 version 2 ")
    _, compared = said("compare", "HLD-2019-37", "2", *here)
    assert compared[-1].endswith(" differ")
    _, done = said("publish", "HLD-2019-37", "2", *here)
    assert done[0].startswith("PolicyPublished: HLD-2019-37 version 2 ")
    both = ("HLD-2019-37@1", "HLD-2019-37@2", "--claims", installation.folder)
    assert said("diff", *both, *here)[1][-1] == compared[-1]


def test_a_claim_is_explained_on_the_command_line(
    installation: Installation, few_claims: Path
) -> None:
    here = ("--at", installation.folder)
    sent = ledger("submit", str(few_claims), "--json", *here).json["answers"]["claims"]
    claim = sent["outcomes"][0]["record"]
    until(lambda: said("explain", claim, *here)[0] == Exit.OK)
    assert said("explain", claim, *here)[1][0] == f"{claim}: Not paid: not taken in yet."
    early = said("explain", claim, "--as-of", "2019-01-01", "--lang", "zh", *here)
    assert early[1][0] == f"{claim}: 当时尚未提出申请。"
    assert said("explain", claim, "--as-of", "yesterday", *here)[0] == Exit.USAGE
