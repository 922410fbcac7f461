"""Access tokens: shown once, stored as a hash, expiring, renewable."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from gateway import queries
from gateway.queries import Token
from gateway.schemas.onboarding import TokenRenewed
from gateway.settings import Settings
from runtime.database import Database, Session
from runtime.problems import Problem

_CHALLENGE = {"WWW-Authenticate": 'ApiKey header="X-Api-Key"'}


@dataclass(frozen=True, slots=True)
class Creditor:
    """A caller with an access token: it acts for one creditor, in one environment."""

    owner: UUID
    environment: str
    token: Token


def hash_of(access_token: str) -> str:
    return hashlib.sha256(access_token.encode()).hexdigest()


def new_token(settings: Settings) -> str:
    return f"frd_{settings.environment}_{secrets.token_urlsafe(32)}"


def token_of_request(settings: Settings, request_id: UUID) -> str:
    """The token made by one onboarding request: a replay tells it again, though it is stored nowhere."""
    secret = settings.service_secret.get_secret_value().encode()
    digest = hmac.new(secret, b"access-token:" + request_id.bytes, hashlib.sha256).hexdigest()
    return f"frd_{settings.environment}_{digest}"


def unauthorized(detail: str) -> Problem:
    return Problem(401, detail, headers=_CHALLENGE, isValid=False, message=detail)


async def recognise(
    database: Database, settings: Settings, access_token: str | None, now: datetime, *, even_expired: bool = False
) -> Creditor:
    """Who holds the token; 401 when it is missing, unknown, revoked, expired or of the other environment."""
    if not access_token:
        raise unauthorized("Send your access token in the X-Api-Key header.")
    async with database.reading() as session:
        token = await queries.find_token(session, hash_of(access_token))
    if token is None:
        raise unauthorized("The access token is not valid.")
    if token.environment == "test" and settings.environment == "production":
        raise unauthorized("The access token belongs to the test environment; use your production token.")
    if token.revoked_at is not None and token.revoked_at <= now:
        raise unauthorized("The access token has expired: it was renewed, use the newer one.")
    if token.expires_at <= now and not even_expired:
        raise unauthorized("The access token has expired; get a new one with GET /api/v1/partner/renew.")
    return Creditor(owner=token.creditor_id, environment=token.environment, token=token)


async def issue_token(
    session: Session, settings: Settings, access_token: str, *, partner_code: str, creditor_id: UUID, now: datetime
) -> datetime:
    """Store the token's hash for its creditor; returns when it expires."""
    expires_at = now + timedelta(days=settings.token_days)
    token = Token(hash_of(access_token), partner_code, creditor_id, settings.environment, expires_at, None)
    await queries.add_token(session, token, created_at=now)
    return expires_at


async def renew_token(database: Database, settings: Settings, creditor: Creditor, now: datetime) -> TokenRenewed:
    """A new token; the old one ends after the overlap, or at its own end if that is sooner."""
    old = creditor.token
    ends_at = min(old.revoked_at or old.expires_at, old.expires_at, now + timedelta(hours=settings.token_overlap_hours))
    access_token = new_token(settings)
    async with database.transaction() as session:
        expires_at = await issue_token(
            session, settings, access_token, partner_code=old.partner_code, creditor_id=old.creditor_id, now=now
        )
        # even an expired token is ended, so that it can be renewed once and not for ever
        await queries.revoke_token(session, old.token_hash, max(ends_at, now))
    return TokenRenewed(access_token=access_token, expires_at=expires_at, previous_token_valid_until=max(ends_at, now))
