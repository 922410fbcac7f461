"""Tell creditors once a day which of their invoices could not be distributed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from communication import queries
from communication.domain.messages import retry_after_seconds
from communication.settings import Settings
from runtime.database import Database, Session


@dataclass(frozen=True, slots=True)
class SummaryOutcome:
    """What came of one try. NOT_TRIED: the mail server could not be reached, the mail is due again at once."""

    summary: Any
    kind: Literal["SENT", "DEFERRED", "FAILED", "NOT_TRIED"]
    detail: str = ""


def failure_row(message: Any, reason: str, day: date) -> dict[str, Any]:
    """An invoice that no channel is left for; the reason names no person."""
    about = {name: getattr(message, name) for name in ("message_id", "creditor_id", "case_id", "channel")}
    return about | {"reason": reason, "day": day}


async def queue_failure_summaries(session: Session, day: date) -> int:
    """Timer: one mail per creditor about the days before, none where nothing failed. Always 0: one pass does all."""
    await queries.queue_summaries(session, day)
    return 0


async def take_summaries(database: Database, settings: Settings) -> Sequence[Any]:
    """Lease a batch of mails."""
    async with database.transaction() as session:
        return await queries.lease_summaries(session, settings.courier_batch_size, settings.courier_lease_seconds)


async def record_outcomes(database: Database, outcomes: Sequence[SummaryOutcome]) -> None:
    """One transaction for the batch; a mail that was put off too often has failed."""
    async with database.transaction() as session:
        await queries.record_summaries(session, [_row(outcome) for outcome in outcomes])


def _row(outcome: SummaryOutcome) -> Mapping[str, Any]:
    pause = retry_after_seconds(outcome.summary.attempts) if outcome.kind == "DEFERRED" else 0
    status = "QUEUED" if outcome.kind == "NOT_TRIED" or (outcome.kind == "DEFERRED" and pause) else outcome.kind
    return {
        "summary_id": outcome.summary.summary_id,
        "status": "FAILED" if status == "DEFERRED" else status,
        "reason": outcome.detail,
        "pause_seconds": float(pause or 0),
        "untried": int(outcome.kind == "NOT_TRIED"),
    }
