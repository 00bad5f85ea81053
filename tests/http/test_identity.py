"""Only a token that is signed, current and meant for us opens a route, and only for its roles."""

import base64
import time
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from shared.http import identity
from shared.http.identity import Role, Verifier
from shared.http.issuer import IssuerRefused, LocalIssuer
from shared.http.keys import Keys
from shared.http.problems import Problem
from shared.settings import Environment
from tests.http.conftest import AUDIENCE, ISSUER, Site


def _issuer(folder: Path, **more: str) -> LocalIssuer:
    names = {"issuer": ISSUER, "audience": AUDIENCE, **more}
    return LocalIssuer(folder, names["issuer"], names["audience"], Environment.TEST)


def _verifier(issuer: LocalIssuer, **more: Any) -> Verifier:
    return Verifier(Keys(str(issuer.jwks)), ISSUER, AUDIENCE, **more)


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()


async def _code(verifier: Verifier, authorization: str | None) -> str:
    with pytest.raises(Problem) as refused:
        await verifier.actor(authorization)
    assert refused.value.kind.status == 401
    assert refused.value.headers == {"WWW-Authenticate": "Bearer"}
    return refused.value.kind.code


def _signed(folder: Path, **changes: Any) -> str:
    """A token of the folder's issuer, its claims changed before it is signed."""
    key = ECKey.import_key((folder / "issuer-key.pem").read_bytes())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "clerk-1",
        "roles": ["clerk"],
        "jurisdiction": "211400",
        "exp": int(time.time()) + 60,
        **changes,
    }
    given = {name: value for name, value in claims.items() if value is not None}
    return "Bearer " + jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, given, key)


async def test_the_actor_is_what_the_token_says(tmp_path: Path) -> None:
    issuer = _issuer(tmp_path)
    token = issuer.mint("officer-7", [Role.CLERK, Role.OPERATOR], "211400", org="bureau-1")

    actor = await _verifier(issuer).actor(f"Bearer {token}")

    assert (actor.sub, actor.jurisdiction, actor.org) == ("officer-7", "211400", "bureau-1")
    assert actor.roles == {Role.CLERK, Role.OPERATOR}
    assert len(actor.token_id) == 36


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": int(time.time()) - 1}, "TOKEN_EXPIRED"),
        ({"exp": None}, "TOKEN_CLAIMS_WRONG"),
        ({"exp": "soon"}, "TOKEN_CLAIMS_WRONG"),
        ({"exp": True}, "TOKEN_CLAIMS_WRONG"),
        ({"exp": float("inf")}, "TOKEN_CLAIMS_WRONG"),
        ({"nbf": int(time.time()) + 3600}, "TOKEN_NOT_YET_VALID"),
        ({"iss": "https://other.test"}, "TOKEN_ISSUER_WRONG"),
        ({"aud": "another-service"}, "TOKEN_AUDIENCE_WRONG"),
        ({"aud": ["another-service"]}, "TOKEN_AUDIENCE_WRONG"),
        ({"aud": None}, "TOKEN_AUDIENCE_WRONG"),
        ({"sub": None}, "TOKEN_CLAIMS_WRONG"),
        ({"sub": ""}, "TOKEN_CLAIMS_WRONG"),
        ({"sub": "x" * 65}, "TOKEN_CLAIMS_WRONG"),
        ({"sub": "officer-7 "}, "TOKEN_CLAIMS_WRONG"),
        ({"sub": "officer-７"}, "TOKEN_CLAIMS_WRONG"),
        ({"org": " INST-1"}, "TOKEN_CLAIMS_WRONG"),
        ({"roles": None}, "TOKEN_CLAIMS_WRONG"),
        ({"roles": []}, "TOKEN_CLAIMS_WRONG"),
        ({"roles": ["emperor"]}, "TOKEN_CLAIMS_WRONG"),
        ({"roles": "clerk"}, "TOKEN_CLAIMS_WRONG"),
        ({"jurisdiction": None}, "TOKEN_CLAIMS_WRONG"),
        ({"jurisdiction": "21140０"}, "TOKEN_CLAIMS_WRONG"),
    ],
)
async def test_a_token_with_wrong_claims_is_refused(
    tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    verifier = _verifier(_issuer(tmp_path))

    assert await _code(verifier, _signed(tmp_path, **changes)) == code
    assert verifier.cached() == 0


async def test_a_token_for_several_audiences_is_taken(tmp_path: Path) -> None:
    verifier = _verifier(_issuer(tmp_path))

    actor = await verifier.actor(_signed(tmp_path, aud=["other", AUDIENCE]))

    assert actor.sub == "clerk-1"


async def test_forged_tokens_are_refused(tmp_path: Path) -> None:
    issuer, stranger = _issuer(tmp_path / "ours"), _issuer(tmp_path / "theirs")
    token = issuer.mint("clerk-1", [Role.CLERK], "211400")
    header, claims, signature = token.split(".")
    kid = orjson.loads(base64.urlsafe_b64decode(header + "=="))["kid"]
    more = _part({**orjson.loads(base64.urlsafe_b64decode(claims + "==")), "roles": ["auditor"]})
    foreign = ECKey.import_key((tmp_path / "theirs" / "issuer-key.pem").read_bytes())
    public = OctKey.import_key(issuer.jwks.read_bytes())
    hs256 = jwt.encode({"alg": "HS256", "kid": kid}, {"sub": "x"}, public, algorithms=["HS256"])
    forged = jwt.encode({"alg": "ES256", "kid": kid}, {"sub": "x"}, foreign)
    cases = {
        f"{header}.{more}.{signature}": "TOKEN_SIGNATURE_WRONG",
        f"{header}.{claims}.{signature[::-1]}": "TOKEN_SIGNATURE_WRONG",
        f"{header}.{claims}.": "TOKEN_SIGNATURE_WRONG",
        forged: "TOKEN_SIGNATURE_WRONG",
        stranger.mint("clerk-1", [Role.CLERK], "211400"): "TOKEN_KEY_UNKNOWN",
        f"{_part({'alg': 'ES256'})}.{claims}.{signature}": "TOKEN_KEY_UNKNOWN",
        f"{_part({'alg': 'none'})}.{claims}.": "TOKEN_ALGORITHM_REFUSED",
        f"{_part({'alg': 'None', 'kid': kid})}.{claims}.": "TOKEN_ALGORITHM_REFUSED",
        hs256: "TOKEN_ALGORITHM_REFUSED",
        f"{header}.{claims}": "TOKEN_MALFORMED",
        f"!.{claims}.{signature}": "TOKEN_MALFORMED",
        f"{_part([])}.{claims}.{signature}": "TOKEN_MALFORMED",
        "é.é.é": "TOKEN_MALFORMED",
        "x" * 9000: "TOKEN_MALFORMED",
    }
    verifier = _verifier(issuer)

    for attempt, code in cases.items():
        assert await _code(verifier, f"Bearer {attempt}") == code


@pytest.mark.parametrize("header", [None, "", "Basic abc", "bearer"])
async def test_a_request_without_a_token_is_refused(tmp_path: Path, header: str | None) -> None:
    assert await _code(_verifier(_issuer(tmp_path)), header) == "TOKEN_MISSING"


async def test_a_cached_token_expires_all_the_same(tmp_path: Path) -> None:
    issuer = _issuer(tmp_path)
    now = [time.time()]
    verifier = _verifier(issuer, now=lambda: now[0])
    token = f"Bearer {issuer.mint('clerk-1', [Role.CLERK], '211400', seconds=60)}"
    await verifier.actor(token)
    assert verifier.cached() == 1

    now[0] += 61

    assert await _code(verifier, token) == "TOKEN_EXPIRED"


async def test_the_cache_of_tokens_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "CACHED_TOKENS", 3)
    issuer = _issuer(tmp_path)
    verifier = _verifier(issuer)

    for number in range(5):
        await verifier.actor(f"Bearer {issuer.mint(f'clerk-{number}', [Role.CLERK], '211400')}")

    assert verifier.cached() == 3


async def test_a_new_key_is_found_and_forged_key_ids_do_not_flood_the_issuer(
    tmp_path: Path,
) -> None:
    served = {"count": 0, "body": b'{"keys":[]}'}

    async def jwks(request: aiohttp.web.Request) -> aiohttp.web.Response:
        served["count"] += 1  # type: ignore[operator]
        return aiohttp.web.Response(body=served["body"])

    app = aiohttp.web.Application()
    app.router.add_get("/jwks", jwks)
    runner = aiohttp.web.AppRunner(app)
    await runner.setup()
    site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    now = [0.0]
    keys = Keys(f"http://127.0.0.1:{site.port}/jwks", now=lambda: now[0])
    issuer, other = _issuer(tmp_path / "a"), _issuer(tmp_path / "b")
    known = orjson.loads(issuer.jwks.read_bytes())["keys"][0]
    added = orjson.loads(other.jwks.read_bytes())["keys"][0]
    try:
        assert await keys.ready() == "no signing keys"
        served["body"] = orjson.dumps({"keys": [known, {"kty": "RSA", "kid": "rsa"}, 5]})
        now[0] += 2
        assert await keys.ready() is None
        served["body"] = orjson.dumps({"keys": [known, added]})
        for forged in range(100):
            assert await keys.find(f"forged-{forged}") is None
        assert served["count"] == 2

        now[0] += 31
        assert await keys.find(added["kid"]) is not None
        served["body"] = b"broken"
        now[0] += 31
        assert await keys.find("forged") is None
        assert await keys.find(known["kid"]) is not None
    finally:
        await runner.cleanup()


async def test_a_role_that_the_route_does_not_name_is_refused(site: Site) -> None:
    status, document, _ = await site.ask(
        "GET", "/claims/claim-1", headers=site.headers(Role.AUDITOR)
    )

    assert (status, document["code"]) == (403, "ROLE_REFUSED")


async def test_a_request_without_a_token_is_not_read(site: Site) -> None:
    status, document, headers = await site.ask("POST", "/claims", data=b"{")

    assert (status, document["code"]) == (401, "TOKEN_MISSING")
    assert headers["WWW-Authenticate"] == "Bearer"


def test_production_refuses_the_local_issuer(tmp_path: Path) -> None:
    with pytest.raises(IssuerRefused):
        LocalIssuer(tmp_path, ISSUER, AUDIENCE, Environment.PRODUCTION)
    assert list(tmp_path.iterdir()) == []


def test_the_issuers_key_is_closed_to_others_and_stays(tmp_path: Path) -> None:
    first = _issuer(tmp_path).jwks.read_bytes()

    assert _issuer(tmp_path).jwks.read_bytes() == first
    assert (tmp_path / "issuer-key.pem").stat().st_mode & 0o077 == 0
    assert b'"d"' not in first
