"""One database per service: the engine, and transactions that wake whoever waits for what they wrote."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

Session = AsyncConnection
"""What a use case is handed: a connection with a transaction that somebody else ends. Rows are written by statements only."""

_AFTER_COMMIT = "after_commit"


class Database:
    """The service's own PostgreSQL database."""

    def __init__(self, url: str, *, pool_size: int = 12, application_name: str = "fordring") -> None:
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,  # connections beyond the pool would be opened and closed for every call
            pool_pre_ping=False,
            pool_use_lifo=True,  # statements stay prepared and planned on the few connections that are enough
            hide_parameters=True,  # an error that is logged must not show names and addresses
            connect_args={"server_settings": {"application_name": application_name, "jit": "off"}},
        )
        self._without_transactions = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Session]:
        """Commit when the block ends, roll back when it raises, then run what `after_commit` collected."""
        async with self.engine.connect() as session:
            session.info.clear()  # it is the connection's, which may have seen a transaction that was rolled back
            async with session.begin():
                yield session
            for callback in session.info.pop(_AFTER_COMMIT, ()):
                callback()

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Session]:
        """For single statements that need no transaction: one round trip each. Nothing may be written."""
        async with self._without_transactions.connect() as session:
            yield session

    async def close(self) -> None:
        await self.engine.dispose()


def after_commit(session: Session, callback: Callable[[], None]) -> None:
    """Call `callback` once the transaction is committed; never if it is rolled back."""
    callbacks: list[Callable[[], None]] = session.info.setdefault(_AFTER_COMMIT, [])
    if callback not in callbacks:
        callbacks.append(callback)


def columns(rows: Sequence[Mapping[str, Any]], *names: str) -> dict[str, list[Any]]:
    """Turn rows into one array per column, as `unnest(CAST(:name AS type[]))` wants them."""
    return {name: [row[name] for row in rows] for name in names}


async def _request_transaction(request: Request) -> AsyncGenerator[Session]:
    database: Database = request.app.state.database
    async with database.transaction() as session:
        yield session


# scope="function": FastAPI would otherwise commit after the caller already has the answer.
RequestTransaction = Annotated[Session, Depends(_request_transaction, scope="function")]
