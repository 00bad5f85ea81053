"""The pinned requirements: all that pyproject.toml asks for, each with hashes, from no address."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)((?: ;[^\\\n]*)?) \\$", re.MULTILINE)

WANTED = {
    "requirements.txt": PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["build"],
    "requirements-dev.txt": PROJECT["dependency-groups"]["dev"],
}


def _pins(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text()
    return {canonicalize_name(name): version for name, version, _ in PINNED.findall(text)}


@pytest.mark.parametrize("file", WANTED)
def test_every_dependency_is_pinned_to_a_version_that_it_allows(file: str) -> None:
    pins = _pins(file)
    for text in WANTED[file]:
        wanted = Requirement(text)
        assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)]), text


@pytest.mark.parametrize("file", WANTED)
def test_every_pin_has_a_hash_and_no_address(file: str) -> None:
    text = (ROOT / file).read_text()
    assert "://" not in text
    assert "index-url" not in text
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(_pins(file))
    assert all("--hash=sha256:" in block for block in blocks)


def test_both_files_pin_the_same_versions() -> None:
    runtime, dev = _pins("requirements.txt"), _pins("requirements-dev.txt")
    assert {name: dev[name] for name in runtime.keys() & dev.keys()} == {
        name: runtime[name] for name in runtime.keys() & dev.keys()
    }
