"""Signed short-lived tokens between services: who calls, for which creditor, to do what."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import jwt
from fastapi import Depends, Request

from runtime.clock import wall_now
from runtime.problems import Problem
from runtime.settings import ServiceSettings

_LIFETIME = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Caller:
    """Another service, acting for one creditor; without a creditor it acts for the house itself."""

    service: str
    creditor_id: UUID | None

    def creditor(self) -> UUID:
        if self.creditor_id is None:
            raise Problem(403, "This call needs a creditor; the token names none.")
        return self.creditor_id


def sign(settings: ServiceSettings, service: str, creditor_id: UUID | None) -> str:
    """A bearer token that expires within a minute."""
    claims: dict[str, Any] = {"iss": service, "exp": wall_now() + _LIFETIME}
    if creditor_id is not None:
        claims["creditor"] = str(creditor_id)
    return jwt.encode(claims, settings.service_secret.get_secret_value(), algorithm="HS256")


async def _caller(request: Request) -> Caller:
    settings: ServiceSettings = request.app.state.settings
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer":
        raise Problem(401, "Services answer signed calls of other services only.")
    try:
        claims = jwt.decode(token, settings.service_secret.get_secret_value(), algorithms=["HS256"], leeway=5)
    except jwt.InvalidTokenError as error:
        raise Problem(401, f"The service token is not valid: {error}.") from error
    creditor = claims.get("creditor")
    return Caller(service=claims["iss"], creditor_id=UUID(creditor) if creditor else None)


ServiceCaller = Annotated[Caller, Depends(_caller)]
