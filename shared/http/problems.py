"""RFC 9457 problem documents: a catalogue of codes, each with a sentence in English and Chinese."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from marshmallow import ValidationError

from shared.logs import looks_personal

CONTENT_TYPE = "application/problem+json"
MAX_ERRORS = 50
TITLES = {
    400: ("Bad request", "请求无法读取"),
    401: ("Not signed in", "未登录"),
    403: ("Not allowed", "无权限"),
    404: ("Not found", "未找到"),
    405: ("Method not allowed", "方法不允许"),
    408: ("Too slow", "请求超时"),
    409: ("Refused by a rule", "规则不允许"),
    412: ("Stale", "版本已过期"),
    413: ("Too large", "内容过大"),
    415: ("Content type not accepted", "内容类型不接受"),
    422: ("Input refused", "输入不符合要求"),
    428: ("Precondition required", "缺少前提条件"),
    500: ("Internal error", "内部错误"),
    503: ("Not available now", "暂不可用"),
}

Fact = int | str


@dataclass(frozen=True, slots=True)
class Kind:
    """One entry of the catalogue; `{name}` in a sentence is filled from the facts of the case."""

    code: str
    status: int
    en: str
    zh: str

    @property
    def type(self) -> str:
        return f"urn:claims-ledger:problem:{self.code}"


CATALOGUE: dict[str, Kind] = {}


def define(code: str, status: int, en: str, zh: str) -> Kind:
    """Add a code to the catalogue. Raises ValueError for a taken code or an untitled status."""
    if code in CATALOGUE or status not in TITLES:
        raise ValueError(f"{code}: taken, or no title for {status}")
    CATALOGUE[code] = Kind(code, status, en, zh)
    return CATALOGUE[code]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one value was refused. Facts are limits and names of ours, never what the client sent."""

    kind: Kind
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def sentences(self) -> tuple[str, str]:
        facts = {name: _safe(fact) for name, fact in self.facts.items()}
        return self.kind.en.format(**facts), self.kind.zh.format(**facts)


@dataclass(frozen=True, slots=True)
class FieldRefusal:
    pointer: str
    refusal: Refusal


class Problem(Exception):
    """A request that is refused: becomes the answer, with the status of its kind.

    `pointer` is the JSON pointer of the field, where there is one; `retry_after_seconds` goes into
    the header. Facts fill the sentences and must be ids, limits or clauses, never personal data.
    """

    def __init__(
        self,
        kind: Kind,
        *,
        pointer: str | None = None,
        errors: tuple[FieldRefusal, ...] = (),
        retry_after_seconds: int | None = None,
        headers: Mapping[str, str] | None = None,
        **facts: Fact,
    ) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.pointer = pointer
        self.errors = errors
        self.refusal = Refusal(kind, facts)
        self.headers = dict(headers or {})
        if retry_after_seconds is not None:
            self.headers["Retry-After"] = str(retry_after_seconds)

    def document(self, language: str) -> dict[str, Any]:
        """The body; `language` (en or zh) chooses the title, both sentences are always there."""
        en, zh = self.refusal.sentences()
        document: dict[str, Any] = {
            "type": self.kind.type,
            "code": self.kind.code,
            "title": TITLES[self.kind.status][language == "zh"],
            "status": self.kind.status,
            "detail": en,
            "detail_zh": zh,
        }
        if self.pointer is not None:
            document["pointer"] = self.pointer
        if self.errors:
            document["errors"] = [_line(error) for error in self.errors]
        return document

    def response(self, language: str) -> web.Response:
        headers = {"Content-Language": language, "Cache-Control": "no-store", **self.headers}
        return web.Response(
            status=self.kind.status,
            body=orjson.dumps(self.document(language)),
            content_type=CONTENT_TYPE,
            headers=headers,
        )


def refused_fields(error: ValidationError, kind: Kind) -> Problem:
    """Marshmallow's refusals as one problem; at most MAX_ERRORS of them are listed."""
    listed = []
    for found in _flatten("", error.messages):
        listed.append(found)
        if len(listed) == MAX_ERRORS:
            break
    return Problem(kind, errors=tuple(listed), count=len(listed))


def language_of(accept: str | None) -> str:
    """`zh` or `en`, whichever an Accept-Language header likes better; `en` in doubt."""
    if not accept:
        return "en"
    best, language = 0.0, "en"
    for choice in accept[:200].split(","):
        tag, _, weight = choice.strip().partition(";q=")
        liked = float(weight) if weight.replace(".", "", 1).isdecimal() else 1.0 - bool(weight)
        if tag[:2].lower() in ("en", "zh") and liked > best:
            best, language = liked, tag[:2].lower()
    return language


def _line(error: FieldRefusal) -> dict[str, str]:
    en, zh = error.refusal.sentences()
    return {
        "pointer": error.pointer,
        "code": error.refusal.kind.code,
        "detail": en,
        "detail_zh": zh,
    }


def _safe(fact: Fact) -> Fact:
    return "…" if looks_personal(str(fact)) else fact


def _flatten(pointer: str, messages: object) -> Iterator[FieldRefusal]:
    if isinstance(messages, Refusal):
        yield FieldRefusal(pointer, messages)
    elif isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _flatten(_below(pointer, key), inner)
    elif isinstance(messages, Iterable) and not isinstance(messages, str):
        for inner in messages:
            yield from _flatten(pointer, inner)
    else:
        # A field that is not ours was used: its sentence could quote the input, so it is not shown.
        raise TypeError("a field refused without a Refusal")


def _below(pointer: str, key: object) -> str:
    name = str(key)
    # A field that we do not know has a name that the client chose: only a plain one is repeated.
    if name == "_schema" or not name.isascii() or not name.replace("_", "a").isalnum():
        return pointer
    if sum(map(str.isdigit, name)) > 4:  # an ID, phone or account number in the wrong place
        return pointer
    return pointer if len(name) > 64 else f"{pointer}/{name}"
