"""Who is calling, and once: what every route of the public API asks first."""

import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from fastapi import Depends, Header, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, SecretStr

from gateway.downstream import Downstream
from gateway.limits import RateLimit
from gateway.settings import Settings
from gateway.use_cases import idempotency, tokens
from gateway.use_cases.clock import ClockDriver
from gateway.use_cases.idempotency import Answer
from gateway.use_cases.tokens import Creditor
from gateway.use_cases.webhook_sending import WebhookSender
from runtime.clock import wall_now
from runtime.database import Database
from runtime.problems import Problem, problem_response

_PROVISIONING_OWNER = uuid5(NAMESPACE_URL, "fordring:gateway:provisioning")
_OFFICE_OWNER = uuid5(NAMESPACE_URL, "fordring:gateway:office")

_partner_key = APIKeyHeader(
    name="X-Api-Key", scheme_name="AccessToken", description="The creditor's access token.", auto_error=False
)
_bearer = HTTPBearer(
    scheme_name="BearerToken", description="The creditor's access token, as a bearer token.", auto_error=False
)
_provisioning_key = APIKeyHeader(
    name="X-Api-Key", scheme_name="ProvisioningToken", description="The partner's own token.", auto_error=False
)
_office_key = APIKeyHeader(
    name="X-Api-Key", scheme_name="OfficeToken", description="The collection office's token.", auto_error=False
)


@dataclass(frozen=True, slots=True)
class Gate:
    """What a route works with, put together once when the process starts."""

    settings: Settings
    database: Database
    downstream: Downstream
    driver: ClockDriver
    sender: WebhookSender
    rate_limit: RateLimit


def _gate(request: Request) -> Gate:
    return request.app.state.gate


InGate = Annotated[Gate, Depends(_gate)]


async def _creditor(gate: InGate, key: Annotated[str | None, Security(_partner_key)]) -> Creditor:
    creditor = await tokens.recognise(gate.database, gate.settings, key, wall_now())
    gate.rate_limit.check(creditor.token.token_hash)
    return creditor


async def _creditor_by_either(
    gate: InGate,
    key: Annotated[str | None, Security(_partner_key)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Creditor:
    return await _creditor(gate, key or (bearer.credentials if bearer else None))


async def _renewing_creditor(gate: InGate, key: Annotated[str | None, Security(_partner_key)]) -> Creditor:
    creditor = await tokens.recognise(gate.database, gate.settings, key, wall_now(), even_expired=True)
    gate.rate_limit.check(creditor.token.token_hash)
    return creditor


def _is(key: str | None, secret: SecretStr | None) -> bool:
    if not key or secret is None or not secret.get_secret_value():
        return False
    return secrets.compare_digest(key.encode(), secret.get_secret_value().encode())


async def _provisioner(gate: InGate, key: Annotated[str | None, Security(_provisioning_key)]) -> UUID:
    if not _is(key, gate.settings.provisioning_token):
        raise tokens.unauthorized("Creating clients needs the partner provisioning token in the X-Api-Key header.")
    return _PROVISIONING_OWNER


def is_office(gate: Gate, key: str | None) -> UUID | None:
    """The office's owner id, if the key is its token."""
    return _OFFICE_OWNER if _is(key, gate.settings.office_token) else None


async def _office(gate: InGate, key: Annotated[str | None, Security(_office_key)]) -> UUID:
    if not _is(key, gate.settings.office_token):
        raise tokens.unauthorized("This needs the office's token in the X-Api-Key header.")
    return _OFFICE_OWNER


async def _clock_hand(
    gate: InGate,
    key: Annotated[str | None, Security(_partner_key)],
    _: Annotated[str | None, Security(_office_key)],
) -> UUID:
    """The office, or a creditor in the test environment; in production there is no such thing as this clock."""
    if gate.settings.environment == "production":
        raise Problem(404, "There is no sandbox in production.")
    if _is(key, gate.settings.office_token):
        return _OFFICE_OWNER
    creditor = await _creditor(gate, key)
    if creditor.environment != "test":
        raise Problem(403, "Only access tokens of the test environment may use the sandbox clock.")
    return creditor.owner


CreditorCaller = Annotated[Creditor, Depends(_creditor)]
EitherCaller = Annotated[Creditor, Depends(_creditor_by_either)]
"""A creditor whose token stands in X-Api-Key or in Authorization."""
RenewingCaller = Annotated[Creditor, Depends(_renewing_creditor)]
ProvisioningCaller = Annotated[UUID, Depends(_provisioner)]
OfficeCaller = Annotated[UUID, Depends(_office)]
ClockCaller = Annotated[UUID, Depends(_clock_hand)]


@dataclass(frozen=True, slots=True)
class Once:
    """Answers one POST, at most once per Idempotency-Key."""

    gate: Gate
    request: Request
    key: str | None

    async def answer(
        self,
        owner: UUID,
        work: Callable[[UUID], Awaitable[BaseModel]],
        *,
        status: int = 202,
        content: bytes | None = None,
        reveal: Callable[[UUID, dict[str, Any]], dict[str, Any]] | None = None,
    ) -> Response:
        """Do the work under a request id, or replay. `reveal` adds what may be told but not stored."""

        async def attempt(request_id: UUID) -> Answer:
            try:
                body = await work(request_id)
            except Problem as problem:
                if problem.status >= 500 or problem.status == 429:
                    raise
                response = problem_response(problem, self.request.url.path)
                return Answer(problem.status, bytes(response.body).decode())
            return Answer(status, body.model_dump_json(by_alias=True, exclude_none=True))

        if self.key is None:
            request_id = uuid4()
            answer = await attempt(request_id)
        else:
            request_id = idempotency.request_id_of(owner, self.key)
            hashed = await self.request.body() if content is None else content
            content_hash = idempotency.body_hash(self.request.method, self.request.url.path, hashed)
            answer = await idempotency.answer_once(self.gate.database, owner, self.key, content_hash, attempt)
        if reveal and answer.status < 400:
            told = json.dumps(reveal(request_id, json.loads(answer.body)))
            answer = Answer(answer.status, told, answer.replayed)
        return _response(answer)


def _response(answer: Answer) -> Response:
    return Response(
        answer.body,
        status_code=answer.status,
        media_type="application/problem+json" if answer.status >= 400 else "application/json",
        headers={"Idempotent-Replay": "true"} if answer.replayed else None,
    )


def _once(
    gate: InGate,
    request: Request,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=200,
            pattern=r"^[\x21-\x7e]+$",
            description="Same key and body: the first answer again. Recommended on every POST.",
        ),
    ] = None,
) -> Once:
    return Once(gate, request, key)


PostOnce = Annotated[Once, Depends(_once)]


class _ExactRequest(Request):
    """Reads JSON numbers as decimals: an amount never passes through a float."""

    async def json(self) -> Any:
        return json.loads(await self.body(), parse_float=Decimal, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> Any:
    raise json.JSONDecodeError(f"{name} is not JSON", name, 0)


class ExactRoute(APIRoute):
    """A route whose body keeps its decimals."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()

        async def handle_exactly(request: Request) -> Response:
            return await handle(_ExactRequest(request.scope, request.receive))

        return handle_exactly
