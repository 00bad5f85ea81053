"""A rule that would put money into a float, or mean another thing on Spark, does not load."""

from pathlib import Path

import pytest

from services.audit.detectors.lint import complaints, floating_columns
from services.audit.detectors.rules import HERE, InvalidRule, load_rule, load_rules, load_views

D5 = HERE / "d5_advance_50.sql"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT sum(amount_fen) FROM t",
        "SELECT CAST(x AS DOUBLE) FROM t",
        "SELECT CAST(x AS HUGEINT) FROM t",
        "SELECT CAST(x AS DECIMAL(10, 2)) FROM t",
        "SELECT CAST(x AS VARCHAR) FROM t",
        "SELECT a // b FROM t",
        "SELECT a / b FROM t",
        "SELECT avg(x) FROM t",
        "SELECT string_agg(x, ',') FROM t",
        "SELECT DISTINCT ON (a) b FROM t",
        "SELECT * FROM a ASOF JOIN b ON a.t >= b.t",
        "SELECT row_number() OVER (PARTITION BY a) FROM t",
        "SELECT now()",
        "SELECT random()",
    ],
)
def test_sql_outside_the_subset_is_named(sql: str) -> None:
    assert complaints(sql)


def test_what_stands_in_comments_and_strings_is_no_sql() -> None:
    assert complaints("SELECT 'a/b //', 'sum(x)' FROM t -- DOUBLE, a / b") == []


def test_a_nested_float_is_found() -> None:
    described = [("a", "BIGINT"), ("b", "STRUCT(c DOUBLE)"), ("d", "HUGEINT")]

    assert floating_columns(described) == ["b", "d"]


def test_the_rules_of_this_version_load_with_their_keys() -> None:
    rules = load_rules()

    modes = {rule.id: (rule.header.tier, rule.header.mode) for rule in rules}
    assert modes == {
        "A1": ("R", "S"),
        "C1": ("R", "S"),
        "D4": ("R", "S timer"),
        "D5": ("R", "S"),
        "D7": ("X", "S timer"),
        "D9": ("R", "S timer"),
        "F1": ("R", "S"),
        "G1": ("R", "S"),
        "G4": ("R", "B"),
    }
    assert all(rule.header.subject in rule.header.keys for rule in rules)


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("-- tier: R\n", ""),
        ("-- tier: R\n", "-- tier: Z\n"),
        ("-- subject: plan\n", "-- subject: person\n"),
        ("-- clauses: [HLD-10-4]\n", "-- clauses: []\n"),
        ("-- tables: {advances: plan}\n", "-- tables: {advances: ''}\n"),
        ("-- tables: {advances: plan}\n", "-- tables: {nothing: plan}\n"),
        ("--     PayoutImported.v1: plan\n", "--     PayoutImagined.v1: plan\n"),
        ('-- version: "1.0"\n', '-- version: "latest"\n'),
        ("-- mode: S\n", "-- mode: S\n-- colour: red\n"),
        ("CAST(sum(step_fen)", "(sum(step_fen)"),
    ],
)
def test_a_rule_with_an_incomplete_header_is_refused(tmp_path: Path, text: str, by: str) -> None:
    rule = D5.read_text()
    assert text in rule
    (tmp_path / "d5.sql").write_text(rule.replace(text, by, 1))

    with pytest.raises(InvalidRule):
        load_rule(tmp_path / "d5.sql")


def test_two_rules_with_one_id_are_refused(tmp_path: Path) -> None:
    for name in ("one.sql", "two.sql"):
        (tmp_path / name).write_text(D5.read_text())

    with pytest.raises(InvalidRule):
        load_rules(tmp_path)


@pytest.mark.parametrize("ratio_bp", [-1, 10_001])
def test_a_parameter_outside_its_bounds_is_refused(ratio_bp: int) -> None:
    with pytest.raises(InvalidRule):
        load_rule(D5).filled({"ratio_bp": ratio_bp})


def test_every_view_says_what_its_columns_are() -> None:
    text = (HERE / "views.sql").read_text()

    assert all(f"-- {name}:" in text for name in load_views().names)


def test_every_part_of_a_view_reads_one_typed_table() -> None:
    for view in load_views().views:
        assert view.over(view.types) == view.statement
        if "UNION ALL" in view.statement:
            assert view.over(()).count("UNION ALL") == 0
