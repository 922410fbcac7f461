"""What the gateway reads from its environment."""

from typing import Literal

from pydantic import Field, SecretStr

from runtime.settings import ServiceSettings

ServiceName = Literal["intake", "lifecycle", "payment-control", "settlement", "communication", "accounting"]
SERVICES: tuple[ServiceName, ...] = (
    "intake",
    "lifecycle",
    "payment-control",
    "settlement",
    "communication",
    "accounting",
)


class Settings(ServiceSettings):
    """Where the other services are, who may onboard, and the limits of the partner API."""

    intake_url: str
    lifecycle_url: str
    payment_control_url: str
    settlement_url: str
    communication_url: str
    accounting_url: str
    clock_followers: str = Field(
        default="", description="Addresses, divided by spaces, to POST to before each new test day; {date} is the day."
    )
    provisioning_token: SecretStr = Field(description="The partner-level token that may create clients.")
    office_token: SecretStr | None = Field(default=None, description="The office's own token; none closes its door.")
    provider_webhook_secret: SecretStr | None = Field(
        default=None, description="Signs what providers of mail and SMS send in; none closes their door."
    )
    token_days: int = Field(default=365, gt=0, description="Days until a new access token expires.")
    token_overlap_hours: int = Field(default=24, ge=0, description="How long a renewed token's old one stays valid.")
    rate_limit_per_second: float = Field(default=0, ge=0, description="Requests per second and token; 0: no limit.")
    body_limit_bytes: int = Field(default=2 * 1024 * 1024, gt=0)
    bank_file_limit_bytes: int = Field(default=32 * 1024 * 1024, gt=0)
    webhook_allow_private: bool = Field(
        default=False, description="Let webhooks go to private addresses and without TLS: for tests and laptops only."
    )
    downstream_timeout_seconds: float = Field(default=30, gt=0)

    def urls(self) -> dict[ServiceName, str]:
        """Base address by service."""
        return {
            "intake": self.intake_url,
            "lifecycle": self.lifecycle_url,
            "payment-control": self.payment_control_url,
            "settlement": self.settlement_url,
            "communication": self.communication_url,
            "accounting": self.accounting_url,
        }
