"""Made-up files that begin as their types do, and who sends them."""

import random
from typing import Any

import orjson

from services.claims.document.media import CSV, JPEG, PDF, PNG, XLSX
from tests.installation import Answer, Person

PDF_FILE = b"%PDF-1.7\n% a scan\n"
FILES = {
    PDF: PDF_FILE,
    JPEG: b"\xff\xd8\xff\xe0\x00\x10JFIF",
    PNG: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    CSV: "日期,学员甲\n2020-03-02,到\n".encode(),
    XLSX: b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml",
}
MARK = b"a line that stands in clear text"


def scan(size: int, seed: int = 1) -> bytes:
    """A PDF of `size` bytes with a line to look for."""
    head = PDF_FILE + MARK
    return head + random.Random(seed).randbytes(size - len(head))


async def attach(
    person: Person, path: str, content: bytes, *, key: str, kind: str = "certificate",
    media_type: str = PDF, **headers: str,
) -> Answer:  # fmt: skip
    return await person.post(
        f"{path}/documents?kind={kind}", key=key, raw=content,
        **{"Content-Type": media_type, **headers},
    )  # fmt: skip


async def read(person: Person, path: str) -> tuple[int, bytes, dict[str, str]]:
    """Status, bytes and headers: a file is no JSON."""
    said = {"Authorization": f"Bearer {person.token}"}
    async with person.session.get(person.url + path, headers=said) as given:
        return given.status, await given.read(), dict(given.headers)


def code_of(content: bytes) -> Any:
    return orjson.loads(content)["code"]
