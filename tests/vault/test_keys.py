"""The key file: 0600, complete, distinct keys, never shown, never overwritten."""

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from shared.vault.keys import (
    KeyFileRefused,
    Keys,
    generate,
    load,
    new_keys,
    save,
    with_new_index,
    without_previous,
)


def edited(path: Path, **changes: Any) -> Path:
    content = json.loads(path.read_text())
    content.update(changes)
    path.write_text(json.dumps({k: v for k, v in content.items() if v is not None}))
    return path


def test_generated_keys_load_again_and_only_their_owner_can_read_them(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    keys = generate(path)

    assert load(path) == keys
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    keys = generate(path)

    with pytest.raises(KeyFileRefused, match="never overwritten"):
        generate(path)
    assert load(path) == keys


def test_the_old_index_key_travels_with_the_new_one_until_all_is_rekeyed(tmp_path: Path) -> None:
    old = new_keys()
    new = with_new_index(old)
    save(new, tmp_path / "new.json")

    assert load(tmp_path / "new.json") == new
    assert new.previous_index == old.index
    assert without_previous(new).previous_index is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.json"
    generate(path)
    path.chmod(mode)

    with pytest.raises(KeyFileRefused, match="set mode 0600"):
        load(path)


def test_a_missing_file_or_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileRefused, match="No such file"):
        load(tmp_path / "none.json")
    with pytest.raises(KeyFileRefused, match="not a file"):
        load(tmp_path)


def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)

    with pytest.raises(KeyFileRefused, match="not a file"):
        load(tmp_path / "pipe")


def weak() -> str:
    return base64.b64encode(b"a" * 32).decode()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"index_key": "AAAA"}, "32 bytes"),
        ({"index_key": "not base64!"}, "index_key is not base64"),
        ({"index_key": None}, "wrong, missing or unknown"),
        ({"index_key": weak()}, "not random"),
        ({"extra": 1}, "wrong, missing or unknown"),
        ({"format": 2}, "format 2"),
        ({"kek": {"id": 0, "key": base64.b64encode(os.urandom(32)).decode()}}, "1 to 32767"),
        ({"kek": {"id": 1}}, "wrong, missing or unknown"),
    ],
)
def test_an_incomplete_or_weak_file_is_refused(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    path = tmp_path / "keys.json"
    generate(path)

    with pytest.raises(KeyFileRefused, match=reason):
        load(edited(path, **changes))


def test_one_key_for_two_purposes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    keys = generate(path)
    same = base64.b64encode(keys.index).decode()

    with pytest.raises(KeyFileRefused, match="the same"):
        load(edited(path, tombstone_key=same))


def test_a_file_that_is_no_json_is_refused_without_quoting_it(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    generate(path)
    path.write_bytes(b"\xff\xfe secret words")

    with pytest.raises(KeyFileRefused) as refused:
        load(path)
    assert "secret" not in str(refused.value)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    generate(path)
    path.write_bytes(b" " * 5000)

    with pytest.raises(KeyFileRefused, match="4096"):
        load(path)


def test_keys_do_not_show_in_a_repr() -> None:
    keys = new_keys()

    for secret in (keys.index, keys.tombstone, keys.idempotency, keys.kek):
        assert repr(secret)[2:-1] not in repr(keys)
        assert base64.b64encode(secret).decode() not in repr(keys)


def test_a_digest_is_a_keyed_hash_of_32_bytes() -> None:
    one, other = new_keys(), new_keys()

    assert len(one.digest(b"body")) == 32
    assert one.digest(b"body") == one.digest(b"body")
    assert one.digest(b"body") != one.digest(b"bodz")
    assert one.digest(b"body") != other.digest(b"body")


def test_the_key_for_values_is_not_the_key_that_wraps() -> None:
    keys: Keys = new_keys()

    assert keys.value_key != keys.kek
    assert keys.value_key == keys.value_key
