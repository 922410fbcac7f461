"""How far a service is: the counted facts by which a test clock knows that a day is done."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from pydantic import BaseModel
from sqlalchemy import TextClause, text

from contracts import EVENTS
from runtime.database import Session

_PROGRESS = """
    SELECT clock.business_date, clock.done_through, (SELECT count(*) FROM outbox) AS outbox,
        (SELECT count(*) FROM waiting) AS waiting, ({backlog_rows}) AS backlog,
        (SELECT coalesce(jsonb_object_agg(topic, count), '{{}}') FROM published_count) AS published,
        (SELECT coalesce(jsonb_object_agg(topic, total), '{{}}')
         FROM (SELECT topic, sum(count) AS total FROM handled_count GROUP BY topic) AS one) AS handled
    FROM clock
    """


@dataclass(frozen=True, slots=True)
class Backlog:
    """Work that only the service itself knows of."""

    rows: str = "SELECT 0"
    """A query that counts the rows that wait: letters to print, calls to make."""
    outside: Callable[[Session], Awaitable[int]] | None = None
    """Counts what waits outside the database: files to read."""


class Progress(BaseModel):
    """What a service has done and still has to do."""

    service: str
    business_date: date
    done_through: date
    outbox: int
    waiting: int
    backlog: int
    listens_to: list[str]
    published: dict[str, int]
    handled: dict[str, int]
    looks_outside: bool = True
    """Whether anything but messages moves it: files that somebody lays down."""

    def is_done(self, as_of: date) -> bool:
        """Whether nothing is left of the days up to `as_of` that the service knows of."""
        return min(self.business_date, self.done_through) >= as_of and self.outbox == 0 and self.backlog == 0

    def has_handled(self, published: Mapping[str, int]) -> bool:
        """Whether as many messages were handled as are known to be published, on every topic it listens to."""
        return all(self.handled.get(topic, 0) >= published.get(topic, 0) for topic in self.listens_to)


async def read_progress(
    session: Session, service: str, listens_to: set[str], backlog: Backlog | None = None
) -> Progress:
    """Where the service is, in one statement: what moves meanwhile is wholly in it or wholly missing.

    What waits outside the database is counted before: what came of a file that is no longer counted is in the rows.
    """
    backlog = backlog or Backlog()
    outside = await backlog.outside(session) if backlog.outside else 0
    row = (await session.execute(_statement(backlog.rows))).mappings().one()
    looks_outside = backlog.outside is not None
    progress = Progress(service=service, listens_to=sorted(listens_to), looks_outside=looks_outside, **row)
    return progress.model_copy(update={"backlog": progress.backlog + outside})


@cache
def _statement(backlog_rows: str) -> TextClause:
    return text(_PROGRESS.format(backlog_rows=backlog_rows))


def sum_published(all_progress: Iterable[Progress]) -> dict[str, int]:
    """How many messages the services together have published, by topic."""
    published: dict[str, int] = {}
    for progress in all_progress:
        for topic, count in progress.published.items():
            published[topic] = published.get(topic, 0) + count
    return published


def producer_of(topic: str) -> str:
    """The service that alone publishes to a topic."""
    return EVENTS[topic].producer


def to_look_at_again(
    looks: Mapping[str, Progress], as_of: date, producer_of: Callable[[str], str] = producer_of
) -> set[str]:
    """The services whose last look does not tell that the house is done with the days up to `as_of`; none: it is quiet.

    Asked again are services that were not done or had not handled all that was published, and who publishes a topic
    of which somebody has handled more than its publisher had sent when it was last looked at.

    The looks may be of different moments: a service that was done and did anything after its look was moved by a message;
    the first such message was sent before its sender's look and is missing in the receiver's count
    (docs/decisions/0051-one-look-is-enough.md).
    """
    published = sum_published(looks.values())
    again = {name for name, look in looks.items() if not look.is_done(as_of)}
    for name, look in looks.items():
        for topic in look.listens_to:
            difference = look.handled.get(topic, 0) - published.get(topic, 0)
            if difference:
                again.add(name if difference < 0 else producer_of(topic))
    return again
