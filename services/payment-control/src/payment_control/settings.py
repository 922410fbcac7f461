"""What payment-control reads from its environment."""

from collections import Counter
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from payment_control.domain.accounts import ClientAccount, bare_number
from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Common settings, the office's bank accounts, and where the bank leaves its files."""

    client_accounts: tuple[ClientAccount, ...] = Field(default=(), description="JSON list of bank accounts.")
    bank_pickup_folder: Path | None = Field(default=None, description="Read only; several services read it.")
    four_eyes_limits: dict[str, int] = Field(
        default={"NOK": 1_000_000, "SEK": 1_000_000, "DKK": 1_000_000, "EUR": 100_000, "CHF": 100_000},
        description="JSON: by currency, in minor units, what one person may give up alone; nothing where it names none.",
    )
    silent_bank_days: int = Field(
        default=3, gt=0, description="Banking days without a statement of a client-funds account until that is told."
    )

    @model_validator(mode="after")
    def _keep_money_apart(self) -> Self:
        """No bank account is named twice, so that none can hold client funds and own money at once."""
        names = Counter(account.account_id for account in self.client_accounts)
        numbers = Counter(bare_number(number) for account in self.client_accounts for number in set(account.numbers))
        if twice := sorted(name for name, times in (names + numbers).items() if times > 1):
            raise ValueError(f"CLIENT_ACCOUNTS names {', '.join(twice)} twice; each bank account has one entry")
        return self
