"""To accounting systems and no further: documents leave between transactions, into files or over HTTP."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row

from accounting import document_queries as queries
from accounting.document_queries import Outcome
from accounting.domain.documents import SYNCED_TEXT, is_open_to, pause_seconds
from accounting.settings import Settings
from accounting.systems.csv_file import write_csv
from accounting.systems.drop_folder import put_file
from accounting.systems.endpoint import Endpoint, Refused, Unreachable, secret_of
from accounting.systems.sie_file import Company, write_sie
from accounting.use_cases.documents import record
from delivery import Worker
from runtime.clock import today
from runtime.database import Database

_BATCH = 50
_LEASE_SECONDS = 120
_IDLE_SECONDS = 1.0


class AccountingCourier:
    """Takes what is due, hands each document to its system, records what came of it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._endpoint = Endpoint()

    async def deliver_due(self, database: Database) -> int:
        """One batch; says how many were due. A crash before the outcome is recorded delivers the same again."""
        async with database.transaction() as session:
            due = await queries.lease(session, _BATCH, _LEASE_SECONDS)
            day = await today(session) if due else date.min
        if due:
            await record(database, await asyncio.gather(*(self._attempt(document, day) for document in due)))
        return len(due)

    async def _attempt(self, document: Row[Any], day: date) -> Outcome:
        try:
            await self._deliver(document, day)
        except Refused as error:
            return Outcome(document, "FAILED", str(error))
        except (Unreachable, OSError) as error:
            pause = pause_seconds(document.attempts)
            if pause is None:
                return Outcome(document, "FAILED", f"given up after {document.attempts} attempts: {error}")
            return Outcome(document, "PENDING", f"Pending; attempt {document.attempts} failed: {error}", pause)
        return Outcome(document, "SYNCED", SYNCED_TEXT)

    async def _deliver(self, document: Row[Any], day: date) -> None:
        if document.target == "HTTP":
            if not is_open_to(document.url, self._settings.accounting_endpoints):
                raise Refused("the office no longer opens this address to accounting documents")
            secret = secret_of(self._settings.service_secret.get_secret_value(), document.creditor_id)
            await self._endpoint.post(document.url, secret, document.document_id, document.kind, document.content)
            return
        if document.target == "SIE4":
            company = Company(document.company_name, document.business_code)
            content = write_sie(document.kind, document.content, company, document.account_numbers or {}, day)
            ending = "si"
        else:
            content, ending = write_csv(document.kind, document.content), "csv"
        name = f"{document.kind.lower()}-{document.document_id}.{ending}"
        await asyncio.to_thread(put_file, self._settings.accounting_drop_folder, document.creditor_id, name, content)


def build_couriers(settings: Settings) -> Callable[[Database], Sequence[Worker]]:
    def couriers(database: Database) -> Sequence[Worker]:
        courier = AccountingCourier(settings)
        return [Worker("accounting documents", lambda: courier.deliver_due(database), _IDLE_SECONDS)]

    return couriers
