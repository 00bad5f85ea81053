"""What a letter tells whoever gets it, and what it must not tell."""

import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from shared.policy.cases import ClaimCase
from shared.policy.letter.claim_words import claim_words
from shared.policy.letter.letter import letter
from shared.policy.letter.lines import lines_of
from shared.policy.letter.telling import money, percent, step_words
from shared.policy.letter.words import letter_words
from shared.policy.questions import About
from shared.policy.words import Language, said
from shared.policy.written.judging import Outcome, judged
from tests.policy.written import cases, packs

LETTERS = Path(__file__).parent / "letters"
# Units of the books, field names, codes of levels: nobody but the office reads these.
INNER = re.compile(r"\d+ (?:fen|bp)\b|claim\.[a-z]|facts\.[a-z]|_(?:fen|bp)\b|\bL[1-5]\b|\d/\d")


@cache
def outcomes() -> tuple[Outcome, ...]:
    return tuple(judged(case, packs()) for case in cases() if case.subject())


def body(outcome: Outcome, language: Language) -> str:
    """The letter without its last lines: codes, and the hash of a pack that may change."""
    return letter(outcome, language).rpartition("\n\n")[0]


@pytest.mark.parametrize("agreed", sorted(LETTERS.glob("*.txt")), ids=lambda path: path.stem)
def test_a_letter_reads_as_it_was_agreed(agreed: Path) -> None:
    name, _, language = agreed.stem.rpartition(".")
    [outcome] = [one for one in outcomes() if one.case.case == name]
    expected = agreed.read_text(encoding="utf-8")
    assert body(outcome, "zh" if language == "zh" else "en") + "\n" == expected


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_letter_has_units_of_the_books_or_names_of_fields(language: Language) -> None:
    found = [
        (outcome.case.case, hit.group())
        for outcome in outcomes()
        if (hit := INNER.search(body(outcome, language).replace(outcome.case.case, "")))
    ]
    assert found == []


def _paid_for(outcome: Outcome) -> str:
    assert outcome.case.claim is not None
    return outcome.case.claim.payee_kind


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_letter_names_a_claim_of_another_person(language: Language) -> None:
    others = 0
    for outcome in outcomes():
        lines = letter(outcome, language).splitlines()
        for one in outcome.case.history:
            if one.person == "other" or _paid_for(outcome) != "individual":
                others += 1
                assert f"  - {one.claim}" not in lines
    assert others


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_letter_tells_what_the_auditors_look_into(language: Language) -> None:
    flagged = 0
    for outcome in outcomes():
        found, text = outcome.answer, letter(outcome, language)
        for code in found.flags:
            words = said(outcome.pack.reasons[code], language)
            if found.decision == "HOLD" or code not in found.reasons:
                flagged += 1
                assert words not in text, outcome.case.case
                assert code not in text, outcome.case.case
                assert any(code in line for line in lines_of(outcome, language))
        if "TRAINER_IS_ASSESSOR" in found.reasons and len(found.reasons) == 1:
            assert "INT-19" not in text  # the reading would tell it too
    assert flagged


def test_an_approval_shows_no_earlier_claims_and_no_clause_of_another_kind() -> None:
    head = letter_words().heads["conflicts"].en
    approved = [one for one in outcomes() if one.case.claim and one.answer.decision == "APPROVE"]
    assert not [one.case.case for one in approved if head in letter(one, "en")]
    appraisals = [one for one in approved if one.answer.citations[0].clause == "JN-14-1"]
    assert appraisals
    assert not [one.case.case for one in appraisals if "JN-12-4" in letter(one, "en")]


def test_a_reason_is_said_once_in_the_lines_of_an_officer() -> None:
    for outcome in outcomes():
        said_ = [
            line for line in lines_of(outcome, "zh") if line.startswith(("  reason", "  flag"))
        ]
        sentences = [line[12:] for line in said_]
        assert len(sentences) == len(set(sentences)), outcome.case.case


def test_an_institution_is_not_told_what_a_register_answered_about_a_person() -> None:
    refused = [
        one
        for one in outcomes()
        if one.case.claim and "RELEASE_TOO_FAR" in one.answer.reasons
        if one.case.claim.payee_kind == "institution"
    ]
    assert refused
    for one in refused:
        assert one.pack.facts["release_on"].question.zh not in body(one, "zh")


def test_every_field_of_a_claim_has_a_name_and_a_question_and_every_question_a_topic() -> None:
    fields = set(ClaimCase.__struct_fields__)
    assert fields <= set(claim_words().names)
    assert fields <= set(claim_words().asks)
    assert set(get_args(About)) == set(letter_words().abouts)


@pytest.mark.parametrize(
    ("what", "inputs", "zh", "en"),
    [
        ("ratio", ("8000 bp", "12/1 day"), "按 80%、12 天计", "at 80%, 12 days"),
        ("times", ("2/1 month",), "按 2 个月计", "for 2 months"),
        (
            "times",
            ("1/30 day",),
            "按 1 天（每月按 30 天折算）计",
            "for 1 day (30 days to the month)",
        ),
        ("months", ("1",), "按 1 个月计", "for 1 month"),
        (
            "table",
            ("L4", "diploma"),
            "标准表（4 级（中级工）、毕业证书）",
            "line of the table (level 4, school diploma)",
        ),
        ("table", ("none", "diploma"), "标准表（毕业证书）", "line of the table (school diploma)"),
    ],
)
def test_a_step_is_told_in_yuan_percent_days_and_levels(
    what: str, inputs: tuple[str, ...], zh: str, en: str
) -> None:
    assert step_words(what, inputs, None, "zh") == zh
    assert step_words(what, inputs, None, "en") == en


def test_money_is_grouped_and_a_part_of_a_percent_is_kept() -> None:
    assert money(20_000_000, "zh") == "200,000.00 元"
    assert money(5, "en") == "0.05 yuan"
    assert [percent(bp) for bp in (8000, 1250, 5, 10000)] == ["80%", "12.5%", "0.05%", "100%"]
