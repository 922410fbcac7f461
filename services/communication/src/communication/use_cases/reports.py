"""Take in what channels report after the fact; a hard bounce sends the message by post and says why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from communication import queries
from communication.domain.messages import fact_id_of, message_id_of
from communication.use_cases.recalls import recall
from contracts import Event, MessageDelivered, MessageFailed
from delivery import publish, traced
from runtime.clock import today
from runtime.database import Session

ReportKind = Literal["DELIVERED", "OPENED", "CLICKED", "BOUNCED", "FAILED", "DEFERRED"]

_RANKS: Final = {"DELIVERED": 1, "OPENED": 2, "CLICKED": 3, "BOUNCED": 4, "FAILED": 4}
_ONCE: Final = ("DELIVERED", "BOUNCED", "FAILED")


@dataclass(frozen=True, slots=True)
class Report:
    """One thing that became of a message; `detail` holds codes, never addresses."""

    message_id: UUID
    kind: ReportKind
    detail: str = ""


async def record_reports(session: Session, reports: Sequence[Report]) -> int:
    """Add events and move states forward; a repeated report changes nothing. Returns how many were about our messages."""
    day = await today(session)
    messages = {row.message_id: row for row in await queries.lock_reported(session, {r.message_id for r in reports})}
    newest: dict[UUID, str | None] = {message_id: row.progress for message_id, row in messages.items()}
    told: list[Report] = []
    rows: list[dict[str, Any]] = []
    for report in reports:
        if report.message_id not in messages or (report.kind in _ONCE and newest[report.message_id] == report.kind):
            continue
        progress = _further(newest[report.message_id], report.kind)
        news = report.kind not in _ONCE or progress == report.kind
        newest[report.message_id] = progress
        if news:
            told.append(report)
            rows.append(
                {"message_id": report.message_id, "kind": report.kind, "detail": report.detail, "progress": progress}
            )
    if not rows:
        return len(messages)
    await queries.save_reports(session, rows)
    bounced = [report for report in told if report.kind in ("BOUNCED", "FAILED")]
    letters = [_letter(messages[report.message_id], report, day) for report in bounced]
    await queries.save_messages(session, [letter for letter in letters if letter])
    with traced({str(row.case_id): row.traceparent for row in messages.values()}):
        await publish(session, [fact for report in told for fact in _facts(messages[report.message_id], report, day)])
    if bounced:
        await recall(session, {messages[report.message_id].case_id for report in bounced})
    return len(messages)


def _further(progress: str | None, kind: str) -> str | None:
    if kind not in _RANKS:
        return progress
    return kind if progress is None or _RANKS[kind] > _RANKS[progress] else progress


def _is_policy(message: Any) -> bool:
    return message.step_key is not None or message.category == "invoice"


def _letter(message: Any, report: Report, day: date) -> dict[str, Any] | None:
    """The same message by post; free messages have no letter."""
    if not _is_policy(message) or message.channel == "LETTER":
        return None
    natural_key = f"step:{message.step_key}" if message.step_key else f"invoice:{message.invoice_id}"
    name = "e-mail" if message.channel == "EMAIL" else message.channel
    return {
        "message_id": message_id_of(natural_key, "LETTER"),
        "case_id": message.case_id,
        "creditor_id": message.creditor_id,
        "debtor_id": message.debtor_id,
        "category": message.category,
        "channel": "LETTER",
        "template": message.template,
        "step_key": message.step_key,
        "reason": f"{name} bounced: {report.detail}",
        "content": message.content,
        "as_of": day,
        "traceparent": message.traceparent,
    }


def _facts(message: Any, report: Report, day: date) -> Iterable[Event]:
    about: dict[str, Any] = {
        "event_id": fact_id_of(message.message_id, report.kind.lower()),
        "creditor_id": message.creditor_id,
        "case_id": message.case_id,
        "message_id": message.message_id,
        "channel": message.channel,
        "as_of": day,
    }
    if report.kind == "DELIVERED":
        yield MessageDelivered(**about)
    elif report.kind in ("BOUNCED", "FAILED"):
        next_channel = "LETTER" if _is_policy(message) and message.channel != "LETTER" else None
        yield MessageFailed(category=message.category, reason=report.detail, next_channel=next_channel, **about)
