"""What falls due with a date, in this order: settlements, new attempts of failed payouts, payment orders."""

from datetime import date

from runtime.clock import Timer
from runtime.database import Session
from settlement.domain.accounts import Accounts
from settlement.settings import Settings
from settlement.use_cases.payouts import retry_payouts, write_orders
from settlement.use_cases.settle import settle_due


def timers(settings: Settings) -> list[Timer]:
    accounts = Accounts.of(settings.client_accounts)

    async def settle(session: Session, day: date) -> int:
        return await settle_due(session, day, accounts)

    async def retry(session: Session, day: date) -> int:
        return await retry_payouts(session, day, accounts)

    async def order(session: Session, day: date) -> int:
        return await write_orders(session, day, accounts, settings.agency_name)

    return [Timer("settlements", settle), Timer("payout attempts", retry), Timer("payment orders", order)]
