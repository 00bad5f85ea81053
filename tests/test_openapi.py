"""The interface documents are valid OpenAPI 3.1 and leave no answer without words."""

import asyncio
from typing import Any

import orjson
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.openapi import FOLDER, document

NAMES = ("audit", "claims", "payments")


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads((FOLDER / f"{name}.json").read_bytes())
    return found


@pytest.mark.parametrize("name", NAMES)
async def test_the_document_is_valid_and_is_what_the_service_offers(name: str) -> None:
    OpenAPIV31SpecValidator(_read(name)).validate()

    made = await asyncio.to_thread(document, name)
    assert made == (FOLDER / f"{name}.json").read_bytes()


@pytest.mark.parametrize("name", ["claims", "payments"])
def test_every_answer_has_words_and_every_success_a_shape(name: str) -> None:
    for path, methods in _read(name)["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                assert answer["description"], f"{method} {path} {status}"
                [content] = answer["content"].values()
                wanted = operation["x-roles"] or status >= "300"
                shape = content["schema"]
                shaped = "$ref" in shape or shape == {"type": "string"}
                assert shaped or not wanted, f"{method} {path} {status}"


@pytest.mark.parametrize("name", ["claims", "payments"])
def test_every_command_answers_with_a_position(name: str) -> None:
    commands = [
        operation
        for methods in _read(name)["paths"].values()
        for method, operation in methods.items()
        if method == "post"
    ]
    assert commands
    for operation in commands:
        done = [a for status, a in operation["responses"].items() if status < "300"]
        assert all("Ledger-Position" in answer["headers"] for answer in done)
