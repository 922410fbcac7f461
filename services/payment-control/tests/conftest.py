"""A migrated database per test, and an office that feeds it with events and bank files."""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest
from aiokafka import ConsumerRecord
from fastapi import FastAPI
from sqlalchemy import text

import payment_control
from bankfiles import OcrAssignment, OcrPayment, write_ocr
from contracts import (
    ActionRequested,
    Agreement,
    AgreementActivated,
    BankAccount,
    CaseClosed,
    CaseCollected,
    CaseOverdue,
    CaseStepReached,
    Charge,
    Event,
    InvoiceCreated,
    RefundFailed,
    RefundPaid,
    RefundSent,
)
from payment_control import client_money_routes, collected_routes, refund_routes
from payment_control.domain.accounts import ClientAccount
from payment_control.handlers import consumer
from payment_control.routes import router, statuses
from payment_control.settings import Settings
from payment_control.use_cases.bank_files import Imported, import_bank_file, import_bank_files, read_bank_file
from runtime.clock import start_clock
from runtime.database import Database
from runtime.migrations import migrate as run_migrations
from runtime.problems import install_problems
from statutes.references import generate

TODAY = date(2025, 11, 3)
DUE = date(2025, 9, 15)
CREDITOR = UUID("0b6ad0a1-38ad-4a49-a80d-6ad6e0c0c001")
NAMES = UUID("5d1c6a2e-0000-4000-8000-000000000001")
OCR_ACCOUNT, CAMT_ACCOUNT = "NO9386011117947", "NO8330001234567"
ACCOUNTS = (
    ClientAccount(account_id="NOK-OCR", iban=OCR_ACCOUNT, currency="NOK", kind="CLIENT_FUNDS", source="NETS_OCR"),
    ClientAccount(account_id="NOK-CAMT", iban=CAMT_ACCOUNT, currency="NOK", kind="CLIENT_FUNDS", source="CAMT"),
    ClientAccount(account_id="OWN", iban="NO1530001234568", currency="NOK", kind="OWN"),
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


async def migrate_payment_control(url: str) -> None:
    database = Database(url)
    await run_migrations(database, Path(payment_control.__file__).parent / "migrations")
    async with database.transaction() as session:
        await start_clock(session, settings_for(url))
    await database.close()


@pytest.fixture(scope="session")
def migrate() -> Callable[[str], Any]:
    return migrate_payment_control


@pytest.fixture
def settings(database_url: str) -> Settings:
    return settings_for(database_url)


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def client(database: Database, settings: Settings) -> AsyncGenerator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.database = database
    app.state.settings = settings
    app.include_router(router)
    app.include_router(client_money_routes.router)
    app.include_router(refund_routes.router)
    app.include_router(collected_routes.router)
    install_problems(app, statuses)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://payment-control") as client:
        yield client


def name_id(*names: object) -> UUID:
    return uuid5(NAMES, ":".join(map(str, names)))


def kid(number: int, scheme: str = "NO_KID_MOD10") -> str:
    return generate(scheme, f"10010{number:06}")


@dataclass
class Office:
    """Everything around the claim: creditor, lifecycle, bank. Valid by default, override what the test is about."""

    database: Database
    accounts: tuple[ClientAccount, ...] = ACCOUNTS
    today: date = TODAY
    due: date = DUE
    creditor_id: UUID = CREDITOR
    ocr_files: int = 0

    def kid(self, number: int) -> str:
        return kid(number)

    def agreement(self, creditor_id: UUID = CREDITOR, account: str = "NOK-OCR", **terms: Any) -> AgreementActivated:
        defaults: dict[str, Any] = {
            "service_type": "LIFECYCLE",
            "jurisdiction": "NO",
            "policy_code": "no_consumer",
            "reference_scheme": "NO_KID_MOD10",
            "incoming_account_by_currency": {"NOK": account},
            "payout_account": BankAccount(name="Fjellheim Strøm AS", iban="NO9386011117947"),
            "settlement_weekday": 1,
            "interest_share": 10_000,
            "reminder_fee_share": 0,
            "collection_fee_share": 0,
            "commission": 1_000,
            "commission_vat": 2_500,
            "small_balance_minor": 0,
        }
        return AgreementActivated(
            creditor_id=creditor_id,
            agreement_id=name_id("agreement", creditor_id),
            agreement_version=1,
            valid_from=date(2025, 1, 1),
            agreement=Agreement(**defaults | terms),
        )

    def invoice(self, number: int = 1, gross_minor: int = 100_000, **fields: Any) -> InvoiceCreated:
        defaults: dict[str, Any] = {
            "creditor_id": CREDITOR,
            "case_id": 100_000 + number,
            "invoice_id": name_id("invoice", number),
            "debtor_id": name_id("debtor", number),
            "invoice_number": str(number),
            "invoice_type": "INVOICE",
            "invoice_date": date(2025, 9, 1),
            "due_date": DUE,
            "currency": "NOK",
            "gross_minor": gross_minor,
            "vat_minor": 0,
            "lines": (),
            "payment_reference": kid(number),
            "payment_iban": OCR_ACCOUNT,
            "debtor_kind": "CONSUMER",
            "debtor_country": "NO",
            "language_code": "NO",
            "distribution_channel": None,
            "payment_control": True,
            "agreement_version": 1,
            "accepted_date": date(2025, 9, 1),
        }
        return InvoiceCreated(**defaults | fields)

    def step(self, number: int = 1, level: int = 1, fee_minor: int = 3_500, **fields: Any) -> CaseStepReached:
        charge = Charge(
            code="purring",
            component="REMINDER_FEE",
            amount_minor=fee_minor or 1,
            currency="NOK",
            statute_row="NO-FEE-TEST",
        )
        defaults: dict[str, Any] = {
            "creditor_id": CREDITOR,
            "case_id": 100_000 + number,
            "claim_id": name_id("invoice", number),
            "step_key": f"{100_000 + number}:1:{level}",
            "policy_code": "no_consumer",
            "policy_version": 1,
            "level": level,
            "step_code": "reminder",
            "stage": "REMINDER",
            "as_of": date(2025, 9, 30),
            "deadline_date": date(2025, 10, 14),
            "channel": "EMAIL",
            "template": "reminder",
            "charges": (charge,) if fee_minor else (),
            "accrue_interest": True,
        }
        return CaseStepReached(**defaults | fields)

    def action(self, code: str, amount_minor: int, number: int = 1, **fields: Any) -> ActionRequested:
        defaults: dict[str, Any] = {
            "creditor_id": CREDITOR,
            "case_id": 100_000 + number,
            "claim_id": name_id("invoice", number),
            "action_id": name_id("action", code, amount_minor, number),
            "code": code,
            "requested_date": date(2025, 9, 20),
            "currency": "NOK",
            "amount_minor": amount_minor,
        }
        return ActionRequested(**defaults | fields)

    def closed(self, code: str, number: int = 1, version: int = 1) -> CaseClosed:
        return CaseClosed(
            creditor_id=CREDITOR,
            case_id=100_000 + number,
            claim_id=name_id("invoice", number),
            close_code=code,  # type: ignore[arg-type] - tests write the code as text
            as_of=TODAY,
            closing_version=version,
        )

    def collected(self, amount_minor: int, number: int = 1, **fields: Any) -> CaseCollected:
        external_id = fields.get("external_id", f"K-{number}-{amount_minor}")
        defaults: dict[str, Any] = {
            "event_id": name_id("case.collected", external_id),
            "creditor_id": CREDITOR,
            "case_id": 100_000 + number,
            "report_id": name_id("report", external_id),
            "claim_id": name_id("invoice", number),
            "collector": "NORDINKASSO",
            "external_id": external_id,
            "amount_minor": amount_minor,
            "currency": "NOK",
            "collected_on": date(2025, 10, 20),
            "remitted_to": "OFFICE",
            "as_of": date(2025, 10, 21),
        }
        return CaseCollected(**defaults | fields)

    def overdue(self, number: int = 1) -> CaseOverdue:
        return CaseOverdue(
            creditor_id=CREDITOR,
            case_id=100_000 + number,
            claim_id=name_id("invoice", number),
            due_date=DUE,
            as_of=DUE,
        )

    def words_on(self, refund: Any) -> list[Event]:
        """What settlement may tell of a refund: sent, paid, returned; each fact with its own id."""
        names = ("refund_id", "payment_id", "source", "account_id", "amount_minor", "currency")
        known: dict[str, Any] = {name: getattr(refund, name) for name in names}
        known["end_to_end_id"] = f"R{refund.refund_id.hex}"
        return [
            RefundSent(event_id=name_id("sent", refund.refund_id), requested_date=TODAY, **known),
            RefundPaid(event_id=name_id("paid", refund.refund_id), booking_date=TODAY, **known),
            RefundFailed(
                event_id=name_id("failed", refund.refund_id), reason_code="AC04", returned=True, as_of=TODAY, **known
            ),
        ]

    async def handle(self, *events: Event) -> None:
        """Deliver events in one batch, as the broker would."""
        await consumer.handle(self.database, [record(event, place) for place, event in enumerate(events)])

    async def has_claims(self, *invoices: InvoiceCreated, **terms: Any) -> None:
        await self.handle(self.agreement(**terms), *invoices)

    def ocr(self, *payments: OcrPayment) -> bytes:
        self.ocr_files += 1
        assignment = OcrAssignment(OCR_ACCOUNT[4:], "123456789", "1", payments)
        return write_ocr("00008080", str(self.ocr_files), "00010200", [assignment])

    def giro(self, reference: str, amount_minor: int, day: date = DUE, **fields: Any) -> OcrPayment:
        return OcrPayment(kid=reference, amount_minor=amount_minor, settlement_date=day, **fields)

    def camt(self, *entries: str, account: str = CAMT_ACCOUNT, kind: str = "camt.054") -> bytes:
        outer, inner = {
            "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
            "camt.053": ("BkToCstmrStmt", "Stmt"),
        }[kind]
        return (
            f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}.001.08"><{outer}><GrpHdr><MsgId>M</MsgId></GrpHdr>'
            f"<{inner}><Id>S1</Id><Acct><Id><IBAN>{account}</IBAN></Id><Ccy>NOK</Ccy></Acct>{''.join(entries)}"
            f"</{inner}></{outer}></Document>"
        ).encode()

    def entry(
        self,
        amount: str,
        *,
        reference: str = "",
        note: str = "",
        sign: str = "CRDT",
        bank_reference: str = "A1",
        reversal: bool = False,
        inside: str = "",
        payer: str = "",
        name: str = "Kari Nordmann",
        booked: str = "2025-09-15",
    ) -> str:
        """One booked entry of a camt file; `inside` goes into its details."""
        stated = f"<Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd>" if reference else ""
        free = f"<Ustrd>{note}</Ustrd>" if note else ""
        return (
            f'<Ntry><Amt Ccy="NOK">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
            f"{'<RvslInd>true</RvslInd>' if reversal else ''}<Sts><Cd>BOOK</Cd></Sts>"
            f"<BookgDt><Dt>{booked}</Dt></BookgDt><AcctSvcrRef>{bank_reference}</AcctSvcrRef><NtryDtls><TxDtls>"
            f"<RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr>"
            f"<DbtrAcct><Id><IBAN>{payer}</IBAN></Id></DbtrAcct></RltdPties>"
            f"<RmtInf>{free}{stated}</RmtInf>{inside}</TxDtls></NtryDtls></Ntry>"
        )

    async def imports(self, content: bytes, name: str = "file") -> Imported:
        async with self.database.transaction() as session:
            return await import_bank_file(session, read_bank_file(name, content), self.accounts, self.today)

    async def imports_together(self, *contents: bytes) -> list[Imported]:
        """Several files that waited in the folder at the same time."""
        readings = [read_bank_file(f"file {number}", content) for number, content in enumerate(contents)]
        async with self.database.transaction() as session:
            return await import_bank_files(session, readings, self.accounts, self.today)

    async def rows(self, statement: str, **values: Any) -> Sequence[Any]:
        async with self.database.transaction() as session:
            return (await session.execute(text(statement), values)).all()

    async def claim(self, number: int = 1) -> Any:
        [row] = await self.rows("SELECT * FROM claim WHERE case_id = :case_id", case_id=100_000 + number)
        return row

    async def announced(self, *topics: str) -> list[Any]:
        """What was announced on these topics (all of them by default), in order, as events."""
        from contracts import EVENTS

        rows = await self.rows("SELECT aggregatetype, payload FROM outbox ORDER BY position")
        return [
            EVENTS[row.aggregatetype].model_validate_json(row.payload)
            for row in rows
            if not topics or row.aggregatetype in topics
        ]

    async def unexplained_claims(self) -> Sequence[Any]:
        """Claims whose columns are not the sums of their entries, or that are not kept among the open ones exactly
        while they are open; there must never be any."""
        return await self.rows(
            """
            SELECT c.claim_id FROM claim c LEFT JOIN claim_entry e USING (claim_id) GROUP BY c.claim_id
            HAVING (c.principal_minor, c.interest_minor, c.reminder_fee_minor, c.collection_fee_minor,
                    c.compensation_minor)
                IS DISTINCT FROM (
                    coalesce(sum(e.amount_minor) FILTER (WHERE component = 'PRINCIPAL'), 0),
                    coalesce(sum(e.amount_minor) FILTER (WHERE component = 'INTEREST'), 0),
                    coalesce(sum(e.amount_minor) FILTER (WHERE component = 'REMINDER_FEE'), 0),
                    coalesce(sum(e.amount_minor) FILTER (WHERE component = 'COLLECTION_FEE'), 0),
                    coalesce(sum(e.amount_minor) FILTER (WHERE component = 'COMPENSATION'), 0))
            UNION ALL
            SELECT coalesce(c.claim_id, o.claim_id)
            FROM (SELECT debtor_id, due_date, claim_id, account_id, original_minor FROM claim WHERE status = 'OPEN') c
            FULL JOIN open_claim o USING (debtor_id, due_date, claim_id, account_id, original_minor)
            WHERE c.claim_id IS NULL OR o.claim_id IS NULL
            """
        )


def record(event: Event, offset: int = 0) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord(
        event.topic, 0, offset, 0, 0, event.key.encode(), event.model_dump_json().encode(), 0, 0, 0, ()
    )


@pytest.fixture
async def office(database: Database) -> Office:
    return Office(database)
