"""The adapter against the simulator's own process: answers, failures, tries, the open circuit."""

from dataclasses import replace
from datetime import date
from typing import Any

import aiohttp
import pytest

from services.simulators.registers.books import Books, Certificate, Insured
from services.simulators.registers.site import Mood
from shared.registers.http import HttpRegister
from shared.registers.pacing import Limits
from shared.registers.port import Question, RegisterSilent, Why
from tests.registers.simulator import FAST, SECRET, Simulated

ANNA, BERT = "999999198001010011", "999999199002150029"
CODE = "SI_EMPLOY"


def question(id_: str, **said: Any) -> Question:
    basis: dict[str, Any] = {
        "question": "insured_month",
        "as_of": date(2021, 2, 5),
        "id_number": ANNA,
    }
    return Question(id=id_, **(basis | said))


def asking(
    registers: Simulated, session: aiohttp.ClientSession, code: str = CODE, **limits: Any
) -> HttpRegister:
    own: Limits = replace(FAST, **limits)
    return HttpRegister(code, registers.address(code), session, secret=SECRET, limits=own)


async def test_many_questions_are_answered_in_one_call(
    registers: Simulated, session: aiohttp.ClientSession
) -> None:
    employed = Insured(
        id_number=ANNA, employer="EMPLOYER-1", first=date(2021, 1, 1), last=date(2021, 12, 31)
    )
    await registers.correct(Books(insured=(employed,)))
    before = await registers.calls(CODE)

    answers = await asking(registers, session).ask(
        [question("a"), question("b", id_number=BERT), question("c", as_of=date(2020, 12, 31))]
    )

    assert {a.id: a.outcome for a in answers} == {
        "a": "confirmed", "b": "not_found", "c": "not_found",
    }  # fmt: skip
    assert answers[0].facts[0].valid_to == date(2021, 2, 28)
    assert answers[0].raw.startswith(b'{"id":"a"')
    assert await registers.calls(CODE) == before + 1


async def test_another_persons_certificate_is_refuted(
    registers: Simulated, session: aiohttp.ClientSession
) -> None:
    paper = Certificate(
        number="HLD-1", id_number=BERT, occupation="6-11-01-03", level="L4",
        issued_on=date(2021, 4, 21),
    )  # fmt: skip
    await registers.correct(Books(certificates=(paper,)))
    asked = question("cert", question="certificate", certificate_number="hld-1 ")

    [answer] = await asking(registers, session, "CERT_REG").ask([asked])

    assert answer.outcome == "refuted"


@pytest.mark.parametrize(
    ("mood", "why", "calls"),
    [
        (Mood.DOWN, Why.DOWN, 2),
        (Mood.BUSY, Why.DOWN, 2),
        (Mood.SLOW, Why.SLOW, 2),
        (Mood.WRONG, Why.WRONG, 1),
    ],
)
async def test_a_silent_register_is_tried_a_bounded_number_of_times(
    registers: Simulated, session: aiohttp.ClientSession, mood: Mood, why: Why, calls: int
) -> None:
    before = await registers.calls(CODE)
    await registers.mood(CODE, mood)
    try:
        with pytest.raises(RegisterSilent) as silent:
            await asking(registers, session).ask([question("silent")])
    finally:
        await registers.mood(CODE, Mood.UP)

    assert silent.value.why is why
    assert await registers.calls(CODE) == before + calls
    assert ANNA not in str(silent.value)


@pytest.mark.parametrize("mood", [Mood.BUSY, Mood.WRONG])
async def test_after_failures_the_register_is_left_alone_until_one_call_succeeds(
    registers: Simulated, session: aiohttp.ClientSession, mood: Mood
) -> None:
    register = asking(registers, session, open_seconds=60.0, longest_open_seconds=60.0)
    await registers.mood(CODE, mood)
    try:
        for _ in range(3):
            with pytest.raises(RegisterSilent):
                await register.ask([question("open")])
        before = await registers.calls(CODE)
        with pytest.raises(RegisterSilent) as silent:
            await register.ask([question("open")])
    finally:
        await registers.mood(CODE, Mood.UP)

    assert str(silent.value) == "down: circuit open"
    assert await registers.calls(CODE) == before


async def test_a_request_with_another_secret_is_refused(
    registers: Simulated, session: aiohttp.ClientSession
) -> None:
    wrong = HttpRegister(
        CODE, registers.address(CODE), session, secret="not the secret", limits=FAST
    )

    with pytest.raises(RegisterSilent) as silent:
        await wrong.ask([question("secret")])

    assert str(silent.value) == "wrong: status 401"


async def test_an_address_where_nobody_listens_is_a_register_that_is_down(
    session: aiohttp.ClientSession,
) -> None:
    nobody = HttpRegister(CODE, "http://127.0.0.1:1", session, limits=FAST)

    with pytest.raises(RegisterSilent) as silent:
        await nobody.ask([question("nobody")])

    assert silent.value.why is Why.DOWN


async def test_a_register_tells_which_answers_it_would_give_otherwise_now(
    registers: Simulated, session: aiohttp.ClientSession
) -> None:
    register = asking(registers, session)
    start = await register.corrected(0)
    await register.ask([question("told", id_number=BERT)])
    late = Insured(
        id_number=BERT, employer="EMPLOYER-2", first=date(2021, 1, 1), last=date(2021, 12, 31),
        posted_on=date(2021, 9, 1),
    )  # fmt: skip
    await registers.correct(Books(insured=(late,)))

    told = await register.corrected(start.next)

    assert "told" in told.ids
    assert (await register.corrected(told.next)).ids == ()
