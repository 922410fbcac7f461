"""A POST with an Idempotency-Key takes effect once, however often it is sent."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5

from gateway import queries
from runtime.database import Database
from runtime.problems import Problem

CRASHED_AFTER = timedelta(seconds=30)
KEPT_FOR = timedelta(days=7)
_FORGET_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer: status and JSON text."""

    status: int
    body: str
    replayed: bool = False


def request_id_of(owner: UUID, key: str) -> UUID:
    """The id that downstream calls of this request carry, the same each time it is sent."""
    return uuid5(owner, key)


def body_hash(method: str, path: str, content: bytes) -> str:
    return hashlib.sha256(b"\n".join([method.encode(), path.encode(), content])).hexdigest()


async def answer_once(
    database: Database, owner: UUID, key: str, content_hash: str, work: Callable[[UUID], Awaitable[Answer]]
) -> Answer:
    """Do the work, or replay what it answered. Trouble of the house (5xx, 429) is not kept: the key is free again."""
    async with database.transaction() as session:
        started_at = await queries.start_request(session, owner, key, content_hash, CRASHED_AFTER)
    if started_at is None:
        return await _earlier_answer(database, owner, key, content_hash)
    kept: Answer | None = None
    try:
        answer = await work(request_id_of(owner, key))
        if answer.status < 500 and answer.status != 429:
            kept = answer
        return answer
    finally:
        async with database.transaction() as session:
            if kept:
                await queries.finish_request(session, owner, key, kept.status, kept.body)
            else:
                await queries.free_request(session, owner, key, started_at)


async def _earlier_answer(database: Database, owner: UUID, key: str, content_hash: str) -> Answer:
    async with database.transaction() as session:
        stored = await queries.find_answer(session, owner, key)
    if stored is not None and stored.body_hash != content_hash:
        message = "was used for another request; take a new key for each request"
        raise Problem(
            422, f"Idempotency-Key {message}.", errors=[{"field": "header.Idempotency-Key", "message": message}]
        )
    if stored is None or stored.response_status is None or stored.response_body is None:
        raise Problem(
            409, "The same request is still being answered; send it again in a second.", headers={"Retry-After": "1"}
        )
    return Answer(stored.response_status, stored.response_body, replayed=True)


async def forget_old_answers(database: Database) -> int:
    """Drop records past their keeping time, a batch at a time."""
    async with database.transaction() as session:
        return await queries.forget_answers(session, KEPT_FOR, _FORGET_LIMIT)
