"""Links of tracked mails, asked by the gateway for whoever follows them: the token alone says whose they are."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from communication.domain.tracking import LONGEST_TARGET
from communication.use_cases import tracking
from runtime.database import RequestTransaction
from runtime.tokens import ServiceCaller

router = APIRouter(prefix="/internal/tracking")


class Opened(BaseModel):
    token: str = Field(max_length=100)


class Clicked(BaseModel):
    token: str = Field(max_length=100)
    target: str = Field(min_length=8, max_length=LONGEST_TARGET)


@router.post("/opens")
async def note_open(body: Opened, caller: ServiceCaller, session: RequestTransaction, request: Request) -> Opened:
    await tracking.note_open(session, request.app.state.settings, body.token)
    return body


@router.post("/clicks")
async def note_click(body: Clicked, caller: ServiceCaller, session: RequestTransaction, request: Request) -> Clicked:
    """Where the link leads, once it is known to be one of ours."""
    await tracking.note_click(session, request.app.state.settings, body.token, body.target)
    return body
