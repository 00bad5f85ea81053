"""What a register may not say: every answer that is not what was agreed is refused whole."""

import socket
from collections.abc import AsyncIterator
from datetime import date

import aiohttp
import pytest
from aiohttp import web

from shared.registers.http import HttpRegister
from shared.registers.port import Corrected, Question, RegisterSilent, Why
from shared.registers.wire import MAX_BODY_BYTES
from tests.registers.simulator import FAST

ASKED = Question(id="a", question="insured_month", as_of=date(2021, 2, 5), id_number="X")
GOOD = '{"id":"a","outcome":"confirmed","valid_at":"2021-05-01T00:00:00Z"}'


class Said:
    """A register that says what a test puts here."""

    body = b""
    status = 200


@pytest.fixture
async def register() -> AsyncIterator[HttpRegister]:
    async def ask(_: web.Request) -> web.Response:
        return web.Response(body=Said.body, status=Said.status)

    app = web.Application()
    app.add_routes([web.post("/ask", ask), web.post("/corrections", ask)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listening).start()
    Said.status = 200
    async with aiohttp.ClientSession() as session:
        port = listening.getsockname()[1]
        yield HttpRegister("SI_EMPLOY", f"http://127.0.0.1:{port}", session, limits=FAST)
    await runner.cleanup()


async def test_what_was_agreed_is_taken(register: HttpRegister) -> None:
    Said.body = f'{{"answers":[{GOOD}]}}'.encode()

    [answer] = await register.ask([ASKED])

    assert (answer.id, answer.outcome, answer.raw) == ("a", "confirmed", GOOD.encode())


@pytest.mark.parametrize(
    "answers",
    [
        GOOD.replace('"a"', '"b"'),
        f"{GOOD},{GOOD}",
        GOOD.replace("confirmed", "perhaps"),
        GOOD.replace("Z", ""),
        GOOD.replace('"id"', '"more":1,"id"'),
        GOOD.replace('"outcome"', '"facts":[{"attribute":"Big Words"}],"outcome"'),
        "7",
    ],
)
async def test_an_answer_that_was_not_agreed_is_wrong(register: HttpRegister, answers: str) -> None:
    Said.body = f'{{"answers":[{answers}]}}'.encode()

    with pytest.raises(RegisterSilent) as silent:
        await register.ask([ASKED])

    assert silent.value.why is Why.WRONG


async def test_an_answer_without_end_is_broken_off(register: HttpRegister) -> None:
    Said.body = b" " * (MAX_BODY_BYTES + 1)

    with pytest.raises(RegisterSilent) as silent:
        await register.ask([ASKED])

    assert str(silent.value) == f"wrong: more than {MAX_BODY_BYTES} bytes"


async def test_corrections_that_run_back_are_wrong(register: HttpRegister) -> None:
    Said.body = b'{"ids":[],"next":3}'

    with pytest.raises(RegisterSilent):
        await register.corrected(4)


async def test_a_register_without_a_list_of_corrections_corrects_nothing(
    register: HttpRegister,
) -> None:
    Said.status = 404

    assert await register.corrected(7) == Corrected((), 7)
    with pytest.raises(RegisterSilent):
        await register.ask([ASKED])
