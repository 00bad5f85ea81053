"""A register that speaks JSON over HTTP: time-outs, tries with pauses, and a circuit breaker."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import aiohttp
import msgspec

from shared.registers.pacing import Breaker, Limits, Pace, chance, pause_seconds
from shared.registers.port import Answered, Corrected, Question, RegisterSilent, Why
from shared.registers.signing import SIGNATURE_HEADER, TIME_HEADER, signature
from shared.registers.wire import (
    ANSWER,
    ANSWERING,
    CORRECTIONS,
    MAX_BODY_BYTES,
    MAX_RAW_BYTES,
    Asking,
    CorrectionsAsked,
    fact_of,
)

T = TypeVar("T")
CORRECTIONS_PATH = "/corrections"
NO_LIST = b"404"
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_ENCODER = msgspec.json.Encoder()


class HttpRegister:
    """One register at one address. Personal numbers travel in the body, never in the address."""

    def __init__(
        self,
        code: str,
        url: str,
        session: aiohttp.ClientSession,
        *,
        secret: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.code = code
        self._url = url.rstrip("/")
        self._session = session
        self._secret = secret
        self._limits = limits or Limits()
        self._pace = Pace(self._limits.calls_a_second)
        self._breaker = Breaker(self._limits)

    async def ask(self, questions: Sequence[Question]) -> Sequence[Answered]:
        """See the port. An answer that nobody asked for makes the whole answer wrong."""
        asked = {question.id for question in questions}

        def read(said: bytes) -> Sequence[Answered]:
            answers = [_answered(bytes(raw)) for raw in _decoded(ANSWERING, said).answers]
            given = {answer.id for answer in answers}
            if not given <= asked or len(given) < len(answers):
                raise RegisterSilent(Why.WRONG, "answers to other questions")
            return answers

        body = _ENCODER.encode(Asking(questions=tuple(questions)))
        return await self._call("/ask", body, read)

    async def corrected(self, after: int) -> Corrected:
        """See the port. A register without such a list (404) corrects nothing by itself."""

        def read(said: bytes) -> Corrected:
            if said is NO_LIST:
                return Corrected((), after)
            page = _decoded(CORRECTIONS, said)
            if page.next < after:
                raise RegisterSilent(Why.WRONG, "corrections run back")
            return Corrected(page.ids, page.next)

        return await self._call(
            CORRECTIONS_PATH, _ENCODER.encode(CorrectionsAsked(after=after)), read
        )

    async def _call(self, path: str, body: bytes, read: Callable[[bytes], T]) -> T:
        """A wrong answer opens the circuit like none: whoever cannot answer is left alone."""
        self._breaker.check()
        try:
            found = read(await self._tried(path, body))
        except RegisterSilent:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return found

    async def _tried(self, path: str, body: bytes) -> bytes:
        """The answer's body; tried again while it may help. Raises RegisterSilent."""
        failed = 0
        while True:
            await self._pace.wait()
            try:
                return await self._once(path, body)
            except _Passing as passing:
                failed += 1
                if failed >= self._limits.tries:
                    raise RegisterSilent(passing.why, passing.detail) from None
            await asyncio.sleep(pause_seconds(self._limits, failed, chance()))

    async def _once(self, path: str, body: bytes) -> bytes:
        limits = self._limits
        timeout = aiohttp.ClientTimeout(
            total=limits.answer_seconds, sock_connect=limits.connect_seconds
        )
        try:
            async with self._session.post(
                self._url + path, data=body, headers=self._headers(path, body), timeout=timeout,
                allow_redirects=False,
            ) as given:  # fmt: skip
                if given.status == 404 and path == CORRECTIONS_PATH:
                    return NO_LIST
                if given.status in TRY_AGAIN:
                    raise _Passing(Why.DOWN, f"status {given.status}")
                if given.status != 200:
                    raise RegisterSilent(Why.WRONG, f"status {given.status}")
                return await _bounded(given)
        except aiohttp.ConnectionTimeoutError:
            raise _Passing(Why.DOWN, "does not accept connections") from None
        except TimeoutError:
            raise _Passing(Why.SLOW, f"no answer in {limits.answer_seconds:g} s") from None
        except (aiohttp.ClientError, OSError) as broken:
            raise _Passing(Why.DOWN, type(broken).__name__) from None

    def _headers(self, path: str, body: bytes) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if self._secret is not None:
            seconds = int(time.time())
            headers[TIME_HEADER] = str(seconds)
            headers[SIGNATURE_HEADER] = signature(self._secret, seconds, path, body)
        return headers


class _Passing(Exception):
    """A failure that may be over at the next try."""

    def __init__(self, why: Why, detail: str) -> None:
        super().__init__(detail)
        self.why, self.detail = why, detail


async def _bounded(given: aiohttp.ClientResponse) -> bytes:
    found = bytearray()
    async for chunk in given.content.iter_any():
        found += chunk
        if len(found) > MAX_BODY_BYTES:
            raise RegisterSilent(Why.WRONG, f"more than {MAX_BODY_BYTES} bytes")
    return bytes(found)


def _decoded(decoder: "msgspec.json.Decoder[T]", said: bytes) -> T:
    try:
        return decoder.decode(said)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # msgspec's own words may quote what was said
        raise RegisterSilent(Why.WRONG, "not the JSON that was agreed") from None


def _answered(raw: bytes) -> Answered:
    if len(raw) > MAX_RAW_BYTES:
        raise RegisterSilent(Why.WRONG, f"an answer of more than {MAX_RAW_BYTES} bytes")
    said = _decoded(ANSWER, raw)
    return Answered(
        id=said.id,
        outcome=said.outcome,
        facts=tuple(fact_of(fact) for fact in said.facts),
        valid_at=said.valid_at,
        raw=raw,
    )
