"""A migrated database per test, and intake's routes over it."""

from collections.abc import AsyncGenerator, Callable
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

import intake
from intake import agreement_routes
from intake.domain.accounts import ClientAccount
from intake.routes import router, statuses
from intake.settings import Settings
from runtime.clock import start_clock
from runtime.database import Database, Session
from runtime.migrations import migrate as run_migrations
from runtime.problems import install_problems

TODAY = date(2025, 9, 1)

ACCOUNTS = (
    ClientAccount(
        account_id="CLIENT-NOK-OCR",
        iban="NO9386011117947",
        bic="FRDGNOK1",
        currency="NOK",
        kind="CLIENT_FUNDS",
        source="NETS_OCR",
    ),
    ClientAccount(
        account_id="CLIENT-NOK",
        iban="NO8330001234567",
        bic="FRDGNOK1",
        currency="NOK",
        kind="CLIENT_FUNDS",
        source="CAMT",
    ),
    *(
        ClientAccount(
            account_id=f"CLIENT-{currency}", iban=iban, bic="FRDGNOK1", currency=currency, kind="CLIENT_FUNDS"
        )
        for currency, iban in (
            ("SEK", "SE4550000000058398257466"),
            ("EUR", "FI2112345600000785"),
            ("DKK", "DK5000400440116243"),
            ("CHF", "CH4431999123000889012"),
        )
    ),
    ClientAccount(account_id="OWN-NOK", iban="NO1530001234568", bic="FRDGNOK1", currency="NOK", kind="OWN"),
)


def settings_for(url: str) -> Settings:
    return Settings(
        database_url=url,
        kafka_bootstrap="not used here",
        environment="test",
        clock_start=TODAY,
        service_secret="only for these tests, long enough",  # type: ignore[arg-type]
        client_accounts=ACCOUNTS,
    )


async def migrate_intake(url: str) -> None:
    database = Database(url)
    await run_migrations(database, Path(intake.__file__).parent / "migrations")
    async with database.transaction() as session:
        await start_clock(session, settings_for(url))
    await database.close()


@pytest.fixture(scope="session")
def migrate() -> Callable[[str], Any]:
    return migrate_intake


@pytest.fixture
def settings(database_url: str) -> Settings:
    return settings_for(database_url)


@pytest.fixture
def accounts() -> dict[str, ClientAccount]:
    return {account.account_id: account for account in ACCOUNTS}


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def session(database: Database) -> AsyncGenerator[Session]:
    async with database.transaction() as session:
        yield session


@pytest.fixture
async def client(database: Database, settings: Settings) -> AsyncGenerator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.database = database
    app.state.settings = settings
    app.include_router(router)
    app.include_router(agreement_routes.router)
    install_problems(app, statuses | agreement_routes.statuses)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://intake") as client:
        yield client


class Orders:
    """What creditors hand in: valid by default, override what the test is about."""

    @staticmethod
    def creditor(**overrides: Any) -> dict[str, Any]:
        order: dict[str, Any] = {
            "creditor_id": "0b6ad0a1-38ad-4a49-a80d-6ad6e0c0c001",
            "partner_code": "PARTNER",
            "service_type": "LIFECYCLE",
            "name": "Fjellheim Strøm AS",
            "business_code": "987654325",
            "country_code": "NO",
            "language_code": "NO",
            "email": "post@fjellheim.example.no",
            "payout_account": {"name": "Fjellheim Strøm AS", "iban": "NO9386011117947"},
        }
        return order | overrides

    @staticmethod
    def invoice(number: str = "1001", **overrides: Any) -> dict[str, Any]:
        order: dict[str, Any] = {
            "number": number,
            "invoice_type": "INVOICE",
            "invoice_date": "2025-09-01",
            "due_date": "2025-09-15",
            "currency": "NOK",
            "gross_minor": 125_000,
            "vat_minor": 25_000,
            "lines": [
                {
                    "text": "Strøm august",
                    "quantity": "1",
                    "unit_price_minor": 100_000,
                    "vat": 2_500,
                    "net_minor": 100_000,
                }
            ],
            "language_code": "NO",
            "distribution_channel": "EMAIL",
            "debtor": {
                "kind": "CONSUMER",
                "name": "Kari Nordmann",
                "street": "Storgata 1",
                "postal_code": "0155",
                "postal_district": "OSLO",
                "country_code": "NO",
                "language_code": "NO",
                "email": "kari@example.no",
            },
        }
        debtor = order["debtor"] | overrides.pop("debtor", {})
        return order | overrides | {"debtor": debtor}


@pytest.fixture
def orders() -> Orders:
    return Orders()
