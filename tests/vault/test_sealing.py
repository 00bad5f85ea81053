"""Sealed fields open with the right key, event and field, and with nothing else."""

import base64
import hashlib
import os
import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.base import Sealed
from shared.vault.framing import framed
from shared.vault.sealing import (
    MAX_PLAINTEXT_BYTES,
    PersonKey,
    SealBroken,
    SealRefused,
    commit,
    open_sealed,
    seal,
    verify,
)
from tests.vault.builders import EVENT

KEY = PersonKey("00112233445566778899aabbccddeeff", os.urandom(32))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=700)


@given(text=TEXT, event=st.text(min_size=1, max_size=64), field=st.text(min_size=1, max_size=64))
def test_what_was_sealed_opens(text: str, event: str, field: str) -> None:
    assert open_sealed(KEY, event, field, seal(KEY, event, field, text)) == text


@given(text=TEXT)
def test_a_sealed_field_travels_in_an_event_as_the_schema_says(text: str) -> None:
    sealed = seal(KEY, EVENT, "name", text)
    again = msgspec.json.decode(msgspec.json.encode(sealed), type=Sealed)

    assert open_sealed(KEY, EVENT, "name", again) == text


def test_one_text_sealed_twice_looks_different() -> None:
    assert seal(KEY, EVENT, "name", "张三") != seal(KEY, EVENT, "name", "张三")


def test_a_ciphertext_moved_to_another_event_does_not_open() -> None:
    with pytest.raises(SealBroken):
        open_sealed(KEY, EVENT[:-1] + "2", "name", seal(KEY, EVENT, "name", "张三"))


def test_a_ciphertext_moved_to_another_field_does_not_open() -> None:
    with pytest.raises(SealBroken):
        open_sealed(KEY, EVENT, "account", seal(KEY, EVENT, "name", "张三"))


def test_a_letter_moved_from_the_event_to_the_field_does_not_open() -> None:
    sealed = seal(KEY, "event-a", "bc", "张三")

    with pytest.raises(SealBroken):
        open_sealed(KEY, "event-ab", "c", sealed)


def test_a_ciphertext_of_another_person_does_not_open() -> None:
    sealed = seal(KEY, EVENT, "name", "张三")
    other = PersonKey("ffeeddccbbaa99887766554433221100", KEY.secret)

    with pytest.raises(SealBroken, match="another person"):
        open_sealed(other, EVENT, "name", sealed)
    with pytest.raises(SealBroken):
        open_sealed(PersonKey(KEY.person, os.urandom(32)), EVENT, "name", sealed)


def mutations(text: str, chance: random.Random) -> list[str]:
    raw = base64.b64decode(text)
    flipped = [
        raw[:i] + bytes([raw[i] ^ (1 << chance.randrange(8))]) + raw[i + 1 :]
        for i in range(len(raw))
    ]
    cut = [raw[:-n] for n in range(1, 17)] + [raw[n:] for n in range(1, 17)] + [b""]
    grown = [raw + b"\0", b"\0" + raw, raw + raw]
    letters = [c for c in "ABQw" if c != text.rstrip("=")[-1]]
    stray = [text.rstrip("=")[:-1] + letter + "=" * text.count("=") for letter in letters]
    broken = [text + "=", text + "\n", text.rstrip("=") + "!", text.replace("A", "Å") + "Å"]
    return [base64.b64encode(b).decode() for b in flipped + cut + grown] + stray + broken


def test_a_hundred_different_mutations_of_a_ciphertext_are_refused() -> None:
    sealed = seal(KEY, EVENT, "name", "欧阳娜娜 and a longer name to mutate")
    changed = set(mutations(sealed.ciphertext, random.Random(7))) - {sealed.ciphertext}

    assert len(changed) >= 100
    for text in sorted(changed):
        with pytest.raises(SealBroken):
            open_sealed(KEY, EVENT, "name", Sealed(person=KEY.person, ciphertext=text))


def test_stray_bits_in_the_last_character_are_refused() -> None:
    """Base64 of 31 bytes ends in a character with 4 bits that nobody reads."""
    sealed = seal(KEY, EVENT, "name", "abc")  # 12 + 3 + 16 = 31 bytes
    text = sealed.ciphertext
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    twin = text[:-3] + alphabet[alphabet.index(text[-3]) ^ 1] + "=="

    assert base64.b64decode(twin) == base64.b64decode(text)
    with pytest.raises(SealBroken, match="canonical"):
        open_sealed(KEY, EVENT, "name", Sealed(person=KEY.person, ciphertext=twin))


def test_the_longest_text_fits_the_schema_and_one_byte_more_is_refused() -> None:
    assert len(seal(KEY, EVENT, "note", "x" * MAX_PLAINTEXT_BYTES).ciphertext) <= 4096
    with pytest.raises(SealRefused, match="3044"):
        seal(KEY, EVENT, "note", "x" * (MAX_PLAINTEXT_BYTES + 1))


def test_half_a_character_is_refused() -> None:
    with pytest.raises(SealRefused, match="Unicode"):
        seal(KEY, EVENT, "name", "\ud800")


def test_a_commitment_says_nothing_without_its_nonce_and_proves_with_it() -> None:
    made, again = commit(b"scan of a certificate"), commit(b"scan of a certificate")

    assert made.digest != again.digest
    assert made.digest == hashlib.sha256(made.nonce + b"scan of a certificate").hexdigest()
    assert verify(made.digest, made.nonce, b"scan of a certificate")
    assert not verify(made.digest, made.nonce, b"scan of another certificate")
    assert not verify(made.digest, again.nonce, b"scan of a certificate")


def test_a_nonce_cannot_borrow_bytes_from_the_content() -> None:
    made = commit(b"content")

    assert not verify(made.digest, made.nonce + b"c", b"ontent")
    assert not verify(made.digest, made.nonce[:-1], made.nonce[-1:] + b"content")


def test_secrets_do_not_show_in_a_repr() -> None:
    made = commit(b"content")

    assert repr(KEY.secret) not in repr(KEY)
    assert repr(made.nonce) not in repr(made)


@given(st.lists(st.binary(max_size=5), max_size=4), st.lists(st.binary(max_size=5), max_size=4))
def test_different_fields_never_frame_to_the_same_bytes(one: list[bytes], two: list[bytes]) -> None:
    assert (framed(*one) == framed(*two)) == (one == two)
