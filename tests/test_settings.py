"""Settings are checked at once, name every error, show no value, and refuse what is dangerous."""

from pathlib import Path

import pytest

from shared.settings import (
    KNOWN_VARIABLES,
    Acknowledge,
    ClockKind,
    Environment,
    Part,
    SettingsRefused,
    read_settings,
)

NEEDED = {
    "DATABASE_URL": "postgresql://claims_service@127.0.0.1/claims",
    "LOG": "kafka://127.0.0.1:9092",
    "ISSUER": "https://issuer.test",
    "AUDIENCE": "claims-ledger",
    "JWKS": "https://issuer.test/jwks",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in KNOWN_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in NEEDED.items():
        monkeypatch.setenv(f"LEDGER_{name}", value)
    return monkeypatch


def test_what_is_not_said_has_a_safe_default(environment: pytest.MonkeyPatch) -> None:
    settings = read_settings()

    assert settings.environment is Environment.PRODUCTION
    assert (settings.host, settings.port, settings.partitions) == ("127.0.0.1", 0, 24)
    assert settings.clock is ClockKind.REAL
    assert settings.acknowledge is Acknowledge.COMMIT
    assert settings.parts == {Part.SITE, Part.CONSUMER, Part.RELAY}


def test_what_is_said_is_taken(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "ENVIRONMENT": "test",
        "CLOCK": "simulated",
        "ACKNOWLEDGE": "log",
        "PARTS": "site,relay",
        "ARCHIVE_DIR": str(tmp_path),
        "PORT": "8080",
        "JURISDICTION": "370000",
    }.items():
        environment.setenv(f"LEDGER_{name}", value)

    settings = read_settings()

    assert settings.parts == {Part.SITE, Part.RELAY}
    assert settings.acknowledge is Acknowledge.LOG
    assert (settings.archive_dir, settings.port) == (tmp_path, 8080)
    assert (settings.clock, settings.jurisdiction) == (ClockKind.SIMULATED, "370000")


def test_all_errors_are_listed_at_once_and_none_shows_a_value(
    environment: pytest.MonkeyPatch,
) -> None:
    planted = "s3cret"
    wrong = (
        *("PORT", "CLOCK", "ACKNOWLEDGE", "ENVIRONMENT", "PARTITIONS", "PARTS", "LOG"),
        *("DATABASE_PASSWORD_FILE", "JURISDICTION", "DATABASE_URL", "TYPO"),
    )
    for name in wrong:
        environment.setenv(f"LEDGER_{name}", planted)
    environment.delenv("LEDGER_ISSUER")

    with pytest.raises(SettingsRefused) as refused:
        read_settings()

    named = {line.partition(":")[0] for line in str(refused.value).splitlines()}
    assert named == {f"LEDGER_{name}" for name in (*wrong, "ISSUER")}
    assert planted not in str(refused.value)


def test_a_password_comes_from_a_file_and_is_never_shown(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "password"
    secret.write_text("p@ss/word\n")
    environment.setenv("LEDGER_DATABASE_PASSWORD_FILE", str(secret))
    environment.setenv("LEDGER_DATABASE_URL", "postgresql://claims_service:old@db:5432/claims")

    settings = read_settings()

    assert settings.database_url == "postgresql://claims_service:p%40ss%2Fword@db:5432/claims"
    assert "p%40ss" not in repr(settings)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"CLOCK": "simulated"}, "LEDGER_CLOCK"),
        ({"NOTICE_DAYS": "0"}, "LEDGER_NOTICE_DAYS"),
        ({"NOTICE_DAYS": "366"}, "LEDGER_NOTICE_DAYS"),
        ({"JWKS": "http://127.0.0.1/jwks"}, "LEDGER_JWKS"),
        ({"ENVIRONMENT": "test", "JWKS": "http://issuer.test/jwks"}, "LEDGER_JWKS"),
        ({"JWKS": "ftp://issuer.test/jwks"}, "LEDGER_JWKS"),
        ({"VAULT_URL": "postgresql://127.0.0.1/vault"}, "LEDGER_VAULT_URL"),
        ({"VAULT_KEYS_FILE": "keys"}, "LEDGER_VAULT_URL"),
        ({"REGISTERS": "stated"}, "LEDGER_REGISTERS"),
        ({"REGISTERS": "SI_EMPLOY=http://127.0.0.1:8090"}, "LEDGER_REGISTERS"),
        ({"REGISTERS": "SI_EMPLOY=ftp://register.test"}, "LEDGER_REGISTERS"),
        ({"REGISTERS": "NO_SUCH=https://register.test"}, "LEDGER_REGISTERS"),
        ({"PARTITIONS": "0"}, "LEDGER_PARTITIONS"),
        ({"PARTS": ""}, "LEDGER_PARTS"),
        ({"LOG": "redis://127.0.0.1"}, "LEDGER_LOG"),
        ({"DATABASE_URL": "postgresql:///claims"}, "LEDGER_DATABASE_URL"),
    ],
)
def test_a_dangerous_or_contradictory_setting_is_refused(
    environment: pytest.MonkeyPatch, changes: dict[str, str], named: str
) -> None:
    for name, value in changes.items():
        environment.setenv(f"LEDGER_{name}", value)

    with pytest.raises(SettingsRefused, match=named):
        read_settings()


def test_registers_are_named_one_by_one_or_not_asked(environment: pytest.MonkeyPatch) -> None:
    unsaid = read_settings().registers
    environment.setenv("LEDGER_REGISTERS", "SI_EMPLOY=https://si.test/v1, CERT_REG=https://c.test")
    asked = read_settings().registers
    environment.setenv("LEDGER_ENVIRONMENT", "development")
    environment.setenv("LEDGER_REGISTERS", "stated")
    stated = read_settings().registers

    assert unsaid is None
    assert asked == {"SI_EMPLOY": "https://si.test/v1", "CERT_REG": "https://c.test"}
    assert stated == {}
