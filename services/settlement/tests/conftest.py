"""A migrated database per test, facts as other services tell them, and a bank to talk to."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest
from aiokafka import ConsumerRecord
from fastapi import FastAPI
from sqlalchemy import event as sql_event
from sqlalchemy import text

import settlement
from contracts import (
    Agreement,
    AgreementActivated,
    BankAccount,
    Component,
    CreditorOnboarded,
    Event,
    InvoiceCreated,
    Part,
    PaymentAllocated,
    PaymentReversed,
    RefundRequested,
    Stage,
)
from runtime.clock import Timer, start_clock
from runtime.database import Database
from runtime.migrations import migrate as run_migrations
from runtime.problems import install_problems
from runtime.tokens import sign
from settlement.domain.accounts import Accounts, ClientAccount
from settlement.handlers import consumer
from settlement.routes import router, statuses
from settlement.settings import Settings
from settlement.timers import timers as timers_of

SAMPLES = Path(__file__).parents[3] / ".." / "shared" / "samples"
TODAY = date(2025, 9, 1)
CREDITOR_IBAN = "NO8615030002313"
PAYEE_IBAN = "NO9386011117947"
ACCOUNTS = (
    ClientAccount(account_id="CLIENT-NOK", iban="NO1099901000006", bic="", currency="NOK", kind="CLIENT_FUNDS"),
    ClientAccount(account_id="CLIENT-NOK-2", iban="NO8599901000014", bic="", currency="NOK", kind="CLIENT_FUNDS"),
    ClientAccount(
        account_id="CLIENT-SEK", iban="SE4099999900000000000000", bic="", currency="SEK", kind="CLIENT_FUNDS"
    ),
    ClientAccount(account_id="OWN-NOK", iban="NO6399901000022", bic="", currency="NOK", kind="OWN"),
    ClientAccount(account_id="OWN-SEK", iban="SE6199999900000000000010", bic="", currency="SEK", kind="OWN"),
)


def settings_for(url: str, folder: Path) -> Settings:
    return Settings(
        database_url=url,
        kafka_bootstrap="not used here",
        environment="test",
        clock_start=TODAY,
        service_secret="only for these tests, long enough",  # type: ignore[arg-type]
        client_accounts=ACCOUNTS,
        bank_drop_folder=folder / "drop",
        bank_pickup_folder=folder / "pickup",
    )


async def migrate_settlement(url: str) -> None:
    database = Database(url)
    await run_migrations(database, Path(settlement.__file__).parent / "migrations")
    async with database.transaction() as session:
        await start_clock(session, settings_for(url, Path()))
    await database.close()


@pytest.fixture(scope="session")
def migrate() -> Callable[[str], Awaitable[None]]:
    return migrate_settlement


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return settings_for(database_url, tmp_path)


@pytest.fixture
def accounts() -> Accounts:
    return Accounts.of(ACCOUNTS)


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


class Facts:
    """What other services tell: valid by default, override what the test is about."""

    creditor_id = UUID("0b6ad0a1-38ad-4a49-a80d-6ad6e0c0c001")
    other_creditor_id = UUID("0b6ad0a1-38ad-4a49-a80d-6ad6e0c0c002")

    def agreement(self, **terms: Any) -> Agreement:
        agreed: dict[str, Any] = {
            "service_type": "LIFECYCLE",
            "jurisdiction": "NO",
            "policy_code": "no_consumer",
            "reference_scheme": "NO_KID_MOD10",
            "incoming_account_by_currency": {"NOK": "CLIENT-NOK"},
            "payout_account": BankAccount(name="Fjellheim Strøm AS", iban=CREDITOR_IBAN),
            "settlement_weekday": 3,
            "interest_share": 10_000,
            "reminder_fee_share": 5_000,
            "collection_fee_share": 0,
            "commission": 500,
            "commission_vat": 2_500,
            "small_balance_minor": 5_000,
        }
        return Agreement(**agreed | terms)

    def onboarded(self, creditor_id: UUID | None = None, name: str = "Fjellheim Strøm AS") -> CreditorOnboarded:
        return CreditorOnboarded(
            event_id=uuid5(creditor_id or self.creditor_id, "onboarded"),
            creditor_id=creditor_id or self.creditor_id,
            partner_code="PARTNER",
            customer_code="C1001",
            name=name,
            business_code="987654325",
            country_code="NO",
            language_code="NO",
            email="post@fjellheim.example.no",
            reference_prefix="1001",
        )

    def activated(self, creditor_id: UUID | None = None, version: int = 1, **terms: Any) -> AgreementActivated:
        creditor_id = creditor_id or self.creditor_id
        return AgreementActivated(
            event_id=uuid5(creditor_id, f"activated {version}"),
            creditor_id=creditor_id,
            agreement_id=uuid5(creditor_id, f"agreement {version}"),
            agreement_version=version,
            valid_from=TODAY,
            agreement=self.agreement(**terms),
        )

    def invoiced(
        self, number: int = 1, *, due_date: date = TODAY, gross_minor: int = 100_000, creditor_id: UUID | None = None
    ) -> InvoiceCreated:
        return InvoiceCreated(
            event_id=uuid5(self.creditor_id, f"invoiced {number}"),
            creditor_id=creditor_id or self.creditor_id,
            case_id=100_000 + number,
            invoice_id=uuid5(self.creditor_id, f"claim {number}"),
            debtor_id=uuid5(self.creditor_id, "debtor"),
            invoice_number=f"2025-{number:06}",
            invoice_type="INVOICE",
            invoice_date=due_date,
            due_date=due_date,
            currency="NOK",
            gross_minor=gross_minor,
            vat_minor=0,
            lines=(),
            payment_reference=f"1001{number:08}",
            payment_iban=ACCOUNTS[0].iban,
            debtor_kind="CONSUMER",
            debtor_country="NO",
            language_code="NO",
            distribution_channel=None,
            payment_control=True,
            agreement_version=1,
            accepted_date=due_date,
        )

    def allocated(
        self,
        number: int = 1,
        *,
        creditor_id: UUID | None = None,
        stage: Stage = "REMINDER",
        account_id: str = "CLIENT-NOK",
        currency: str = "NOK",
        as_of: date = TODAY,
        **parts: int,
    ) -> PaymentAllocated:
        amounts = parts or {"PRINCIPAL": 100_000}
        return PaymentAllocated(
            event_id=uuid5(self.creditor_id, f"allocated {number}"),
            creditor_id=creditor_id or self.creditor_id,
            case_id=100_000 + number,
            payment_id=uuid5(self.creditor_id, f"payment {number}"),
            allocation_id=uuid5(self.creditor_id, f"allocation {number}"),
            claim_id=uuid5(self.creditor_id, f"claim {number}"),
            account_id=account_id,
            invoice_number=f"2025-{number:06}",
            payment_reference=f"1001{number:08}",
            amount_minor=sum(amounts.values()),
            currency=currency,
            parts=_parts(amounts),
            stage=stage,
            value_date=as_of,
            as_of=as_of,
        )

    def refund(self, number: int = 1, **fields: Any) -> RefundRequested:
        values: dict[str, Any] = {
            "event_id": uuid5(self.creditor_id, f"refund requested {number}"),
            "refund_id": uuid5(self.creditor_id, f"refund {number}"),
            "payment_id": uuid5(self.creditor_id, f"payment {number}"),
            "source": "QUEUE",
            "account_id": "CLIENT-NOK",
            "amount_minor": 20_000,
            "currency": "NOK",
            "payee_name": "Kari Nordmann",
            "payee_iban": PAYEE_IBAN,
            "message": f"Refund {number}",
            "requested_date": TODAY,
        }
        return RefundRequested(**values | fields)

    def reversed(self, allocated: PaymentAllocated, as_of: date = TODAY) -> PaymentReversed:
        return PaymentReversed(
            event_id=uuid5(allocated.allocation_id, "reversed"),
            reversal_id=uuid5(allocated.allocation_id, "reversal"),
            payment_id=allocated.payment_id,
            account_id=allocated.account_id,
            amount_minor=allocated.amount_minor,
            currency=allocated.currency,
            reason="chargeback",
            as_of=as_of,
            creditor_id=allocated.creditor_id,
            case_id=allocated.case_id,
            claim_id=allocated.claim_id,
            allocation_id=allocated.allocation_id,
            invoice_number=allocated.invoice_number,
            parts=allocated.parts,
            stage="OVERDUE",
        )


def _parts(amounts: dict[str, int]) -> tuple[Part, ...]:
    components: dict[str, Component] = {
        "PRINCIPAL": "PRINCIPAL",
        "INTEREST": "INTEREST",
        "REMINDER_FEE": "REMINDER_FEE",
        "COLLECTION_FEE": "COLLECTION_FEE",
        "COMPENSATION": "COMPENSATION",
    }
    return tuple(Part(component=components[name], amount_minor=amount) for name, amount in amounts.items())


@pytest.fixture
def facts() -> Facts:
    return Facts()


@dataclass
class Office:
    """Settlement without a broker: hand it facts, let days pass, look at its rows and at what it told."""

    database: Database
    timers: Sequence[Timer]

    async def hear(self, *events: Event) -> None:
        await consumer.handle(self.database, [_record(event, offset) for offset, event in enumerate(events)])

    async def run(self, day: date) -> list[int]:
        """Every timer of `day` until nothing is due, as the clock does it; how much each handled."""
        handled: list[int] = []
        for timer in self.timers:
            handled.append(0)
            while count := await self._batch(timer, day):
                handled[-1] += count
        return handled

    async def _batch(self, timer: Timer, day: date) -> int:
        async with self.database.transaction() as session:
            return await timer.run(session, day)

    async def set_date(self, day: date) -> None:
        async with self.database.transaction() as session:
            await session.execute(text("UPDATE clock SET business_date = :day"), {"day": day})

    async def rows(self, sql: str) -> list[Any]:
        async with self.database.transaction() as session:
            return list((await session.execute(text(sql))).all())

    async def one(self, sql: str) -> Any:
        [row] = await self.rows(sql)
        return row

    async def told(self, topic: str) -> list[dict[str, Any]]:
        rows = await self.rows(f"SELECT payload FROM outbox WHERE aggregatetype = '{topic}' ORDER BY position")
        return [json.loads(row.payload) for row in rows]

    @contextmanager
    def counted(self) -> Generator[list[str]]:
        """The statements sent to the database within the block."""
        engine = self.database.engine.sync_engine
        sent: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            sent.append(statement)

        sql_event.listen(engine, "before_cursor_execute", note)
        yield sent
        sql_event.remove(engine, "before_cursor_execute", note)


def _record(event: Event, offset: int) -> ConsumerRecord[bytes, bytes]:
    value = event.model_dump_json().encode()
    return ConsumerRecord(event.topic, 0, offset, 0, 0, event.key.encode(), value, None, len(event.key), len(value), ())


@pytest.fixture
def office(database: Database, settings: Settings) -> Office:
    return Office(database, timers_of(settings))


Call = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def call(database: Database, settings: Settings) -> AsyncGenerator[Call]:
    """`await call("GET", path, creditor_id)` as the gateway does it."""
    app = FastAPI()
    app.state.database = database
    app.state.settings = settings
    app.include_router(router)
    install_problems(app, statuses)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://settlement/internal") as client:

        async def call(method: str, path: str, creditor_id: UUID | None, **options: Any) -> httpx.Response:
            headers = {"Authorization": f"Bearer {sign(settings, 'gateway', creditor_id)}"}
            return await client.request(method, path, headers=headers, **options)

        yield call


@pytest.fixture
def pain001_schema() -> Path:
    schema = SAMPLES / "pain001" / "pain.001.001.09.xsd"
    if not schema.is_file():
        pytest.skip("the published schema is not on this machine")
    return schema


@dataclass
class Bank:
    """A running mock-bank, reached by its control plane; it reads its folder when told to."""

    url: str

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        content = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, content, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read())

    def open_account(self, account_id: str, iban: str, *, closed: bool = False, **options: Any) -> None:
        account = {"id": account_id, "iban": iban, "currency": "NOK", "name": account_id, "closed": closed}
        self.call("POST", "/_mock/accounts", account | options)

    def read_folder(self) -> None:
        self.call("POST", "/_mock/drop/scan")


@pytest.fixture
def bank(settings: Settings) -> Generator[Bank]:
    """A bank with our accounts, on a free port, on the day the tests begin."""
    pytest.importorskip("mockbank")
    drop, pickup = str(settings.bank_drop_folder), str(settings.bank_pickup_folder)
    options = ["--host", "127.0.0.1", "--port", "0", "--clock", f"{TODAY}T06:00", "--timezone", "Europe/Oslo"]
    folders = ["--drop-dir", drop, "--pickup-dir", pickup, "--drop-settle-ms", "0", "--drop-interval-ms", "600000"]
    command = [sys.executable, "-m", "mockbank", *options, *folders]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        bank = Bank(next(word for word in line.split() if word.startswith("http://")).rstrip("/"))
        try:
            for account in ACCOUNTS:
                if account.currency == "NOK":
                    bank.open_account(account.account_id, account.iban, balance=10_000_000)
            yield bank
        finally:
            process.terminate()
            process.communicate()
