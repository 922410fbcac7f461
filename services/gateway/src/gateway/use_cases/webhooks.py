"""Webhooks: who wants to be told what, which facts become calls, and the log of them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from pydantic.alias_generators import to_camel

from contracts import Event
from gateway import webhook_queries as queries
from gateway.schemas.public_ids import Prefix, shown
from gateway.schemas.webhooks import (
    EventLogged,
    EventReplayed,
    WebhookChange,
    WebhookCreate,
    WebhookCreated,
    WebhookRead,
    WebhookTested,
)
from gateway.schemas.wire import refused
from gateway.settings import Settings
from gateway.use_cases.webhook_sending import AddressRefused, WebhookSender, check_address, secret_of
from gateway.webhook_queries import Subscription
from runtime.clock import wall_now
from runtime.database import Database, Session
from runtime.problems import Problem

MOST_SUBSCRIPTIONS = 20
KEPT_FOR = timedelta(days=30)
_FORGET_LIMIT = 1_000

_TOLD = (
    "case_id",
    "claim_id",
    "invoice_id",
    "payment_id",
    "settlement_id",
    "settlement_number",
    "payout_id",
    "message_id",
    "document_id",
    "document_type",
    "stage",
    "level",
    "step_code",
    "close_code",
    "channel",
    "category",
    "successful",
    "as_of",
)
"""What a payload may hold of a fact: ids, states and days. Amounts and people are fetched with the API."""


_PREFIXED: dict[str, Prefix] = {"message_id": "msg", "document_id": "doc"}
"""Ids that the API spells with a prefix."""


async def queue_deliveries(session: Session, events: Sequence[Event]) -> None:
    """Queue each fact for every subscription of its creditor that asked for it."""
    by_creditor = [(event, creditor_id) for event in events if (creditor_id := getattr(event, "creditor_id", None))]
    if not by_creditor:
        return
    wanted = await queries.list_wanted(session, {creditor_id for _, creditor_id in by_creditor})
    rows = [_row(event) for event, creditor_id in by_creditor if (creditor_id, event.topic) in wanted]
    if rows:
        await queries.add_deliveries(session, rows)


def payload_of(event: Event) -> dict[str, Any]:
    """What a subscriber is sent: thin, so that nothing personal leaves but to who asks for it with a token."""
    timestamp = event.occurred_at.isoformat().replace("+00:00", "Z")
    fact = event.model_dump(mode="json", include=set(_TOLD))
    for name, prefix in _PREFIXED.items():
        if fact.get(name) is not None:
            fact[name] = shown(prefix, fact[name])
    if event.topic == "message.received":
        case_id = fact["case_id"]
        message = {"messageId": fact["message_id"], "caseId": str(case_id), "caseNumber": str(case_id)}
        return {"event": event.topic, **message, "messageType": fact["channel"].lower(), "timestamp": timestamp}
    data = {to_camel(name): fact[name] for name in _TOLD if fact.get(name) is not None}
    link = _link(fact)
    return {
        "id": str(event.event_id),
        "specVersion": "1.0",
        "event": event.topic,
        "timestamp": timestamp,
        "data": data,
        "links": {"self": link} if link else {},
    }


def _link(fact: Mapping[str, Any]) -> str | None:
    if fact.get("settlement_number") is not None:
        return f"/api/v1/partner/settlements/{fact['settlement_number']}/report.json"
    if fact.get("case_id") is not None:
        return f"/api/v1/partner/invoice/case?caseId={fact['case_id']}"
    return None


def _row(event: Event) -> dict[str, Any]:
    fact: Any = event
    return {
        "event_id": event.event_id,
        "creditor_id": fact.creditor_id,
        "event": event.topic,
        "case_id": getattr(event, "case_id", None),
        "payload": json.dumps(payload_of(event)),
    }


async def create_webhook(
    database: Database, settings: Settings, creditor_id: UUID, environment: str, request_id: UUID, body: WebhookCreate
) -> WebhookRead:
    """Store a subscription; the route adds its secret to the first answer and to every repeat of it."""
    _check_url(settings, body.url)
    async with database.transaction() as session:
        if await queries.count_subscriptions(session, creditor_id) >= MOST_SUBSCRIPTIONS:
            detail = f"There are {MOST_SUBSCRIPTIONS} webhooks already; delete one that is not needed."
            raise Problem(409, detail)
        stored = await queries.add_subscription(
            session, request_id, creditor_id, environment, body.url, sorted(set(body.events))
        )
    return _read(stored)


def with_secret(settings: Settings, subscription_id: UUID, told: dict[str, Any]) -> dict[str, Any]:
    """The answer with the first secret, shown when the subscription is made."""
    return told | {"secret": secret_of(settings, subscription_id, 1)}


async def list_webhooks(database: Database, creditor_id: UUID) -> list[WebhookRead]:
    async with database.transaction() as session:
        return [_read(found) for found in await queries.list_subscriptions(session, creditor_id)]


async def change_webhook(
    database: Database, settings: Settings, creditor_id: UUID, subscription_id: UUID, body: WebhookChange
) -> WebhookRead | WebhookCreated:
    """Change address or state; a regenerated secret is shown once and ends the old one."""
    if body.url is not None:
        _check_url(settings, body.url)
    async with database.transaction() as session:
        changed = await queries.change_subscription(
            session,
            creditor_id,
            subscription_id,
            url=body.url,
            is_active=body.is_active,
            renew=body.regenerate_secret,
        )
    if changed is None:
        raise _missing(subscription_id)
    if not body.regenerate_secret:
        return _read(changed)
    secret = secret_of(settings, subscription_id, changed.secret_version)
    return WebhookCreated(**_read(changed).model_dump(), secret=secret)


async def delete_webhook(database: Database, creditor_id: UUID, subscription_id: UUID) -> None:
    async with database.transaction() as session:
        if not await queries.drop_subscription(session, creditor_id, subscription_id):
            raise _missing(subscription_id)


async def test_webhook(
    database: Database, settings: Settings, sender: WebhookSender, creditor_id: UUID, subscription_id: UUID
) -> WebhookTested:
    """Call the address now with a made-up fact; nothing is stored and no failure counted."""
    async with database.transaction() as session:
        found = await queries.find_subscription(session, creditor_id, subscription_id)
    if found is None:
        raise _missing(subscription_id)
    event_id = str(uuid4())
    payload: dict[str, Any] = {
        "id": event_id,
        "specVersion": "1.0",
        "event": "case.opened",
        "timestamp": wall_now().isoformat().replace("+00:00", "Z"),
        "data": {"caseId": 0, "stage": "INVOICED", "isTest": True},
        "links": {},
    }
    secret = secret_of(settings, subscription_id, found.secret_version)
    answered = await sender.call(found.url, secret, "case.opened", event_id, payload)
    return WebhookTested(
        success=answered.is_success,
        http_status_code=answered.code,
        duration_ms=answered.duration_ms,
        error_message=answered.error,
        error_category=answered.category,
        test_payload=json.dumps(payload),
    )


async def list_events(
    database: Database, creditor_id: UUID, *, case_id: int | None, since: datetime | None, limit: int
) -> list[EventLogged]:
    async with database.transaction() as session:
        rows = await queries.list_deliveries(session, creditor_id, case_id=case_id, since=since, limit=limit)
    return [
        EventLogged(
            id=row.delivery_id,
            subscription_id=row.subscription_id,
            case_id=row.case_id,
            event_type=row.event,
            payload=json.dumps(row.payload),
            status=row.status,
            created_at=row.created_at,
            delivered_at=row.delivered_at,
            attempt_count=row.attempts,
            last_response_code=row.last_response_code,
            last_error=row.last_error,
        )
        for row in rows
    ]


async def forget_old_deliveries(database: Database) -> int:
    """Drop log lines past their keeping time, a batch at a time."""
    async with database.transaction() as session:
        return await queries.forget_deliveries(session, KEPT_FOR, _FORGET_LIMIT)


async def replay_event(database: Database, creditor_id: UUID, delivery_id: UUID) -> EventReplayed:
    async with database.transaction() as session:
        found = await queries.replay_delivery(session, creditor_id, delivery_id)
    if found is None:
        raise Problem(404, f"You have no webhook event {delivery_id}.")
    return EventReplayed(event_id=delivery_id, subscription_id=found[0], event_type=found[1])


def _check_url(settings: Settings, url: str) -> None:
    try:
        check_address(url, allow_private=settings.webhook_allow_private)
    except AddressRefused as error:
        raise refused([{"field": "url", "message": str(error)}]) from error


def _missing(subscription_id: UUID) -> Problem:
    return Problem(404, f"You have no webhook {subscription_id}.")


def _read(found: Subscription) -> WebhookRead:
    return WebhookRead(
        id=found.subscription_id,
        url=found.url,
        events=found.events,
        is_active=found.is_active,
        created_utc=found.created_at,
        updated_utc=found.updated_at,
        disabled_reason=found.disabled_reason,
    )
