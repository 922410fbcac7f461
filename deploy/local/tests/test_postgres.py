import secrets
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from fordring.stack.ports import free_port
from fordring.stack.postgres import PostgresServer, PostgresUnavailable, plain_url, running_postgres


def _by_tcp(server: PostgresServer) -> str:
    return f"postgresql://intake:one@127.0.0.1:{server.port}/intake"


@pytest.fixture(scope="module")
def server(module_home: Path) -> Iterator[PostgresServer]:
    described = PostgresServer(module_home / "postgres", free_port(), secrets.token_hex(8), fast=True)
    with running_postgres(described, module_home / "log") as running:
        running.create_roles_and_databases({"intake": "one", "settlement": "two"})
        yield running


async def test_a_service_opens_its_own_database(server: PostgresServer) -> None:
    connection = await asyncpg.connect(plain_url(server.url("intake", role="intake", password="one")))
    await connection.execute("CREATE TABLE mine (id int)")
    assert await connection.fetchval("SELECT current_user") == "intake"
    await connection.close()


async def test_a_service_cannot_open_the_database_of_another(server: PostgresServer) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
        await asyncpg.connect(plain_url(server.url("settlement", role="intake", password="one")))


async def test_the_server_is_reached_by_its_socket_and_by_tcp(server: PostgresServer) -> None:
    for address, family in (
        (server.url("intake", role="intake", password="one"), None),
        (_by_tcp(server), "127.0.0.1"),
    ):
        connection = await asyncpg.connect(plain_url(address))
        assert await connection.fetchval("SELECT host(inet_server_addr())") == family
        await connection.close()


@pytest.mark.parametrize("folder", ["/" + "long/" * 20, "/with a space", "/with,a/comma"])
def test_a_folder_that_cannot_hold_a_socket_is_reached_by_tcp(folder: str) -> None:
    server = PostgresServer(Path(folder), 5432, "secret")
    assert server.url("intake") == "postgresql+asyncpg://postgres:secret@127.0.0.1:5432/intake"
    assert server.argv[server.argv.index("-k") + 1] == ""


async def test_a_wrong_password_is_refused(server: PostgresServer) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(plain_url(server.url("intake", role="intake", password="two")))


def test_making_roles_again_changes_nothing_but_the_password(server: PostgresServer) -> None:
    server.psql("CREATE TABLE kept (id int)", database="settlement")

    server.create_role_and_database("settlement", "three")

    assert server.psql("SELECT count(*) FROM kept", database="settlement") == "0"


@pytest.mark.parametrize("name", ["Intake", "a; drop", "", "1st", "a" * 64])
def test_a_name_that_is_no_identifier_is_refused(server: PostgresServer, name: str) -> None:
    with pytest.raises(ValueError, match="not a name for a role"):
        server.create_role_and_database(name, "x")


def test_rows_outlive_a_restart_and_an_unfinished_start_leaves_nothing(home: Path) -> None:
    (home / "postgres.new").mkdir()
    (home / "postgres.new" / "PG_VERSION").touch()  # what a start killed half-way left
    for expected in ("0", "1"):
        described = PostgresServer(home / "postgres", free_port(), "same", fast=True)
        with running_postgres(described, home / "log") as running:
            running.psql("CREATE TABLE IF NOT EXISTS kept (id int)")
            assert running.psql("SELECT count(*) FROM kept") == expected
            running.psql("INSERT INTO kept VALUES (1)")


def test_an_error_in_sql_is_raised_with_its_text(server: PostgresServer) -> None:
    with pytest.raises(PostgresUnavailable, match="syntax error"):
        server.psql("SELEKT 1")
