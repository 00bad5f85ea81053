"""Who is asking: ES256 tokens checked once, then remembered by their hash until they expire."""

import base64
import binascii
import hashlib
import math
import re
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import ECKey

from shared.http import catalogue as codes
from shared.http.keys import Keys
from shared.http.problems import Kind, Problem

ALGORITHM = "ES256"
CACHED_TOKENS = 4096
MAX_TOKEN_BYTES = 8192
LEEWAY_SECONDS = 5  # for nbf only: an expired token is expired
_JURISDICTION = re.compile(r"[0-9]{6}")


class Role(StrEnum):
    """Design section 12; a route names those that may use it."""

    CLAIMANT = "claimant"
    INSTITUTION = "institution"
    CLERK = "clerk"
    INSPECTOR = "inspector"
    APPROVER = "approver"
    FINANCE_OFFICER = "finance-officer"
    FINANCE_APPROVER = "finance-approver"
    AUDITOR = "auditor"
    AUDIT_APPROVER = "audit-approver"
    OPERATOR = "operator"


PARTIES = frozenset({Role.CLAIMANT, Role.INSTITUTION})
STAFF = frozenset(Role) - PARTIES
PUBLIC: frozenset[Role] = frozenset()  # said aloud by a route that needs no token


def requires(role: Role, *others: Role) -> frozenset[Role]:
    """The roles of a route; at least one."""
    return frozenset((role, *others))


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind a request, from the token and never from the body.

    `org` is the institution or office, empty for a claimant. `sub` is the actor of the events.
    """

    sub: str
    roles: frozenset[Role]
    jurisdiction: str
    org: str
    token_id: str


@dataclass(frozen=True, slots=True)
class _Known:
    actor: Actor
    not_before: float
    expires: float


class Verifier:
    """Turns an Authorization header into an Actor, or raises Problem 401.

    Time is the machine's, also under a simulated clock: tokens belong to the world outside.
    """

    def __init__(
        self, keys: Keys, issuer: str, audience: str, now: Callable[[], float] = time.time
    ) -> None:
        self.keys = keys
        self._issuer = issuer
        self._audience = audience
        self._now = now
        self._known: OrderedDict[bytes, _Known] = OrderedDict()

    async def actor(self, authorization: str | None) -> Actor:
        """The verified actor. Raises Problem with a code of its own for each way to be wrong."""
        if authorization is None or authorization[:7].lower() != "bearer ":
            raise _unauthorised(codes.TOKEN_MISSING)
        token = authorization[7:].strip().encode("utf-8", "replace")
        digest = hashlib.sha256(token).digest()
        known = self._known.get(digest)
        if known is None:
            known = await self._verify(token)
            self._remember(digest, known)
        else:
            self._known.move_to_end(digest)
        self._check_time(known)
        return known.actor

    def cached(self) -> int:
        return len(self._known)

    def _remember(self, digest: bytes, known: _Known) -> None:
        self._check_time(known)  # only a token that is valid now takes a place
        self._known[digest] = known
        if len(self._known) > CACHED_TOKENS:
            self._known.popitem(last=False)

    def _check_time(self, known: _Known) -> None:
        now = self._now()
        if not now < known.expires:
            raise _unauthorised(codes.TOKEN_EXPIRED)
        if now < known.not_before - LEEWAY_SECONDS:
            raise _unauthorised(codes.TOKEN_NOT_YET_VALID)

    async def _verify(self, token: bytes) -> _Known:
        header = _header(token)
        if header.get("alg") != ALGORITHM:  # before any key is looked at: no `none`, no HS256
            raise _unauthorised(codes.TOKEN_ALGORITHM_REFUSED)
        key = await self.keys.find(header.get("kid"))
        if key is None:
            raise _unauthorised(codes.TOKEN_KEY_UNKNOWN)
        claims = _claims(token, key)
        if claims.get("iss") != self._issuer:
            raise _unauthorised(codes.TOKEN_ISSUER_WRONG)
        audience = claims.get("aud")
        if audience != self._audience and not (
            isinstance(audience, list) and self._audience in audience
        ):
            raise _unauthorised(codes.TOKEN_AUDIENCE_WRONG)
        return _known(claims)


def _unauthorised(kind: Kind) -> Problem:
    return Problem(kind, headers={"WWW-Authenticate": "Bearer"})


def _header(token: bytes) -> Mapping[str, Any]:
    parts = token.split(b".")
    if len(token) > MAX_TOKEN_BYTES or len(parts) != 3:
        raise _unauthorised(codes.TOKEN_MALFORMED)
    try:
        padded = parts[0] + b"=" * (-len(parts[0]) % 4)
        header = orjson.loads(base64.b64decode(padded, b"-_", validate=True))
    except (binascii.Error, orjson.JSONDecodeError):
        raise _unauthorised(codes.TOKEN_MALFORMED) from None
    if not isinstance(header, dict):
        raise _unauthorised(codes.TOKEN_MALFORMED)
    return header


def _claims(token: bytes, key: ECKey) -> Mapping[str, Any]:
    try:
        return jwt.decode(token, key, algorithms=[ALGORITHM]).claims
    except BadSignatureError:
        raise _unauthorised(codes.TOKEN_SIGNATURE_WRONG) from None
    except (JoseError, ValueError):  # ValueError: a signature that is no base64
        raise _unauthorised(codes.TOKEN_MALFORMED) from None


def _known(claims: Mapping[str, Any]) -> _Known:
    sub, org, jurisdiction = claims.get("sub"), claims.get("org", ""), claims.get("jurisdiction")
    roles, token_id = claims.get("roles"), claims.get("jti", "")
    if not _filled(sub, 1) or not _filled(org, 0) or not _filled(token_id, 0):
        raise _unauthorised(codes.TOKEN_CLAIMS_WRONG)
    if not _plain(sub) or not _plain(org):
        raise _unauthorised(codes.TOKEN_CLAIMS_WRONG)
    if not isinstance(jurisdiction, str) or not _JURISDICTION.fullmatch(jurisdiction):
        raise _unauthorised(codes.TOKEN_CLAIMS_WRONG)
    known = [role for role in Role if isinstance(roles, list) and role.value in roles]
    if not known:
        raise _unauthorised(codes.TOKEN_CLAIMS_WRONG)
    expires, not_before = _date(claims.get("exp")), _date(claims.get("nbf", 0))
    actor = Actor(str(sub), frozenset(known), jurisdiction, str(org), str(token_id))
    return _Known(actor, not_before, expires)


def _filled(value: object, least: int) -> bool:
    return isinstance(value, str) and least <= len(value) <= 64 and value.isprintable()


def _plain(value: Any) -> bool:
    """One spelling for one person: a space at an edge or a full-width letter makes no second."""
    return bool(value == value.strip() and unicodedata.is_normalized("NFKC", value))


def _date(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise _unauthorised(codes.TOKEN_CLAIMS_WRONG)
    return float(value)
