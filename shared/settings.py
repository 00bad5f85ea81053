"""Settings of a service: LEDGER_… variables, checked at once, never shown."""

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from environs import Env, EnvValidationError
from marshmallow import ValidationError
from marshmallow.validate import ContainsOnly, Length, Range, Regexp

from shared.registers.port import REGISTERS

PREFIX = "LEDGER_"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_DATABASE = ("postgresql", "postgres")
STATED = "stated"
"""no register is asked: what the claimant states counts"""


class Environment(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class ClockKind(StrEnum):
    REAL = "real"
    SIMULATED = "simulated"


class Acknowledge(StrEnum):
    """A command is answered after PostgreSQL's commit, or after the log's acknowledgement too."""

    COMMIT = "commit"
    LOG = "log"


class Part(StrEnum):
    SITE = "site"
    CONSUMER = "consumer"
    RELAY = "relay"


class SettingsRefused(ValueError):
    """All settings that are missing or wrong, one line each; names and rules, never values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a process needs to know before it starts. URLs hold passwords: not in the repr."""

    environment: Environment
    database_url: str = field(repr=False)
    log: str = field(repr=False)
    issuer: str
    audience: str
    jwks: str
    vault_url: str | None = field(default=None, repr=False)
    vault_keys_file: Path | None = field(default=None, repr=False)
    request_key: str | None = field(default=None, repr=False)
    jurisdiction: str = "210000"
    partitions: int = 24
    host: str = "127.0.0.1"
    port: int = 0
    clock: ClockKind = ClockKind.REAL
    acknowledge: Acknowledge = Acknowledge.COMMIT
    archive_dir: Path | None = None
    parts: frozenset[Part] = frozenset(Part)
    max_requests: int = 512
    shutdown_seconds: int = 20
    pool_size: int = 8
    registers: Mapping[str, str] | None = None
    """address by register; empty where what the claimant states counts; None where nothing is said
    """
    registers_secrets_file: Path | None = None
    notice_days: int | None = None
    """calendar days of every public notice, to try the ledger out; None: as the policy says"""

    def request_digest(self, content: bytes) -> bytes:
        """HMAC-SHA256 for idempotency records of a service without a vault."""
        if not self.request_key:
            raise SettingsRefused("LEDGER_REQUEST_KEY_FILE: needed by a service without a vault")
        return hmac.digest(self.request_key.encode(), content, "sha256")

    def __post_init__(self) -> None:
        if problems := _contradictions(self):
            raise SettingsRefused("\n".join(problems))


_NAMES = (
    *("ENVIRONMENT", "DATABASE_URL", "DATABASE_PASSWORD_FILE", "VAULT_URL", "VAULT_PASSWORD_FILE"),
    *("VAULT_KEYS_FILE", "LOG", "LOG_PASSWORD_FILE", "PARTITIONS", "HOST", "PORT", "ISSUER"),
    *("AUDIENCE", "JWKS", "CLOCK", "ACKNOWLEDGE", "ARCHIVE_DIR", "PARTS", "JURISDICTION"),
    "REQUEST_KEY_FILE",
    *("MAX_REQUESTS", "SHUTDOWN_SECONDS", "POOL_SIZE", "REGISTERS", "REGISTERS_SECRETS_FILE"),
    "NOTICE_DAYS",
)
KNOWN_VARIABLES = frozenset(PREFIX + name for name in _NAMES)


def read_settings() -> Settings:
    """Settings from the environment. Raises SettingsRefused with every error, and with no value."""
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX))
    problems = [f"{name}: no such setting" for name in unknown if name not in KNOWN_VARIABLES]
    env = Env(eager=False, prefix=PREFIX)
    values = _values(env)
    try:
        env.seal()
    except EnvValidationError as refused:
        problems += _lines(refused)
    if problems:
        raise SettingsRefused("\n".join(problems))
    for name in ("database", "vault", "log"):
        key = "log" if name == "log" else f"{name}_url"
        values[key] = _with_password(values[key], values.pop(f"{name}_password"))
    for name, kind in (
        ("environment", Environment), ("clock", ClockKind), ("acknowledge", Acknowledge)
    ):  # fmt: skip
        values[name] = kind(values[name])  # a default comes back as it was written: a plain string
    return Settings(**values)


def _lines(refused: EnvValidationError) -> list[str]:
    errors = refused.error_messages
    if not isinstance(errors, Mapping):
        return list(errors)
    return [f"{name}: {message}" for name, messages in errors.items() for message in messages]


def _values(env: Env) -> dict[str, Any]:
    filled = Length(min=1, max=500, error="1 to 500 characters")
    return {
        "environment": env.enum(
            "ENVIRONMENT", Environment.PRODUCTION, enum=Environment, by_value=True
        ),
        "database_url": env.str("DATABASE_URL", validate=_scheme(*_DATABASE)),
        "database_password": _secret(env, "DATABASE_PASSWORD_FILE"),
        "vault_url": env.str("VAULT_URL", None, validate=_scheme(*_DATABASE)),
        "vault_password": _secret(env, "VAULT_PASSWORD_FILE"),
        "vault_keys_file": env.path("VAULT_KEYS_FILE", None),
        "request_key": _secret(env, "REQUEST_KEY_FILE"),
        "log": env.str("LOG", validate=_scheme("kafka", *_DATABASE)),
        "log_password": _secret(env, "LOG_PASSWORD_FILE"),
        "issuer": env.str("ISSUER", validate=filled),
        "audience": env.str("AUDIENCE", validate=filled),
        "jwks": env.str("JWKS", validate=filled),
        "jurisdiction": env.str(
            "JURISDICTION", "210000", validate=Regexp(r"[0-9]{6}\Z", error="6 digits, GB/T 2260")
        ),
        "partitions": env.int("PARTITIONS", 24, validate=Range(1, 1024)),
        "host": env.str("HOST", "127.0.0.1", validate=filled),
        "port": env.int("PORT", 0, validate=Range(0, 65535)),
        "clock": env.enum("CLOCK", ClockKind.REAL, enum=ClockKind, by_value=True),
        "acknowledge": env.enum("ACKNOWLEDGE", Acknowledge.COMMIT, enum=Acknowledge, by_value=True),
        "archive_dir": env.path("ARCHIVE_DIR", None),
        "parts": _parts(env),
        "max_requests": env.int("MAX_REQUESTS", 512, validate=Range(1, 10_000)),
        "shutdown_seconds": env.int("SHUTDOWN_SECONDS", 20, validate=Range(1, 300)),
        "pool_size": env.int("POOL_SIZE", 8, validate=Range(4, 100)),
        "registers": _registers(env),
        "registers_secrets_file": env.path("REGISTERS_SECRETS_FILE", None),
        "notice_days": env.int("NOTICE_DAYS", None, validate=Range(0, 365)),
    }


def _parts(env: Env) -> frozenset[Part]:
    names = [part.value for part in Part]
    rule = "one or more of site, consumer, relay"
    checks = [ContainsOnly(names, error=rule), Length(min=1, error=rule)]
    given = env.list("PARTS", names, validate=checks)
    known = [str(name) for name in given or () if name in names]
    return frozenset(Part(name) for name in known)


def _registers(env: Env) -> dict[str, str] | None:
    """`stated`, or `REGISTER=http(s)://…` with commas between."""

    def check(value: str) -> None:
        for one in () if value in ("", STATED) else value.split(","):
            code, _, url = one.strip().partition("=")
            if code not in REGISTERS:
                known = ", ".join(sorted(REGISTERS))
                raise ValidationError(f"{STATED}, or REGISTER=address for {known}")
            _scheme("http", "https")(url)

    said = env.str("REGISTERS", None, validate=check)
    if not said:
        return None
    pairs = (one.strip().partition("=") for one in said.split(",") if "=" in one)
    return {code: url for code, _, url in pairs}


def _secret(env: Env, name: str) -> str | None:
    """Content of the file that the variable names, without the newline at its end."""

    def readable(value: str) -> None:
        if not os.access(value, os.R_OK) or not 0 < Path(value).stat().st_size <= 4096:
            raise ValidationError("not a readable file of 1 to 4096 bytes")

    path = env.str(name, None, validate=readable)
    if not path or not os.access(path, os.R_OK):
        return None
    return Path(path).read_text(encoding="utf-8").rstrip("\r\n")


def _scheme(*schemes: str) -> Any:
    def check(value: str) -> None:
        rule = " or ".join(f"{scheme}://…" for scheme in schemes)
        try:
            parts = urlsplit(value)
        except ValueError:
            raise ValidationError(rule) from None
        if parts.scheme not in schemes or not parts.netloc:
            raise ValidationError(rule)

    return check


def _with_password(url: str | None, password: str | None) -> str | None:
    if url is None or password is None:
        return url
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    login = f"{user.partition(':')[0]}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{host}"))


def _contradictions(settings: Settings) -> list[str]:
    problems = []
    production = settings.environment is Environment.PRODUCTION
    if production and settings.clock is ClockKind.SIMULATED:
        problems.append("LEDGER_CLOCK: production refuses a simulated clock")
    if production and settings.notice_days is not None:
        problems.append("LEDGER_NOTICE_DAYS: production shows a notice as long as its policy says")
    if (settings.vault_url is None) != (settings.vault_keys_file is None):
        problems.append("LEDGER_VAULT_URL and LEDGER_VAULT_KEYS_FILE: both or none")
    keys = urlsplit(settings.jwks)
    loopback = keys.scheme == "http" and keys.hostname in _LOOPBACK
    registers = settings.registers
    if production and registers is not None:
        if not registers:
            problems.append(f"LEDGER_REGISTERS: production refuses `{STATED}`")
        if any(urlsplit(url).scheme != "https" for url in registers.values()):
            problems.append("LEDGER_REGISTERS: production asks by https:// alone")
    if "://" in settings.jwks and keys.scheme != "https" and not (loopback and not production):
        problems.append("LEDGER_JWKS: a file or an https:// address")
    return problems
