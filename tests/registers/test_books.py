"""The simulator's books: what each register answers from them, and what is no book."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.simulators.registers.books import Books, Shelf, read_books
from shared.registers.port import Question

EXAMPLE = Path(__file__).with_name("books.yaml")
ANNA, BERT = "999999198001010011", "999999199002150029"


def asked(question: str, day: date, **said: Any) -> Question:
    return Question(id="q", question=question, as_of=day, **said)


@pytest.mark.parametrize(
    ("register", "question", "outcome"),
    [
        ("SI_EMPLOY", asked("insured_month", date(2021, 2, 5), id_number=ANNA), "confirmed"),
        ("SI_EMPLOY", asked("insured_month", date(2021, 2, 28), id_number=BERT), "not_found"),
        ("SI_EMPLOY", asked("insured_month", date(2021, 3, 1), id_number=BERT), "confirmed"),
        ("SI_EMPLOY", asked("insured_month", date(2022, 1, 1), id_number=ANNA), "not_found"),
        ("CERT_REG", asked("certificate", date(2021, 4, 21), id_number=ANNA,
                           certificate_number="HLD20210001"), "confirmed"),
        ("CERT_REG", asked("certificate", date(2021, 4, 21), id_number=BERT,
                           certificate_number="HLD20210001"), "refuted"),
        ("INST_REG", asked("agreement", date(2021, 2, 5), institution="52999999000000115P",
                           until=date(2021, 3, 22)), "confirmed"),
        ("INST_REG", asked("agreement", date(2022, 1, 1), institution="52999999000000115P"),
         "not_found"),
        ("INST_REG", asked("pension", date(2022, 1, 1), id_number=ANNA), "unclear"),
        ("SI_PENSION", asked("pension", date(2020, 3, 2), id_number=ANNA), "not_found"),
        ("SI_PENSION", asked("pension", date(2020, 3, 2), id_number=BERT), "confirmed"),
        ("LABOUR", asked("difficult_firm", date(2020, 3, 2), institution="91999999000000101X"),
         "confirmed"),
    ],
)  # fmt: skip
def test_a_register_answers_from_its_book(register: str, question: Question, outcome: str) -> None:
    shelf = Shelf(read_books(EXAMPLE.read_bytes()))

    assert shelf.answer(register, question).outcome == outcome


def test_books_in_json_say_the_same_as_in_yaml() -> None:
    books = read_books(EXAMPLE.read_bytes())

    assert read_books(msgspec.json.encode(books)) == books


def test_months_over_the_turn_of_a_year_are_facts_of_their_own() -> None:
    shelf = Shelf(read_books(EXAMPLE.read_bytes()))
    asked_for = asked("insured_month", date(2020, 12, 31), id_number=ANNA, until=date(2021, 1, 1))

    facts = shelf.answer("SI_EMPLOY", asked_for).facts

    assert [(f.valid_from, f.valid_to) for f in facts] == [
        (date(2020, 12, 1), date(2020, 12, 31)), (date(2021, 1, 1), date(2021, 1, 31)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("register", "question", "days"),
    [
        ("SI_UNEMP", asked("insured_month", date(2020, 3, 31), id_number=ANNA),
         [date(2020, 1, 31), date(2020, 2, 29), date(2020, 3, 31)]),
        ("COURSE_LOG", asked("attended_day", date(2020, 3, 2), id_number=ANNA,
                             until=date(2020, 3, 3)), [date(2020, 3, 2), date(2020, 3, 3)]),
    ],
)  # fmt: skip
def test_months_and_days_up_to_the_last_one_asked_about_are_facts_of_their_own(
    register: str, question: Question, days: list[date]
) -> None:
    facts = Shelf(read_books(EXAMPLE.read_bytes())).answer(register, question).facts

    assert [fact.valid_from for fact in facts] == days


def test_a_correction_takes_the_place_of_what_stood_there() -> None:
    shelf = Shelf(read_books(EXAMPLE.read_bytes()))

    shelf.correct(Books(removed=("hld20210001",)))

    paper = asked(
        "certificate", date(2021, 4, 21), id_number=ANNA, certificate_number="HLD20210001"
    )
    assert shelf.answer("CERT_REG", paper).outcome == "not_found"


@pytest.mark.parametrize("content", [b"insured: [{id: 1}]", b"people: []", b"[", b"7"])
def test_what_is_no_book_is_refused(content: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        read_books(content)
