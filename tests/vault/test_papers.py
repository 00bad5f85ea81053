"""A file opens at its own place, under its own holder's key, whole and unchanged, or not at all."""

import hashlib
import os

import pytest

from shared.vault.ciphers import Ciphers
from shared.vault.keys import new_keys
from shared.vault.papers import (
    HEADER_BYTES,
    HolderKey,
    PaperOpening,
    PaperPlace,
    PaperSealing,
    PlanKey,
    SealedPaper,
)
from shared.vault.sealing import PersonKey, SealBroken

KEY = PersonKey("00112233445566778899aabbccddeeff", os.urandom(32))
PLACE = PaperPlace("claim-1", "document-1")
CHUNKS = (b"first", b"second", b"last")


def sealed(
    chunks: tuple[bytes, ...] = CHUNKS, place: PaperPlace = PLACE, key: HolderKey = KEY
) -> tuple[SealedPaper, list[bytes]]:
    sealing = PaperSealing(place)
    kept = [sealing.seal(chunk) for chunk in chunks]
    return sealing.done(key), kept


def opened(
    paper: SealedPaper, kept: list[bytes], place: PaperPlace = PLACE, key: HolderKey = KEY
) -> bytes:
    opening = PaperOpening(place, paper.commitment, paper.header, key)
    return b"".join(opening.open(no, kept[no]) for no in range(opening.chunks))


def test_what_was_sealed_opens_and_the_event_tells_its_size_and_stored_hash() -> None:
    paper, kept = sealed()

    assert opened(paper, kept) == b"".join(CHUNKS)
    assert paper.size_bytes == sum(map(len, CHUNKS))
    assert paper.sha256 == hashlib.sha256(b"".join(CHUNKS)).hexdigest()
    assert paper.stored_sha256 == hashlib.sha256(b"".join(kept)).hexdigest()
    assert len(paper.header) == HEADER_BYTES


def test_the_same_file_twice_has_two_commitments_and_nothing_in_common() -> None:
    (one, one_kept), (two, two_kept) = sealed(), sealed()

    assert one.commitment != two.commitment
    assert not set(one_kept) & set(two_kept)


@pytest.mark.parametrize(
    "place", [PaperPlace("claim-2", "document-1"), PaperPlace("claim-1", "document-2")]
)
def test_a_file_moved_to_another_claim_or_document_does_not_open(place: PaperPlace) -> None:
    paper, _ = sealed()

    with pytest.raises(SealBroken):
        PaperOpening(place, paper.commitment, paper.header, KEY)


def test_another_persons_key_opens_nothing() -> None:
    paper, kept = sealed()

    with pytest.raises(SealBroken):
        opened(paper, kept, key=PersonKey(KEY.person, os.urandom(32)))


def test_an_event_with_another_commitment_opens_nothing() -> None:
    paper, _ = sealed()

    with pytest.raises(SealBroken):
        PaperOpening(PLACE, "0" * 64, paper.header, KEY)


def test_two_equal_chunks_of_one_file_look_different() -> None:
    _, kept = sealed((b"the same words", b"the same words"))

    assert kept[0][:14] != kept[1][:14]


def test_chunks_that_change_places_or_bits_do_not_open() -> None:
    paper, kept = sealed()
    bent = [kept[0], kept[1][:-1] + bytes([kept[1][-1] ^ 1]), kept[2]]

    for wrong in ([kept[1], kept[0], kept[2]], bent):
        with pytest.raises(SealBroken):
            opened(paper, wrong)


def test_the_last_chunk_opens_only_when_all_before_it_were_read() -> None:
    paper, kept = sealed()
    opening = PaperOpening(PLACE, paper.commitment, paper.header, KEY)
    opening.open(0, kept[0])

    with pytest.raises(SealBroken):
        opening.open(2, kept[2])


def test_a_plan_has_one_key_for_ever_and_another_plan_another_one() -> None:
    keys = new_keys()
    one, again = Ciphers(keys).plan_secret("plan-1"), Ciphers(keys).plan_secret("plan-1")
    paper, kept = sealed(key=PlanKey("plan-1", one))

    assert opened(paper, kept, key=PlanKey("plan-1", again)) == b"".join(CHUNKS)
    assert Ciphers(keys).plan_secret("plan-2") != one
    assert Ciphers(new_keys()).plan_secret("plan-1") != one


def test_no_key_stands_in_what_is_printed() -> None:
    key = PlanKey("plan-1", b"secret-secret-secret-secret-secr")
    paper, _ = sealed(key=key)

    assert "secret" not in repr(key)
    assert paper.sha256 not in repr(paper)
