"""Whether a provider sent this: the same signature that our own webhooks carry, over the body and a recent time."""

import hashlib
import hmac
import re
from typing import Annotated, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader

from gateway.access import InGate
from runtime.clock import wall_now
from runtime.problems import Problem

TOLERANCE_SECONDS: Final = 300
_PROVIDER_OWNER: Final = uuid5(NAMESPACE_URL, "fordring:gateway:provider")
_FORM: Final = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")

_signature = APIKeyHeader(
    name="X-Fordring-Signature",
    scheme_name="ProviderSignature",
    description="`t=<unix seconds>,v1=<hex>`: HMAC-SHA256 with the agreed secret over `<t>.<body>`; at most 5 minutes old.",
    auto_error=False,
)


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The header's value."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def is_signed(secret: str, header: str | None, body: bytes, now: int) -> bool:
    """Whether the header signs this body with this secret, not longer ago, nor further ahead, than the tolerance."""
    found = _FORM.fullmatch(header or "")
    if found is None or abs(now - int(found[1])) > TOLERANCE_SECONDS:
        return False
    return hmac.compare_digest(sign(secret, int(found[1]), body), header or "")


async def _provider(request: Request, gate: InGate, header: Annotated[str | None, Security(_signature)]) -> UUID:
    secret = gate.settings.provider_webhook_secret
    wanted = secret.get_secret_value() if secret else ""
    if not wanted or not is_signed(wanted, header, await request.body(), int(wall_now().timestamp())):
        raise Problem(
            401, "X-Fordring-Signature is missing, too old, or does not sign this body with the agreed secret."
        )
    return _PROVIDER_OWNER


ProviderCaller = Annotated[UUID, Depends(_provider)]
"""Whoever knows the providers' secret. Nothing is read of a body that is not signed."""
