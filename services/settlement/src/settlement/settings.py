"""What settlement reads from its environment."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from runtime.settings import ServiceSettings
from settlement.domain.accounts import ClientAccount, currencies_without_own_account


class Settings(ServiceSettings):
    """Common settings, our bank accounts, and the folders through which the bank is spoken to."""

    client_accounts: tuple[ClientAccount, ...] = Field(default=(), description="JSON list of bank accounts.")
    bank_drop_folder: Path = Field(description="Payment orders for the bank go here.")
    bank_pickup_folder: Path = Field(description="The bank's answers are read here; nothing is moved or deleted.")
    agency_name: str = Field(default="Fordring AS", description="Who pays, as creditors see it on their statement.")

    @model_validator(mode="after")
    def _own_account_in_every_currency(self) -> Self:
        missing = currencies_without_own_account(self.client_accounts)
        if missing:
            raise ValueError(
                f"CLIENT_ACCOUNTS: no account of kind OWN in {', '.join(missing)}; our own share could not be paid out"
            )
        return self
