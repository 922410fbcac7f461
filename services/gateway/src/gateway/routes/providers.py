"""What providers of mail and SMS send in: signed, or refused unread."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from gateway.access import InGate, PostOnce
from gateway.provider_signature import ProviderCaller
from gateway.routes.answers import posts
from gateway.schemas.correspondence_work import ReportsCreate, SmsReceived, Taken
from gateway.use_cases import waiting_mail

router = APIRouter(prefix="/api/v1/providers", tags=["Providers"])


@router.post("/inbound-mail", status_code=200, summary="Hand in a mail", response_model=Taken, responses=posts())
async def take_mail(
    request: Request,
    raw: Annotated[bytes, Body(media_type="message/rfc822")],
    provider: ProviderCaller,
    gate: InGate,
    once: PostOnce,
) -> Response:
    """One mail as it came over the wire (RFC 5322). The same mail again changes nothing."""
    return await once.answer(provider, lambda _: waiting_mail.take_mail(gate.downstream, raw), status=200)


@router.post(
    "/inbound-sms", status_code=200, summary="Hand in a short message", response_model=Taken, responses=posts()
)
async def take_sms(body: SmsReceived, provider: ProviderCaller, gate: InGate, once: PostOnce) -> Response:
    """It finds its case by its words or its sender's number, or waits for the office."""
    return await once.answer(provider, lambda _: waiting_mail.take_sms(gate.downstream, body), status=200)


@router.post(
    "/delivery-events",
    status_code=200,
    summary="Report what became of messages",
    response_model=Taken,
    responses=posts(),
)
async def take_reports(body: ReportsCreate, provider: ProviderCaller, gate: InGate, once: PostOnce) -> Response:
    """A hard bounce sends the message on by the next channel and says why; a repeated report changes nothing."""
    return await once.answer(provider, lambda _: waiting_mail.take_reports(gate.downstream, body), status=200)
