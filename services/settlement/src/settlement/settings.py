"""What settlement reads from its environment."""

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from runtime.settings import ServiceSettings
from settlement.domain.accounts import ClientAccount, currencies_without_own_account


class Settings(ServiceSettings):
    """Common settings, our bank accounts, and the folders through which the bank is spoken to."""

    client_accounts: tuple[ClientAccount, ...] = Field(default=(), description="JSON list of bank accounts.")
    bank_drop_folder: Path = Field(description="Payment orders for the bank go here.")
    bank_pickup_folder: Path = Field(description="The bank's answers are read here; nothing is moved or deleted.")
    bank_channel: Literal["FOLDER", "SFTP", "HTTP"] = Field(
        default="FOLDER", description="How orders reach the bank, and answers the pickup folder."
    )
    bank_url: str = Field(default="", description="sftp://user@host:port or https://host/path; unused by FOLDER.")
    bank_secret: SecretStr | None = Field(
        default=None, description="SFTP: the password, or that of the key file. HTTP: a bearer token."
    )
    bank_key_file: Path | None = Field(default=None, description="SFTP: our private key, instead of a password.")
    bank_host_key: str = Field(default="", description="SFTP: the server's public key, one line as OpenSSH writes it.")
    bank_order_path: str = Field(default="to-bank", description="Where orders go, below the URL.")
    bank_answer_path: str = Field(default="from-bank", description="Where answers are found, below the URL.")
    agency_name: str = Field(default="Fordring AS", description="Who pays, as creditors see it on their statement.")

    @model_validator(mode="after")
    def _own_account_in_every_currency(self) -> Self:
        missing = currencies_without_own_account(self.client_accounts)
        if missing:
            raise ValueError(
                f"CLIENT_ACCOUNTS: no account of kind OWN in {', '.join(missing)}; our own share could not be paid out"
            )
        return self

    @model_validator(mode="after")
    def _channel_is_complete(self) -> Self:
        schemes = {"FOLDER": ("",), "SFTP": ("sftp",), "HTTP": ("https", "http")}[self.bank_channel]
        if self.bank_channel != "FOLDER" and urlsplit(self.bank_url).scheme not in schemes:
            raise ValueError(f"BANK_URL: {self.bank_channel} needs an address that begins with {schemes[0]}://")
        if self.bank_channel == "SFTP" and not self.bank_host_key:
            raise ValueError("BANK_HOST_KEY: an SFTP server is trusted by its key only; ask the bank for it")
        return self
