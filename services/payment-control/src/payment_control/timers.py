"""What a day brings: differences of client money are told, as are silent banks and funds that fall short."""

from datetime import date

from payment_control.settings import Settings
from payment_control.use_cases import client_money
from runtime.clock import Timer
from runtime.database import Session


def timers(settings: Settings) -> list[Timer]:
    async def watch_silence(session: Session, day: date) -> int:
        return await client_money.watch_silence(session, day, settings.client_accounts, settings.silent_bank_days)

    return [
        Timer("client money", client_money.judge_days),
        Timer("silent banks", watch_silence),
        Timer("cover of client funds", client_money.watch_cover),
    ]
