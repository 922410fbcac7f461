"""A fresh database per test, copied from a template that was migrated once."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

import asyncpg

from fordring.stack.postgres import PostgresServer, plain_url

Migrate = Callable[[str], object | Awaitable[object]]


async def run_migration(migrate: Migrate, url: str) -> None:
    """Run it here when it is a coroutine function, else in a thread, where it may open a loop of its own."""
    if inspect.iscoroutinefunction(migrate):
        await migrate(url)
    else:
        result = await asyncio.to_thread(migrate, url)
        if inspect.isawaitable(result):
            await result


@dataclass(slots=True)
class Databases:
    """Makes databases in one server; a template is made once per migration function and session."""

    server: PostgresServer
    _templates: dict[Migrate, str] = field(default_factory=dict[Migrate, str])
    _numbers: "count[int]" = field(default_factory=count)

    async def fresh(self, migrate: Migrate | None = None) -> str:
        """The address (SQLAlchemy, asyncpg) of a new database, migrated by `migrate(url)` or empty."""
        template = "template1" if migrate is None else await self._template(migrate)
        name = f"test_{next(self._numbers)}"
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self.server.url(name)

    async def drop(self, url: str) -> None:
        """Remove a database of `fresh`, also one that is still in use."""
        await self._execute(f"DROP DATABASE {urlsplit(url).path[1:]} WITH (FORCE)")

    async def _template(self, migrate: Migrate) -> str:
        if migrate not in self._templates:
            name = f"template_{next(self._numbers)}"
            await self._execute(f"CREATE DATABASE {name}")
            await run_migration(migrate, self.server.url(name))
            self._templates[migrate] = name
        return self._templates[migrate]

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(plain_url(self.server.url("postgres")))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
