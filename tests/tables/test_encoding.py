"""Encodings: accepted, refused with a hint, never guessed in silence."""

import pytest

from shared.tables.encoding import detect
from shared.tables.problems import FileRefused
from shared.tables.reader import Upload
from shared.tables.roster import COLUMNS
from tests.tables.builders import GOOD, read_roster, roster_file

FILE = roster_file({}, {"name": "学员乙0002", "level": "三级"}, {"level": ""})
TEXT = FILE.decode()
TRADITIONAL = "姓名,職業培訓機構發證單位證書編號\n學員甲,葫蘆島市職業技能鑑定中心\n" * 20


def refusal(data: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        detect(data)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "gb18030"])
def test_one_file_in_another_encoding_gives_equal_rows(encoding: str) -> None:
    assert read_roster(TEXT.encode(encoding)) == read_roster(FILE)


@pytest.mark.parametrize(
    ("written", "reported"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gbk", "gb18030"), ("gb18030", "gb18030")],
)
def test_the_detected_encoding_is_reported(written: str, reported: str) -> None:
    assert Upload(TEXT.encode(written), COLUMNS).encoding == reported


def test_a_rare_sign_of_gb18030_is_kept() -> None:
    (found,) = read_roster(roster_file({"name": "学员𠮷"}).decode().encode("gb18030"))

    assert getattr(found, "personal").name == "学员𠮷"  # noqa: B009


def test_one_bad_byte_in_utf_8_refuses_the_file_instead_of_reading_it_as_gbk() -> None:
    broken = FILE.replace("乙".encode(), "乙".encode()[:2])

    refused = refusal(broken)

    assert refused.code == "ENCODING"
    assert refused.errors[0].line == 3
    assert "utf-8" in refused.errors[0].en


def test_a_bom_before_bytes_that_are_not_utf_8_refuses_the_file() -> None:
    assert refusal(b"\xef\xbb\xbf" + TEXT.encode("gbk")).code == "ENCODING"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused(encoding: str) -> None:
    with pytest.raises(FileRefused):
        Upload(TEXT.encode(encoding), COLUMNS)


def test_big5_is_refused_though_it_decodes_as_gb18030() -> None:
    data = TRADITIONAL.encode("big5")
    assert data.decode("gb18030")

    assert refusal(data).code == "ENCODING"


def test_bytes_of_no_encoding_are_refused_with_their_line() -> None:
    refused = refusal(",".join(GOOD).encode() + b"\n\xff\xff\xff\n")

    assert (refused.code, refused.errors[0].line) == ("ENCODING", 2)
