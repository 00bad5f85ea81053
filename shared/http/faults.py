"""Failures and refusals of the inside as problems; what is not here ends the process."""

from typing import Any

from shared.faults import TRANSIENT
from shared.http import catalogue as codes
from shared.http.problems import CATALOGUE, Problem, define
from shared.store.coalesce import Overloaded
from shared.store.commands import (
    ClockBehind,
    Contended,
    IdempotencyKeyReused,
    Refusal,
    UnknownStream,
)
from shared.vault.client import VaultBusy
from shared.vault.values import ValueRefused

CONTENDED = define(
    "CONTENDED",
    409,
    "Others changed this record at the same time; send the request again with the same key.",
    "该记录正被他人修改；请使用相同的键重新发送请求。",
)
CLOCK_BEHIND = define(
    "CLOCK_BEHIND",
    503,
    "This service's clock is behind its newest event; nothing is recorded until it is right.",
    "本服务的时钟落后于最新事件；校准之前不记录任何内容。",
)
OUTCOME_UNKNOWN = define(
    "OUTCOME_UNKNOWN",
    503,
    "The database or the log did not answer in time. Whether the request was recorded is not known:"
    " send it again with the same Idempotency-Key.",
    "数据库或日志未及时应答，无法确定请求是否已记录：请使用相同的 Idempotency-Key 重新发送。",
)
VALUE_REFUSED = define("VALUE_REFUSED", 422, "A number is empty or too long.", "号码为空或过长。")


def translate(error: Exception) -> Problem | None:
    """The problem that an exception stands for; None for what nobody expected."""
    match error:
        case Refusal():
            facts: dict[str, Any] = {**error.facts, "clause": error.clause}
            return Problem(CATALOGUE[error.code], **facts)
        case UnknownStream():
            return Problem(codes.RESOURCE_UNKNOWN)
        case IdempotencyKeyReused():
            return Problem(codes.IDEMPOTENCY_KEY_REUSED)
        case Contended():
            return Problem(CONTENDED, retry_after_seconds=1)
        case Overloaded() | VaultBusy():
            return Problem(codes.OVERLOADED, retry_after_seconds=1)
        case ClockBehind():
            return Problem(CLOCK_BEHIND, retry_after_seconds=5)
        case ValueRefused():
            return Problem(VALUE_REFUSED)
        case _ if isinstance(error, TRANSIENT):
            return Problem(OUTCOME_UNKNOWN, retry_after_seconds=2)
        case _:
            return None
