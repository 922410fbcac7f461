"""Webhooks: facts about a creditor's cases, sent to addresses of its own."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from gateway.access import CreditorCaller, InGate, PostOnce
from gateway.routes.answers import posts, problems
from gateway.schemas.webhooks import (
    EventLogged,
    EventReplayed,
    WebhookChange,
    WebhookCreate,
    WebhookCreated,
    WebhookRead,
    WebhookTested,
)
from gateway.use_cases import webhooks

router = APIRouter(prefix="/api/v1/partner/webhooks", tags=["Webhooks"])

WebhookId = Annotated[UUID, Path(alias="webhookId")]
EventId = Annotated[UUID, Path(alias="eventId")]


@router.post("", status_code=201, summary="Subscribe to events", response_model=WebhookCreated, responses=posts())
async def create_webhook(body: WebhookCreate, creditor: CreditorCaller, gate: InGate, once: PostOnce) -> Response:
    """The answer holds the secret, shown this once.

    Each call is a POST with `X-Fordring-Signature: t=<unix seconds>,v1=<hex>`: HMAC-SHA256 with the decoded secret over
    `<t>.<raw body>`. Any 2xx within ten seconds counts as received. A failure is tried again seven times in an hour and
    a half; after eight failures in a row, or a 410, the webhook is switched off. Events may come twice and in any order:
    drop an `X-Fordring-Webhook-Id` that you have seen.
    """
    return await once.answer(
        creditor.owner,
        lambda request_id: webhooks.create_webhook(
            gate.database, gate.settings, creditor.owner, creditor.environment, request_id, body
        ),
        status=201,
        reveal=lambda request_id, told: webhooks.with_secret(gate.settings, request_id, told),
    )


@router.get("", summary="Your webhooks", responses=problems())
async def list_webhooks(creditor: CreditorCaller, gate: InGate) -> list[WebhookRead]:
    return await webhooks.list_webhooks(gate.database, creditor.owner)


@router.get("/events", summary="What was sent", responses=problems(422))
async def list_events(
    creditor: CreditorCaller,
    gate: InGate,
    case_id: Annotated[int | None, Query(alias="caseId", gt=0, lt=2**63)] = None,
    since: datetime | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[EventLogged]:
    """The delivery log, newest first."""
    return await webhooks.list_events(gate.database, creditor.owner, case_id=case_id, since=since, limit=limit)


@router.post(
    "/events/{eventId}/replay",
    status_code=202,
    summary="Send an event again",
    response_model=EventReplayed,
    responses=posts(404),
)
async def replay_event(event_id: EventId, creditor: CreditorCaller, gate: InGate, once: PostOnce) -> Response:
    """The identical payload, as a first attempt, with `X-Fordring-Replay: true`."""
    return await once.answer(creditor.owner, lambda _: webhooks.replay_event(gate.database, creditor.owner, event_id))


@router.patch(
    "/{webhookId}",
    summary="Change a webhook",
    response_model=WebhookCreated | WebhookRead,
    response_model_exclude_none=True,
    responses=problems(400, 404, 422),
)
async def change_webhook(
    webhook_id: WebhookId, body: WebhookChange, creditor: CreditorCaller, gate: InGate
) -> WebhookRead:
    """Move it, switch it off and on, or give it a new secret; its events are fixed."""
    return await webhooks.change_webhook(gate.database, gate.settings, creditor.owner, webhook_id, body)


@router.delete("/{webhookId}", status_code=204, summary="Delete a webhook", responses=problems(404, 422))
async def delete_webhook(webhook_id: WebhookId, creditor: CreditorCaller, gate: InGate) -> None:
    """Its log goes with it."""
    await webhooks.delete_webhook(gate.database, creditor.owner, webhook_id)


@router.post("/{webhookId}/test", summary="Call the address now", response_model=WebhookTested, responses=posts(404))
async def test_webhook(webhook_id: WebhookId, creditor: CreditorCaller, gate: InGate, once: PostOnce) -> Response:
    """A made-up `case.opened`, sent while you wait; failures do not count."""
    return await once.answer(
        creditor.owner,
        lambda _: webhooks.test_webhook(gate.database, gate.settings, gate.sender, creditor.owner, webhook_id),
        status=200,
    )
