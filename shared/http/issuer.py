"""A local issuer of tokens for development: a key pair in a folder, never in production."""

import os
import time
from pathlib import Path
from uuid import uuid4

import orjson
from joserfc import jwt
from joserfc.jwk import ECKey

from shared.http.identity import ALGORITHM, Role
from shared.settings import Environment

KEY_FILE = "issuer-key.pem"
JWKS_FILE = "jwks.json"


class IssuerRefused(ValueError):
    """Production takes its tokens from the city's identity provider."""


class LocalIssuer:
    """Mints tokens for the demo and for tests; the key stays in its folder, mode 0600."""

    def __init__(self, folder: Path, issuer: str, audience: str, environment: Environment) -> None:
        if environment is Environment.PRODUCTION:
            raise IssuerRefused("production refuses the local issuer")
        self._issuer = issuer
        self._audience = audience
        self._key = _key(folder)
        self.jwks = folder / JWKS_FILE
        self.jwks.write_bytes(orjson.dumps({"keys": [self._public()]}))

    def mint(
        self,
        sub: str,
        roles: list[Role],
        jurisdiction: str,
        org: str = "",
        seconds: int = 3600,
    ) -> str:
        """A token that is valid from now for `seconds`."""
        now = int(time.time())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": sub,
            "roles": [role.value for role in roles],
            "jurisdiction": jurisdiction,
            "org": org,
            "iat": now,
            "nbf": now,
            "exp": now + seconds,
            "jti": str(uuid4()),
        }
        header = {"alg": ALGORITHM, "kid": self._key.thumbprint()}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    def _public(self) -> dict[str, object]:
        public = self._key.as_dict(private=False)
        return {**public, "kid": self._key.thumbprint(), "use": "sig", "alg": ALGORITHM}


def _key(folder: Path) -> ECKey:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / KEY_FILE
    if path.exists():
        return ECKey.import_key(path.read_bytes())
    key = ECKey.generate_key("P-256")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.as_pem(private=True))
    return key
