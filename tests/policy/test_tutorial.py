"""The tutorial runs as it stands: every command of the page, and all that it prints."""

from tests.policy.tutorial import BLOCK, PAGE, Step, played, printed, steps


def test_every_command_of_the_tutorial_prints_what_the_page_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert played(page) == page, "run `make docs`"


def test_the_tutorial_goes_from_a_pack_over_a_mistake_to_a_judged_case_and_a_difference() -> None:
    page = PAGE.read_text(encoding="utf-8")
    commands = [step.command for block in BLOCK.findall(page) for step in steps(block)]
    said = [words for words in (command.split() for command in commands) if words[0] != "cat"]
    assert [words[2] for words in said if words[:2] == ["claims-ledger", "policy"]] == [
        "check", "judge", "check", "check", "judge", "judge", "check", "judge", "check", "judge",
        "coverage", "check", "coverage", "diff", "judge",
    ]  # fmt: skip
    assert ": UNKNOWN_" in page


def test_what_fails_says_so_on_the_page() -> None:
    assert printed(Step("$ false")) == "(exit code 1)\n"
