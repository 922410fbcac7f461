"""Take in what channels report after the fact; a hard bounce sends the message by post and says why."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from communication import queries
from communication.domain.messages import Route, fact_id_of
from communication.use_cases.failure_summaries import failure_row
from communication.use_cases.fallbacks import instead, named, next_of
from communication.use_cases.recalls import recall
from contracts import Event, InvoiceDistributed, MessageDelivered, MessageFailed
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
    reports = _of_each_claim(reports, messages)
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
    routes = {r.message_id: route for r in bounced if (route := _next_route(messages[r.message_id], r))}
    substitutes = [instead(messages[one], route, day, None) for one, route in routes.items()]
    await queries.save_messages(session, substitutes)
    lost = [(messages[r.message_id], r.detail) for r in bounced if r.message_id not in routes]
    failures = [failure_row(message, why, day) for message, why in lost if message.category == "invoice"]
    await queries.save_failures(session, failures)
    with traced({str(row.case_id): row.traceparent for row in messages.values()}):
        facts = [fact for r in told for fact in _facts(messages[r.message_id], r, routes.get(r.message_id), day)]
        await publish(session, facts)
    if bounced:
        await recall(session, {messages[report.message_id].case_id for report in bounced})
    return len(messages)


def _of_each_claim(reports: Sequence[Report], messages: Mapping[UUID, Any]) -> list[Report]:
    """What became of a shared letter became of each message in it."""
    companions: dict[tuple[UUID, str], list[UUID]] = defaultdict(list)
    for message_id, row in messages.items():
        if row.letter_group:
            companions[row.letter_group, row.channel].append(message_id)
    told: list[Report] = []
    for report in reports:
        row = messages.get(report.message_id)
        shared = (
            companions[row.letter_group, row.channel] if row is not None and row.letter_group else [report.message_id]
        )
        told += [replace(report, message_id=message_id) for message_id in shared]
    return told


def _further(progress: str | None, kind: str) -> str | None:
    if kind not in _RANKS:
        return progress
    return kind if progress is None or _RANKS[kind] > _RANKS[progress] else progress


def _next_route(message: Any, report: Report) -> Route | None:
    return next_of(message, f"{named(message.channel)} bounced: {report.detail}")


def _facts(message: Any, report: Report, route: Route | None, day: date) -> Iterable[Event]:
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
        next_channel = route.channel if route else None
        yield MessageFailed(category=message.category, reason=report.detail, next_channel=next_channel, **about)
        if message.category == "invoice" and route is None:
            about["event_id"] = fact_id_of(message.message_id, "distributed:RETURNED")
            yield InvoiceDistributed(invoice_id=message.invoice_id, successful=False, reason=report.detail, **about)
