"""What a file is, is told by its leading bytes."""

import pytest

from services.claims.document.media import CSV, MEDIA_TYPES, PDF, XLSX, looks_like
from tests.claims.document.files import FILES


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_each_type_is_known_by_its_first_bytes_and_by_no_other_types(media_type: str) -> None:
    assert [name for name, head in FILES.items() if looks_like(media_type, head)] == [media_type]


def test_a_table_in_the_encoding_of_old_office_programs_is_text() -> None:
    assert looks_like(CSV, "姓名,金额\n学员甲,100\n".encode("gb18030"))


def test_a_table_whose_last_character_is_cut_off_is_text() -> None:
    assert looks_like(CSV, ("班" * 2000).encode()[:4096])


@pytest.mark.parametrize("head", [b"\x00\x01\x02", b"MZ\x90\x00", b"a,b\x00c", b"\x81\xff\xff"])
def test_what_nobody_can_read_is_no_table(head: bytes) -> None:
    assert not looks_like(CSV, head)


def test_an_archive_of_something_else_is_no_workbook() -> None:
    assert not looks_like(XLSX, b"PK\x03\x04" + bytes(26) + b"program.exe")


def test_a_page_that_only_mentions_the_signature_is_no_document() -> None:
    assert not looks_like(PDF, b"<html>%PDF-1.7")
