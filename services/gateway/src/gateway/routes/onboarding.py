"""Clients and their tokens."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Response

from gateway.access import CreditorCaller, ExactRoute, InGate, PostOnce, ProvisioningCaller, RenewingCaller
from gateway.routes.answers import posts, problems
from gateway.schemas.onboarding import ClientCreate, ClientCreated, TokenRenewed, TokenValid
from gateway.use_cases.onboarding import onboard_creditor
from gateway.use_cases.tokens import renew_token, token_of_request
from runtime.clock import wall_now

router = APIRouter(prefix="/api/v1/partner", tags=["Onboarding"], route_class=ExactRoute)


@router.post(
    "/client",
    status_code=201,
    summary="Create a client",
    response_model=ClientCreated,
    responses=posts(),
)
async def create_client(
    body: Annotated[ClientCreate, Body()], owner: ProvisioningCaller, gate: InGate, once: PostOnce
) -> Response:
    """Onboard a creditor. The access token in the answer is shown only here (and to a repeat with the same key)."""

    def reveal(request_id: UUID, answer: dict[str, Any]) -> dict[str, Any]:
        return answer | {"accessToken": token_of_request(gate.settings, request_id)}

    return await once.answer(
        owner,
        lambda request_id: onboard_creditor(gate.database, gate.settings, gate.downstream, request_id, body),
        status=201,
        reveal=reveal,
    )


@router.get("/validate", summary="Validate an access token", responses=problems())
async def validate_token(creditor: CreditorCaller) -> TokenValid:
    """Whether the token in X-Api-Key works; 401 says why not."""
    token = creditor.token
    ends_at = min(token.expires_at, token.revoked_at) if token.revoked_at else token.expires_at
    return TokenValid(environment="test" if token.environment == "test" else "production", expires_at=ends_at)


@router.get("/renew", summary="Renew an access token", responses=problems())
async def renew_access_token(creditor: RenewingCaller, gate: InGate) -> TokenRenewed:
    """A new token. The old one works for 24 hours more; one that has already expired may be renewed, too."""
    return await renew_token(gate.database, gate.settings, creditor, wall_now())
