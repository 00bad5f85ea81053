"""The pack's format: figures, hash, and each mistake refused with its place."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from shared.policy import load
from shared.policy.document import PackRefused
from shared.policy.load import content_hash, huludao, load_pack, parse_pack
from shared.policy.pack import Content
from shared.policy.parts import Table
from shared.policy.schema import pack_schema
from shared.policy.switches import CHOICES
from tests.policy.builders import PACK_TEXT, pack_with, text_with

SCHEMA = Path(load.__file__).with_name("pack.schema.json")
ROW = "    - {certificate_types: [qualification, skill_level], level: L4, amount_fen: 200000}\n"
GATE = "    when: {op: present, field: claim.certificate}"


def test_the_figures_of_the_document_stand_in_the_pack() -> None:
    content = huludao().content
    table = content.kinds[0].amount
    assert isinstance(table, Table)
    assert [(row.level, row.amount_fen // 100) for row in table.rows] == [
        ("L5", 1500),
        ("L4", 2000),
        ("L3", 2500),
        ("L2", 3500),
        ("L1", 5000),
    ]
    assert (content.validity.valid_from, content.validity.valid_to) == (
        date(2019, 7, 31),
        date(2021, 12, 31),
    )
    assert content.advance is not None
    assert (content.advance.max_ratio_bp, content.advance.payees) == (
        5000,
        ("enterprise", "institution"),
    )
    assert len(huludao().jurisdictions) == 7


def test_layout_and_comments_do_not_change_the_hash_but_one_figure_does() -> None:
    spaced = parse_pack("# another comment\n" + PACK_TEXT.replace("version: 1\n", "version:   1\n"))
    assert spaced.content_sha256 == huludao().content_sha256
    richer = pack_with((ROW, ROW.replace("200000", "200001")))
    assert richer.content_sha256 != huludao().content_sha256


def test_the_hash_is_over_sorted_json_in_utf8() -> None:
    canonical = '{"a":["葫",null,true],"b":1}'
    expected = hashlib.sha256(canonical.encode()).hexdigest()
    assert content_hash({"b": 1, "a": ["葫", None, True]}) == expected


def test_the_published_schema_is_the_one_of_the_structs_and_takes_the_pack() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == pack_schema()
    plain: Any = json.loads(msgspec.json.encode(huludao().content))
    jsonschema.validate(plain, json.loads(pack_schema()))
    assert msgspec.convert(plain, Content) == huludao().content


def test_the_city_text_is_not_in_the_pack() -> None:
    assert "按照初级（五级）证书1500元" not in PACK_TEXT


def refusal(text: str) -> tuple[str, int, int, str]:
    with pytest.raises(PackRefused) as caught:
        parse_pack(text, "city.yaml")
    first = caught.value.errors[0]
    assert str(caught.value).startswith(f"city.yaml:{first.line}:{first.column}: {first.code}")
    return first.code, first.line, first.column, first.path


def line_of(part: str) -> int:
    return PACK_TEXT[: PACK_TEXT.index(part)].count("\n") + 1


MISTAKES = [
    ("FORMAT", ("format: claims-ledger-policy/1", "format: claims-ledger-policy/2"), "$.format"),
    ("FORMAT", ("version: 1\n", "version: 0\n"), "$.version"),
    ("FORMAT", ("version: 1\n", "version: 1\nfamous: true\n"), "$"),
    ("FORMAT", (ROW, ROW.replace("200000", "0")), "$.kinds[0].amount.rows[1].amount_fen"),
    ("FORMAT", (ROW, ROW.replace("L4", "L6")), "$.kinds[0].amount.rows[1].level"),
    ("FORMAT", ("valid_from: 2019-07-31", "valid_from: 31.7.2019"), "$.validity.valid_from"),
    ("FORMAT", (GATE, GATE.replace("op: present", "op: exists")),
     "$.kinds[0].gates[0].when.op"),
    ("BAD_SCALAR", (ROW, ROW.replace("200000", "2000.00")),
     "$.kinds[0].amount.rows[1].amount_fen"),
    ("BAD_SCALAR", (ROW, ROW.replace("200000", "2_00")), "$.kinds[0].amount.rows[1].amount_fen"),
    ("DUPLICATE_KEY", ("version: 1\n", "version: 1\nversion: 2\n"), "$.version"),
    ("DUPLICATE_ID", ("- id: INT-02", "- id: INT-01"), "$.interpretations[1]"),
    ("DATES_REVERSED", ("valid_to: 2021-12-31", "valid_to: 2019-07-30"), "$.validity.valid_to"),
    ("UNKNOWN_SWITCH", ("- id: INT-05", "- id: INT-77"), "$.interpretations[4].id"),
    ("UNKNOWN_CHOICE", ("choice: hold_other_trade", "choice: trade"),
     "$.interpretations[4].choice"),
    ("UNKNOWN_GROUP", ("groups: [HLD.G.employee]", "groups: [HLD.G.nobody]"),
     "$.kinds[0].groups[0]"),
    ("UNKNOWN_LIMIT", ("limits: [certificate-once", "limits: [certificate-twice"),
     "$.kinds[0].limits[0]"),
    ("DUPLICATE_ID", ("limits: [certificate-once", "limits: [three-a-year"),
     "$.kinds[0].limits[2]"),
    ("UNREACHABLE_PAYEE",
     ("    when: {op: compare, field: claim.paid_by, by: eq, value: individual}\n", ""),
     "$.kinds[0].payees[0]"),
    ("OVERLAPPING_AMOUNTS", (ROW, ROW + ROW), "$.kinds[0].amount.rows[2]"),
    ("REASON_WITHOUT_WORDS", ("reason: NO_AGREEMENT", "reason: NO_PAPERS"),
     "$.kinds[0].gates[2].reason"),
    ("UNKNOWN_FIELD", (GATE, GATE.replace("certificate}", "shoe_size}")),
     "$.kinds[0].gates[0].when.field"),
    ("UNKNOWN_FIELD", ("facts.agreement_in_force, by", "facts.agreement, by"),
     "$.kinds[0].gates[2].when.field"),
    ("WRONG_TYPE", ("facts.agreement_in_force, by: eq, value: true",
                    "facts.agreement_in_force, by: eq, value: 1"),
     "$.kinds[0].gates[2].when.value"),
    ("WRONG_TYPE", ("facts.agreement_in_force, by: eq, value: true",
                    "facts.agreement_in_force, by: ge, value: true"),
     "$.kinds[0].gates[2].when.by"),
    ("WRONG_TYPE", ("by: le, other: claim.claimed_on", "by: le, other: claim.paid_by"),
     "$.kinds[0].gates[1].when.other"),
    ("OPERAND", ("by: le, other: claim.claimed_on", "by: le"), "$.kinds[0].gates[1].when"),
    ("DATES_REVERSED",
     (GATE, "    when: {op: between, field: on, first: 2020-02-01, last: 2020-01-31}"),
     "$.kinds[0].gates[0].when.last"),
    ("WRONG_TYPE",
     (GATE, "    when: {op: between, field: claim.level, first: 2020-02-01, last: 2020-02-02}"),
     "$.kinds[0].gates[0].when.field"),
    ("WRONG_TYPE", (GATE, "    when: {op: not, of: {op: in, field: on, values: [L5]}}"),
     "$.kinds[0].gates[0].when.of.field"),
    ("UNKNOWN_FIELD", (GATE, "    when: {op: any, of: [{op: in, field: claim.x, values: [a]}]}"),
     "$.kinds[0].gates[0].when.of[0].field"),
    ("ALIAS", ("version: 1\n", "version: &v 1\nother: *v\n"), "$"),
    ("YAML", ("version: 1\n", "version: [1\n"), "$"),
    ("TOO_DEEP", ("version: 1\n", f"version: {'[' * 50}1{']' * 50}\n"), "$"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "change", "path"), MISTAKES)
def test_a_wrong_pack_is_refused_with_place_and_reason(
    code: str, change: tuple[str, str], path: str
) -> None:
    found = refusal(text_with(change))
    assert (found[0], found[3]) == (code, path)


def test_the_place_is_the_line_and_column_in_the_file() -> None:
    code, line, column, _ = refusal(text_with(("choice: hold_other_trade", "choice: trade")))
    assert (code, line, column) == ("UNKNOWN_CHOICE", line_of("choice: hold_other_trade"), 11)


def test_a_second_yearly_limit_on_one_kind_is_refused() -> None:
    again = "- type: max_times\n  id: four-a-year\n  clause: HLD-10-2\n  counter: other\n"
    again += "  max: 4\n  strength: must\n  reason: LIMIT_YEAR\n"
    text = text_with(
        ("three-a-year]", "three-a-year, four-a-year]"), ("advance:\n", again + "advance:\n")
    )
    assert refusal(text)[0] == "TWO_YEARLY_LIMITS"


def test_all_mistakes_are_named_at_once() -> None:
    text = text_with(("choice: hold_other_trade", "choice: trade"), ("INT-02", "INT-88"))
    with pytest.raises(PackRefused) as caught:
        parse_pack(text)
    assert {error.code for error in caught.value.errors} == {"UNKNOWN_CHOICE", "UNKNOWN_SWITCH"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "EMPTY"),
        (b"\xff\xfe", "ENCODING"),
        (b"- a\n- b\n", "FORMAT"),
        (b"a: 1\n" * 200_000, "TOO_LARGE"),
        (b"a: \x00", "YAML"),
    ],
)
def test_a_file_that_is_no_pack_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "city.yaml"
    path.write_bytes(content)
    with pytest.raises(PackRefused) as caught:
        load_pack(path)
    assert caught.value.errors[0].code == code


def test_every_switch_of_the_pack_is_one_that_the_code_runs() -> None:
    assert set(huludao().switches) <= set(CHOICES)
