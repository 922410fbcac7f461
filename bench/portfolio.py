"""The claims the benchmarks work on: one Norwegian creditor, consumers who all owe the same."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from aiokafka import ConsumerRecord

from contracts import Agreement, AgreementActivated, BankAccount, Event, InvoiceCreated, InvoiceLine
from statutes import references

CREDITOR = UUID("3f0c5a52-6a0e-4c1f-9a53-0d6c2f1b7e01")
ACCEPTED = date(2025, 9, 15)
DUE = date(2025, 10, 1)
OVERDUE = DUE + timedelta(days=1)
FIRST_CASE_ID = 100_001

LINES = (
    InvoiceLine(text="Power, August", quantity=Decimal("812.4"), unit_price_minor=92, vat=2_500, net_minor=74_741),
    InvoiceLine(text="Grid rent", quantity=Decimal(1), unit_price_minor=20_259, vat=2_500, net_minor=20_259),
    InvoiceLine(text="Monthly fee", quantity=Decimal(1), unit_price_minor=5_000, vat=2_500, net_minor=5_000),
)


def an_agreement() -> AgreementActivated:
    return AgreementActivated(
        creditor_id=CREDITOR,
        agreement_id=uuid5(CREDITOR, "agreement"),
        agreement_version=1,
        valid_from=ACCEPTED,
        agreement=Agreement(
            service_type="LIFECYCLE",
            jurisdiction="NO",
            policy_code="no_consumer",
            reference_scheme="NO_KID_MOD10",
            incoming_account_by_currency={"NOK": "CLIENT-NOK"},
            payout_account=BankAccount(name="Creditor", iban="NO9386011117947"),
            settlement_weekday=3,
            interest_share=10_000,
            reminder_fee_share=5_000,
            collection_fee_share=0,
            commission=500,
            commission_vat=2_500,
            small_balance_minor=5_000,
        ),
    )


def an_invoice(case_id: int) -> InvoiceCreated:
    return InvoiceCreated(
        creditor_id=CREDITOR,
        case_id=case_id,
        invoice_id=uuid5(CREDITOR, str(case_id)),
        debtor_id=uuid5(CREDITOR, f"debtor:{case_id}"),
        invoice_number=f"F-{case_id}",
        invoice_type="INVOICE",
        invoice_date=ACCEPTED,
        due_date=DUE,
        currency="NOK",
        gross_minor=125_000,
        vat_minor=25_000,
        lines=LINES,
        payment_reference=references.generate("NO_KID_MOD10", f"1001{case_id}"),
        payment_iban="NO9386011117947",
        debtor_kind="CONSUMER",
        debtor_country="NO",
        language_code="NO",
        distribution_channel="EMAIL",
        payment_control=True,
        agreement_version=1,
        accepted_date=ACCEPTED,
    )


def invoices(count: int) -> list[InvoiceCreated]:
    return [an_invoice(FIRST_CASE_ID + number) for number in range(count)]


def records(events: Sequence[Event]) -> list[ConsumerRecord[bytes, bytes]]:
    """The events as the broker would hand them over."""
    return [_record(event, offset) for offset, event in enumerate(events)]


def _record(event: Event, offset: int) -> ConsumerRecord[bytes, bytes]:
    value = event.model_dump_json().encode()
    return ConsumerRecord(
        topic=event.topic,
        partition=0,
        offset=offset,
        timestamp=0,
        timestamp_type=0,
        key=event.key.encode(),
        value=value,
        checksum=None,
        serialized_key_size=len(event.key),
        serialized_value_size=len(value),
        headers=(),
    )


def a_submission(number: str) -> dict[str, Any]:
    """An invoice as the gateway hands it to intake; each has a debtor of its own."""
    return {
        "number": number,
        "invoice_type": "INVOICE",
        "invoice_date": "2025-09-15",
        "due_date": "2025-10-01",
        "currency": "NOK",
        "gross_minor": 125_000,
        "vat_minor": 25_000,
        "lines": [line.model_dump(mode="json") for line in LINES],
        "language_code": "NO",
        "distribution_channel": "EMAIL",
        "debtor": {
            "kind": "CONSUMER",
            "name": "Kari Nordmann",
            "customer_account_id": number,
            "street": "Storgata 1",
            "postal_code": "0155",
            "postal_district": "OSLO",
            "country_code": "NO",
            "language_code": "NO",
            "email": "kari@example.no",
        },
    }
