"""On which of the office's bank accounts a creditor's debtors pay."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

IncomingSource = Literal["CAMT", "NETS_OCR"]


class ClientAccount(BaseModel):
    """A bank account of the office; client funds and own money never share one."""

    model_config = ConfigDict(frozen=True)

    account_id: str
    iban: str
    bic: str
    currency: str
    kind: Literal["CLIENT_FUNDS", "OWN"]
    source: IncomingSource = "CAMT"


def incoming_accounts(accounts: Sequence[ClientAccount], source: IncomingSource) -> dict[str, str]:
    """Currency -> client-funds account; the wanted source where there is one, else any."""
    chosen: dict[str, str] = {}
    for account in sorted(accounts, key=lambda account: account.source == source):
        if account.kind == "CLIENT_FUNDS":
            chosen[account.currency] = account.account_id
    return chosen
