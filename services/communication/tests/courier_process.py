"""A mail courier as a process of its own, for tests that kill it: settings as JSON on the command line."""

import asyncio
import logging
import sys

from communication.channels.email import EmailChannel
from communication.couriers import send_mails
from communication.settings import Settings
from communication.vault.store import open_vault
from runtime.database import Database


async def run(settings: Settings) -> None:
    """Send until nothing is due."""
    database, vault = Database(settings.database_url), open_vault(settings)
    channel = EmailChannel(settings, vault.provider)
    try:
        while await send_mails(database, vault, channel, settings):
            pass
    finally:
        await channel.close()
        await database.close()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(run(Settings.model_validate_json(sys.argv[1])))
