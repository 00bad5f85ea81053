"""The pack's format: figures, hash, schema, and files that are no pack."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from shared.policy import load
from shared.policy.coverage import plain_of
from shared.policy.document import PackRefused
from shared.policy.load import PACKS, content_hash, huludao, load_pack, parse_pack
from shared.policy.pack import Content
from shared.policy.parts import Table
from shared.policy.schema import pack_schema
from shared.policy.switches import CHOICES
from tests.policy.builders import PACK_TEXT, pack_with

SCHEMA = Path(load.__file__).with_name("pack.schema.json")
ROW = "    - {certificate_types: [qualification, skill_level], level: L4, amount_fen: 200000}\n"


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


def test_the_published_schema_is_the_one_of_the_structs_and_reads_back_the_pack() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == pack_schema()
    plain: Any = json.loads(msgspec.json.encode(huludao().content))
    assert msgspec.convert(plain, Content) == huludao().content


@pytest.mark.parametrize("path", sorted(PACKS.glob("*.yaml")), ids=lambda path: path.stem)
def test_an_editor_finds_no_mistake_in_a_pack_that_ships(path: Path) -> None:
    plain: Any = plain_of(path.read_text(encoding="utf-8"))
    jsonschema.validate(plain, json.loads(pack_schema()))
    plain["kinds"][0]["payee"] = "somebody"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain, json.loads(pack_schema()))


def test_the_schema_says_what_each_field_means() -> None:
    parts = json.loads(pack_schema())["$defs"]
    silent = [
        f"{name}.{field}"
        for name, part in parts.items()
        for field, rule in part.get("properties", {}).items()
        if not rule.get("description")
    ]
    assert silent == []


def test_the_city_text_is_not_in_the_pack() -> None:
    assert "按照初级（五级）证书1500元" not in PACK_TEXT


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "EMPTY"),
        (b"\xff\xfe", "ENCODING"),
        (b"- a\n- b\n", "VALUE_TYPE"),
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
