"""Levels as people write them, and the list of occupations."""

from typing import get_args

import pytest

from shared.policy.levels import (
    CERTIFICATE_TYPES,
    UnknownCertificateType,
    UnknownLevel,
    parse_certificate_type,
    parse_level,
)
from shared.policy.occupations import OccupationsRefused, occupations, parse_occupations
from shared.policy.parts import CertificateType

HEAD = "code,zh,en\n"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("五级", "L5"),
        ("初级工", "L5"),
        (" 初级 ", "L5"),
        ("5", "L5"),
        ("初级（五级）", "L5"),
        ("中级工", "L4"),
        ("三级/高级工", "L3"),
        ("技师", "L2"),
        ("高级技师", "L1"),
        ("一级(高级技师)", "L1"),
        ("L1", "L1"),
        ("无", "none"),
    ],
)
def test_a_level_is_read_by_its_names(text: str, level: str) -> None:
    assert parse_level(text) == level


@pytest.mark.parametrize("text", ["", " ", "6", "５", "五级/四级", "五级 高手", "0", "学徒", "/"])
def test_what_names_no_level_or_two_is_refused(text: str) -> None:
    with pytest.raises(UnknownLevel):
        parse_level(text)


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("职业资格证书", "qualification"),
        (" 职业技能等级证书 ", "skill_level"),
        ("skill_level", "skill_level"),
        ("培训合格证", "training_pass"),
    ],
)
def test_a_certificate_type_is_read_by_its_name_or_code(text: str, type_: str) -> None:
    assert parse_certificate_type(text) == type_


@pytest.mark.parametrize("text", ["", "证书", "skill level"])
def test_what_names_no_certificate_type_is_refused(text: str) -> None:
    with pytest.raises(UnknownCertificateType):
        parse_certificate_type(text)


def test_intake_reads_every_certificate_type_that_a_pack_can_name() -> None:
    assert set(CERTIFICATE_TYPES.values()) == set(get_args(CertificateType))


def test_the_example_list_knows_the_electrician() -> None:
    assert occupations()["6-31-01-03"].zh == "电工"
    assert len(occupations()) >= 60


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "line 1"),
        ("code,name\n", "line 1"),
        (HEAD + "6-31-01,电工,electrician\n", "line 2"),
        (HEAD + "6-31-01-03,电工\n", "line 2"),
        (HEAD + "6-31-01-03,,electrician\n", "line 2"),
        (HEAD + "6-31-01-03,电工,electrician\n" * 2, "line 3"),
        (
            HEAD + "".join(f"1-{n // 100:02}-{n % 100:02}-00,a,b\n" for n in range(5001)),
            "line 5002",
        ),
    ],
)
def test_a_wrong_list_is_refused_with_its_line(text: str, place: str) -> None:
    with pytest.raises(OccupationsRefused, match=place):
        parse_occupations(text)
