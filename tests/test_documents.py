"""Generated documents stand in the repository as their generators write them."""

import pytest

from tests.documents import GENERATORS, Generator, stale


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda generator: generator.module)
def test_generated_documents_are_up_to_date(generator: Generator) -> None:
    assert stale(generator) == [], "run `make docs`"
