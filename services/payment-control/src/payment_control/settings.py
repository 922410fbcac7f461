"""What payment-control reads from its environment."""

from pathlib import Path

from pydantic import Field

from payment_control.domain.accounts import ClientAccount
from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Common settings, the office's bank accounts, and where the bank leaves its files."""

    client_accounts: tuple[ClientAccount, ...] = Field(default=(), description="JSON list of bank accounts.")
    bank_pickup_folder: Path | None = Field(default=None, description="Read only; several services read it.")
    four_eyes_limits: dict[str, int] = Field(
        default={"NOK": 1_000_000, "SEK": 1_000_000, "DKK": 1_000_000, "EUR": 100_000, "CHF": 100_000},
        description="JSON: by currency, in minor units, what one person may give up alone; nothing where it names none.",
    )
