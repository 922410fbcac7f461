"""What comes in from outside: mail by webhook, provider reports, the queue of mails without a case."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from communication.domain.inbound_sms import InboundSms
from communication.use_cases import inbound
from communication.use_cases.reports import Report, ReportKind, record_reports
from runtime.database import RequestTransaction
from runtime.problems import Problem
from runtime.tokens import Caller, ServiceCaller

router = APIRouter(prefix="/internal")


class SmsCreate(BaseModel):
    provider_id: str = Field(min_length=1, max_length=200)
    sender: str = Field(min_length=3, max_length=40)
    to: str = Field(default="", max_length=40)
    text: str = Field(max_length=10_000)


class ReportCreate(BaseModel):
    message_id: UUID
    event: ReportKind
    detail: str = Field(default="", max_length=200, pattern=r"^[0-9A-Za-z .:_-]*$")


class ReportsCreate(BaseModel):
    events: list[ReportCreate] = Field(max_length=1000)


class Taken(BaseModel):
    """How many of what was sent in concerned us."""

    count: int


class MailAssign(BaseModel):
    case_id: int = Field(gt=0, lt=2**63)


class UnmatchedRead(BaseModel):
    message_id: UUID
    message_type: str
    sender: str
    subject: str
    reason: str
    received_at: datetime
    has_attachments: bool


def _for_the_house(caller: Caller) -> None:
    if caller.creditor_id is not None:
        raise Problem(403, "This call is for the house itself; the token names a creditor.")


@router.post("/inbound-mail")
async def receive_mail(caller: ServiceCaller, request: Request) -> Taken:
    """One mail as it came over the wire (RFC 5322)."""
    _for_the_house(caller)
    state = request.app.state
    return Taken(count=await inbound.receive_mails(state.database, state.vault, state.settings, [await request.body()]))


@router.post("/inbound-sms")
async def receive_sms(body: SmsCreate, caller: ServiceCaller, request: Request) -> Taken:
    """One short message as its provider handed it in."""
    _for_the_house(caller)
    state = request.app.state
    raw = InboundSms(body.provider_id, body.sender, body.to, body.text).as_raw()
    return Taken(count=await inbound.receive_sms(state.database, state.vault, state.settings, [raw]))


@router.post("/delivery-events")
async def take_reports(body: ReportsCreate, caller: ServiceCaller, session: RequestTransaction) -> Taken:
    """What a provider reports about messages."""
    _for_the_house(caller)
    reports = [Report(event.message_id, event.event, event.detail) for event in body.events]
    return Taken(count=await record_reports(session, reports) if reports else 0)


@router.get("/unmatched-mail")
async def list_unmatched(
    caller: ServiceCaller,
    session: RequestTransaction,
    request: Request,
    limit: Annotated[int, Query(gt=0, le=200)] = 50,
) -> list[UnmatchedRead]:
    _for_the_house(caller)
    found = await inbound.list_unmatched(session, request.app.state.vault, limit)
    return [UnmatchedRead.model_validate(mail) for mail in found]


@router.post("/unmatched-mail/{message_id}/assign")
async def assign_mail(message_id: UUID, body: MailAssign, caller: ServiceCaller, request: Request) -> MailAssign:
    """File a waiting mail on a case."""
    _for_the_house(caller)
    state = request.app.state
    await inbound.assign_mail(state.database, state.vault, state.settings, message_id, body.case_id)
    return body
