"""The office's bank accounts: from which creditors are paid, and where our own share goes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict


class ClientAccount(BaseModel):
    """A bank account of the office; client funds and own money never share one."""

    model_config = ConfigDict(frozen=True)

    account_id: str
    iban: str
    bic: str
    currency: str
    kind: Literal["CLIENT_FUNDS", "OWN"]
    source: Literal["CAMT", "NETS_OCR"] = "CAMT"


@dataclass(frozen=True, slots=True)
class Accounts:
    """Client-funds accounts by id, and the own account of each of their currencies."""

    client: Mapping[str, ClientAccount]
    own: Mapping[str, ClientAccount]

    @classmethod
    def of(cls, accounts: Sequence[ClientAccount]) -> Self:
        return cls(
            client={account.account_id: account for account in accounts if account.kind == "CLIENT_FUNDS"},
            own={account.currency: account for account in accounts if account.kind == "OWN"},
        )


def currencies_without_own_account(accounts: Iterable[ClientAccount]) -> list[str]:
    """Currencies in which debtors pay but in which our own share could not be paid out."""
    held = list(accounts)
    own = {account.currency for account in held if account.kind == "OWN"}
    return sorted({account.currency for account in held if account.kind == "CLIENT_FUNDS"} - own)
