"""Where a tracked mail leads: addresses at the gateway that count and lead on."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from communication.domain.tracking import make_token, may_track
from communication.settings import Settings


@dataclass(frozen=True, slots=True)
class Tracking:
    """Makes the links of one message."""

    base: str
    secret: str
    message_id: UUID
    last_day: date

    def picture(self) -> str:
        return f"{self.base}/t/o/{make_token(self.secret, self.message_id, self.last_day)}"

    def link(self, target: str) -> str:
        return f"{self.base}/t/c/{make_token(self.secret, self.message_id, self.last_day, target)}?u={quote(target, safe='')}"


def tracking_of(message: Any, settings: Settings) -> Tracking | None:
    """None where nothing may be counted: by default, and wherever the law or a missing PUBLIC_ADDRESS is against it."""
    if not settings.public_address or not may_track(
        message.country_code, message.debtor_kind, agreed=message.track_mail
    ):
        return None
    last_day = message.as_of + timedelta(days=settings.link_days)
    secret = settings.service_secret.get_secret_value()
    return Tracking(settings.public_address.rstrip("/"), secret, message.message_id, last_day)
