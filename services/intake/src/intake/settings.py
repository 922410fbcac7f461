"""What intake reads from its environment."""

from pydantic import Field

from intake.domain.accounts import ClientAccount
from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Common settings, and the bank accounts debtors may be asked to pay on."""

    client_accounts: tuple[ClientAccount, ...] = Field(default=(), description="JSON list of bank accounts.")
