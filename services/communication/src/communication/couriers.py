"""The outside world: mail leaves over SMTP, letters through the print folder; both between transactions."""

import asyncio
from collections.abc import Callable, Sequence

from communication.channels.email import EmailChannel, MailServerUnreachable
from communication.channels.print_folder import PrintChannel
from communication.settings import Settings
from communication.use_cases.dispatch import Outcome, record, take_due
from delivery import Worker
from runtime.database import Database


def build_couriers(settings: Settings) -> Callable[[Database], Sequence[Worker]]:
    """One courier per channel; several processes share the queue."""

    def couriers(database: Database) -> Sequence[Worker]:
        email, letters = EmailChannel(settings), PrintChannel(settings)
        return [
            Worker("email", lambda: send_mails(database, email, settings)),
            Worker("print", lambda: print_letters(database, letters, settings)),
        ]

    return couriers


async def send_mails(database: Database, channel: EmailChannel, settings: Settings) -> int:
    """One batch of e-mails; returns how many queued messages were dealt with."""
    taken = await take_due(database, "EMAIL", settings.courier_batch_size, settings.courier_lease_seconds)
    if not taken.messages:
        return taken.found
    outcomes = await channel.deliver(taken.messages)
    await record(database, outcomes, taken.day)
    untried = [outcome for outcome in outcomes if outcome.kind == "NOT_TRIED"]
    if untried:
        reason = next((outcome.detail for outcome in untried if outcome.detail), "it is too slow")
        raise MailServerUnreachable(f"{len(untried)} mails stay queued, the mail server cannot take them: {reason}")
    return taken.found


async def print_letters(database: Database, channel: PrintChannel, settings: Settings) -> int:
    """One batch of letters; returns how many queued messages were dealt with."""
    taken = await take_due(database, "LETTER", settings.courier_batch_size, settings.courier_lease_seconds)
    if not taken.messages:
        return taken.found
    try:
        outcomes = await asyncio.to_thread(channel.deliver, taken.messages)
    except OSError:
        await record(database, [Outcome(message, "NOT_TRIED") for message in taken.messages], taken.day)
        raise
    await record(database, outcomes, taken.day)
    return taken.found
