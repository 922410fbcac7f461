"""docker-compose.yml, its settings, databases and image stay in step with the embedded stack and with the code."""

import importlib
import json
import os
import re
import shutil
import subprocess
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml

from fordring.stack.postgres import PostgresServer, find_binaries, plain_url
from fordring.stack.topology import CLIENT_ACCOUNTS, PORT_NAMES, SERVICES, Secrets, Topology

ROOT = Path(__file__).parents[1]
COMPOSE_FILE = ROOT / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text())
CONTAINERS: dict[str, Any] = COMPOSE["services"]
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")
PASSWORDS = {f"{service.upper()}_DB_PASSWORD": f"{service}-pass_1" for service in SERVICES}
FILLED_IN = PASSWORDS | {
    "POSTGRES_PASSWORD": "root-pass_1",
    "SERVICE_SECRET": "s" * 48,
    "PROVISIONING_TOKEN": "t" * 24,
    "OFFICE_TOKEN": "o" * 24,
}
LIBS_IN_THE_IMAGE = ("money", "statutes", "contracts", "bankfiles", "runtime", "delivery")


def container_of(service: str) -> dict[str, Any]:
    return CONTAINERS[service.replace("_", "-")]


def resolved(value: str) -> str:
    """The value as compose hands it to the container when .env is filled in."""
    return VARIABLE.sub(lambda found: FILLED_IN.get(found["name"]) or found["rest"], value)


def example_settings() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", lock.read_text(), re.MULTILINE))


@pytest.fixture
def topology(tmp_path: Path) -> Topology:
    return Topology(home=tmp_path, ports=dict.fromkeys(PORT_NAMES, 1), secrets=Secrets())


def test_every_service_has_its_container_from_the_one_image() -> None:
    ours = {name: container for name, container in CONTAINERS.items() if "build" in container}

    assert [container_of(service)["command"] for service in SERVICES] == [[service] for service in SERVICES]
    assert set(ours) == {service.replace("_", "-") for service in SERVICES} | {"topics"}
    assert {container["image"] for container in ours.values()} == {"fordring:${FORDRING_TAG:-local}"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_same_settings_as_in_the_embedded_stack(service: str, topology: Topology) -> None:
    assert set(container_of(service)["environment"]) == set(topology.environment(service))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_accepts_its_settings(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in container_of(service)["environment"].items():
        monkeypatch.setenv(name, resolved(value))

    settings = importlib.import_module(f"{service}.settings").Settings()

    password = PASSWORDS[f"{service.upper()}_DB_PASSWORD"]
    assert settings.database_url == f"postgresql+asyncpg://{service}:{password}@postgres:5432/{service}"
    assert settings.port == 8000
    assert settings.kafka_idempotent


def test_accounts_and_clock_are_those_of_the_embedded_stack(topology: Topology) -> None:
    for service in SERVICES:
        environment = container_of(service)["environment"]
        assert json.loads(environment["CLIENT_ACCOUNTS"]) == [asdict(account) for account in CLIENT_ACCOUNTS]
        for name in ("ENVIRONMENT", "CLOCK_START", "TRACE_SAMPLE_RATIO"):
            assert resolved(environment[name]) == topology.environment(service)[name]


def test_addresses_name_containers_of_this_file() -> None:
    for service in SERVICES:
        for name, value in container_of(service)["environment"].items():
            if host := re.search(r"(?:://|@)(?:[^@/]*@)?([a-z-]+):\d+", resolved(value)):
                assert host[1] in CONTAINERS, f"{service}: {name} names {host[1]}"


def test_the_example_lists_every_setting_with_its_default_and_leaves_the_required_ones_empty() -> None:
    found = list(VARIABLE.finditer(COMPOSE_FILE.read_text()))
    own = {"POSTGRES_IMAGE", "KAFKA_IMAGE", "JAEGER_IMAGE", "MAILPIT_IMAGE", "FORDRING_TAG"}
    example = example_settings()

    assert {match["name"] for match in found} - own == set(example)
    required = {match["name"] for match in found if match["kind"] == "?"}
    assert not any(example[name] for name in required)
    assert all(
        match["rest"] == example[match["name"]] for match in found if match["name"] in example and match["kind"] == "-"
    )
    assert all(match["kind"] for match in found), "a variable without default must say what to do when it is missing"
    assert set(FILLED_IN) == required


def test_ports_are_published_on_this_machine_only_and_of_the_services_only_the_gateways() -> None:
    published = {name: container["ports"] for name, container in CONTAINERS.items() if "ports" in container}

    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert set(published) == {"gateway", "postgres", "kafka", "jaeger", "mailpit"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_waits_for_database_and_topics_and_has_time_to_stop(service: str) -> None:
    container = container_of(service)

    assert container["depends_on"]["postgres"] == {"condition": "service_healthy"}
    assert container["depends_on"]["topics"] == {"condition": "service_completed_successfully"}
    assert container["stop_grace_period"] == "25s"
    assert container["environment"]["TOPIC_PARTITIONS"] == CONTAINERS["topics"]["environment"]["TOPIC_PARTITIONS"]


def test_kafka_has_the_settings_of_the_node_that_the_tests_run_on() -> None:
    template = (ROOT / "deploy" / "kafka" / "server.properties.template").read_text()
    wanted = dict(line.split("=", 1) for line in template.splitlines() if "=" in line and not line.startswith("#"))
    of_the_place = ("listeners", "advertised.listeners", "listener.security.protocol.map", "log.dirs")
    of_the_place += ("controller.quorum.voters",)
    environment = CONTAINERS["kafka"]["environment"]

    assert {f"KAFKA_{name.upper().replace('.', '_')}" for name in wanted} == set(environment) - {"KAFKA_HEAP_OPTS"}
    for name in set(wanted) - set(of_the_place):
        assert environment[f"KAFKA_{name.upper().replace('.', '_')}"] == wanted[name], name


def run_init(server: PostgresServer, passwords: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """deploy/postgres/init.sh, as the PostgreSQL image runs it, on another server."""
    where = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGPASSWORD": server.password}
    environment = {"PATH": f"{find_binaries()}:{os.environ['PATH']}", "POSTGRES_USER": "postgres", **where, **passwords}
    script = str(ROOT / "deploy" / "postgres" / "init.sh")
    return subprocess.run(["bash", script], env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_init_gets_the_password_of_every_service() -> None:
    names = set(CONTAINERS["postgres"]["environment"]) - {"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS"}

    assert names == set(PASSWORDS)


async def test_init_makes_a_role_and_a_database_per_service_that_no_other_opens(
    postgres_server: PostgresServer,
) -> None:
    for _ in range(2):  # a second run changes nothing
        result = run_init(postgres_server, PASSWORDS)
        assert result.returncode == 0, result.stderr

    for service in SERVICES:
        password = PASSWORDS[f"{service.upper()}_DB_PASSWORD"]
        connection = await asyncpg.connect(plain_url(postgres_server.url(service, role=service, password=password)))
        await connection.execute("CREATE TABLE mine (id int)")
        await connection.close()
        for other in set(SERVICES) - {service}:
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
                await asyncpg.connect(plain_url(postgres_server.url(other, role=service, password=password)))


@pytest.mark.parametrize("password", ["", "a'b", "a@b", "two words"])
def test_init_refuses_a_password_that_would_break_an_address(postgres_server: PostgresServer, password: str) -> None:
    result = run_init(postgres_server, PASSWORDS | {"GATEWAY_DB_PASSWORD": password})

    assert result.returncode == 1
    assert "GATEWAY_DB_PASSWORD: letters, digits, _ and - only" in result.stderr


def test_the_image_has_the_tested_versions_of_everything_that_its_members_ask_for() -> None:
    tested, shipped = pins(ROOT / "requirements.lock"), pins(ROOT / "deploy" / "requirements.service.lock")
    members = [ROOT / "libs" / name for name in LIBS_IN_THE_IMAGE] + sorted((ROOT / "services").iterdir())
    projects = [tomllib.loads((member / "pyproject.toml").read_text())["project"] for member in members]
    asked = {re.split(r"[\[<>=!~; ]", wanted)[0].lower() for project in projects for wanted in project["dependencies"]}

    assert shipped.items() <= tested.items(), "run deploy/lock.sh"
    assert asked - {project["name"] for project in projects} <= set(shipped), "run deploy/lock.sh"
    assert "pytest" not in shipped


def compose_client() -> list[str]:
    """`docker compose` or `docker-compose`; skips where neither is there. No engine is needed."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if not shutil.which(command[0]):
            continue
        if subprocess.run([*command, "version"], capture_output=True, check=False, timeout=30).returncode == 0:
            return command
    pytest.skip("no docker client with compose on PATH")


def run_compose_config(env_file: Path) -> subprocess.CompletedProcess[str]:
    command = [*compose_client(), "--file", str(COMPOSE_FILE), "--env-file", str(env_file), "config", "--quiet"]
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_compose_accepts_the_file_with_the_example_filled_in(tmp_path: Path) -> None:
    env_file = tmp_path / "env"
    env_file.write_text("".join(f"{name}={value}\n" for name, value in (example_settings() | FILLED_IN).items()))

    result = run_compose_config(env_file)

    assert result.returncode == 0, result.stderr
    assert result.stderr == ""


def test_compose_says_what_to_do_while_the_example_is_not_filled_in() -> None:
    result = run_compose_config(ROOT / ".env.example")

    assert result.returncode != 0
    assert "SERVICE_SECRET is missing a value: copy .env.example to .env" in result.stderr
