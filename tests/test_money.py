"""Amounts keep every fen, from the yuan that people write to the fen that the ledger counts."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.base import MAX_FEN
from shared.money import MoneyRefused, parse_fen, parse_yuan, yuan


@given(st.integers(0, MAX_FEN))
def test_what_is_shown_is_read_again_as_the_same_amount(fen: int) -> None:
    assert parse_yuan(yuan(fen)) == fen == parse_fen(fen)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_amounts_add_up_as_they_are_shown(one: int, other: int) -> None:
    assert parse_yuan(yuan(one)) + parse_yuan(yuan(other)) == parse_yuan(yuan(one + other))


@given(st.floats())
def test_no_float_is_an_amount(value: float) -> None:
    for parse in (parse_fen, parse_yuan):
        with pytest.raises(MoneyRefused):
            parse(value)


@given(st.text(alphabet="0159.,-+e１ \n", max_size=12))
def test_a_text_is_an_amount_only_in_the_one_way_to_write_it(text: str) -> None:
    fen = None
    with contextlib.suppress(MoneyRefused):
        fen = parse_yuan(text)

    ways = [text, f"{text}0", f"{text}.00"]
    assert fen is None or (text.isascii() and yuan(fen) in ways)


@pytest.mark.parametrize(
    ("text", "fen"), [("0", 0), ("1234.56", 123456), ("1234.5", 123450), ("7", 700)]
)
def test_yuan_are_read_to_the_fen(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.239", "AMOUNT_NOT_YUAN"),
        ("１２", "AMOUNT_NOT_YUAN"),
        ("1,234.00", "AMOUNT_NOT_YUAN"),
        ("01", "AMOUNT_NOT_YUAN"),
        ("1.", "AMOUNT_NOT_YUAN"),
        (".5", "AMOUNT_NOT_YUAN"),
        ("1e3", "AMOUNT_NOT_YUAN"),
        ("+1", "AMOUNT_NOT_YUAN"),
        ("1\n", "AMOUNT_NOT_YUAN"),
        ("", "AMOUNT_NOT_YUAN"),
        (b"1", "AMOUNT_NOT_YUAN"),
        ("-1", "AMOUNT_NEGATIVE"),
        (yuan(MAX_FEN + 1), "AMOUNT_TOO_LARGE"),
        ("9" * 5000, "AMOUNT_NOT_YUAN"),
    ],
)
def test_what_is_no_amount_in_yuan_is_refused_with_its_code(text: Any, code: str) -> None:
    with pytest.raises(MoneyRefused) as refused:
        parse_yuan(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (-1, "AMOUNT_NEGATIVE"),
        (MAX_FEN + 1, "AMOUNT_TOO_LARGE"),
        (1e20, "AMOUNT_TOO_LARGE"),
        (-1e20, "AMOUNT_NEGATIVE"),
        (1.0, "AMOUNT_NOT_FEN"),
        (True, "AMOUNT_NOT_FEN"),
        ("1", "AMOUNT_NOT_FEN"),
        (None, "AMOUNT_NOT_FEN"),
    ],
)
def test_what_is_no_amount_in_fen_is_refused_with_its_code(value: Any, code: str) -> None:
    with pytest.raises(MoneyRefused) as refused:
        parse_fen(value)
    assert refused.value.code == code


def test_a_negative_amount_is_shown_with_its_sign() -> None:
    assert yuan(-105) == "-1.05"
