"""Facts and messages that are valid by default; override what the test is about."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid5

from aiokafka import ConsumerRecord

from contracts import (
    Balance,
    CaseClosed,
    CaseHeld,
    CaseResumed,
    Charge,
    ClaimChanged,
    ClaimCharged,
    ClaimSettled,
    CreditorOnboarded,
    DebtorRecorded,
    Event,
    InvoiceCreated,
)

SPACE = UUID("00000000-0000-0000-0000-000000000001")
CREDITOR_ID = uuid5(SPACE, "creditor")
DAY = date(2026, 2, 2)
NOON = datetime(2026, 2, 2, 12, tzinfo=UTC)

LINES = [
    {"text": "Strøm, desember, kWh", "quantity": "850.5", "unit_price_minor": 96, "vat": 2500, "net_minor": 81648},
    {"text": "Nettleie, fastledd", "quantity": "1", "unit_price_minor": 23400, "vat": 2500, "net_minor": 23400},
]


def debtor_id_of(case_id: int) -> UUID:
    return uuid5(SPACE, f"debtor {case_id}")


def invoice_id_of(case_id: int) -> UUID:
    return uuid5(SPACE, f"invoice {case_id}")


def a_creditor(**changes: Any) -> CreditorOnboarded:
    values: dict[str, Any] = {
        "creditor_id": CREDITOR_ID,
        "partner_code": "PARTNER",
        "customer_code": "10007",
        "name": "Eksempel Strøm AS",
        "business_code": "999999999",
        "country_code": "NO",
        "language_code": "NO",
        "email": "faktura@strom.example",
        "reference_prefix": "9007",
    }
    return CreditorOnboarded(**values | changes)


def a_debtor(case_id: int = 100001, **changes: Any) -> DebtorRecorded:
    values: dict[str, Any] = {
        "debtor_id": debtor_id_of(case_id),
        "creditor_id": CREDITOR_ID,
        "occurred_at": NOON,
        "kind": "CONSUMER",
        "name": "Kari Eksempel",
        "street": "Prøveveien 12 B",
        "postal_code": "5003",
        "postal_district": "BERGEN",
        "country_code": "NO",
        "language_code": "NO",
        "email": f"kari{case_id}@debtor.example",
    }
    return DebtorRecorded(**values | changes)


def an_invoice(case_id: int = 100001, **changes: Any) -> InvoiceCreated:
    values: dict[str, Any] = {
        "creditor_id": CREDITOR_ID,
        "case_id": case_id,
        "invoice_id": invoice_id_of(case_id),
        "debtor_id": debtor_id_of(case_id),
        "invoice_number": f"2026-{case_id}",
        "invoice_type": "INVOICE",
        "invoice_date": date(2026, 1, 5),
        "due_date": date(2026, 1, 19),
        "currency": "NOK",
        "gross_minor": 131310,
        "vat_minor": 26262,
        "lines": LINES,
        "payment_reference": "900700000100012",
        "payment_iban": "NO9386011117947",
        "debtor_kind": "CONSUMER",
        "debtor_country": "NO",
        "language_code": "NO",
        "distribution_channel": "EMAIL",
        "payment_control": True,
        "agreement_version": 1,
        "accepted_date": date(2026, 1, 5),
    }
    return InvoiceCreated(**values | changes)


def a_charge(case_id: int = 100001, **changes: Any) -> ClaimCharged:
    level = changes.get("level", 1)
    values: dict[str, Any] = {
        "creditor_id": CREDITOR_ID,
        "case_id": case_id,
        "claim_id": invoice_id_of(case_id),
        "claim_version": 2,
        "step_key": f"{case_id}:1:{level}",
        "level": level,
        "step_code": "purring",
        "stage": "REMINDER",
        "as_of": DAY,
        "deadline_date": DAY + timedelta(days=14),
        "channel": "EMAIL",
        "template": "no_purring",
        "currency": "NOK",
        "charges": (a_fee("purring", 3800),),
        "interest_minor": 605,
        "interest_rows": ("NO-INT-2026-01-01",),
        "balance": Balance(principal_minor=131310, interest_minor=605, fees_minor=3800),
    }
    return ClaimCharged(**values | changes)


def a_fee(code: str, amount_minor: int, component: str = "REMINDER_FEE", currency: str = "NOK") -> Charge:
    values: dict[str, Any] = {"code": code, "component": component, "amount_minor": amount_minor, "currency": currency}
    return Charge(**values, statute_row=f"NO-FEE-{code}")


def a_settlement_of_claim(case_id: int = 100001, **changes: Any) -> ClaimSettled:
    values: dict[str, Any] = {
        "creditor_id": CREDITOR_ID,
        "case_id": case_id,
        "claim_id": invoice_id_of(case_id),
        "claim_version": 3,
        "cause": "PAID",
        "as_of": DAY,
        "currency": "NOK",
    }
    return ClaimSettled(**values | changes)


def a_change(case_id: int = 100001, **changes: Any) -> ClaimChanged:
    values: dict[str, Any] = {
        "creditor_id": CREDITOR_ID,
        "case_id": case_id,
        "claim_id": invoice_id_of(case_id),
        "claim_version": 4,
        "cause": "PAYMENT_REVERSED",
        "cause_id": uuid5(SPACE, "reversal"),
        "as_of": DAY,
        "currency": "NOK",
        "parts": (),
        "balance": Balance(principal_minor=131310, interest_minor=0, fees_minor=0),
    }
    return ClaimChanged(**values | changes)


def a_hold(case_id: int = 100001, **changes: Any) -> CaseHeld:
    values: dict[str, Any] = {"reason": "PAUSE", "hold_version": 1}
    return CaseHeld(**_case(case_id) | values | changes)


def a_resumption(case_id: int = 100001, **changes: Any) -> CaseResumed:
    values: dict[str, Any] = {"hold_version": 2}
    return CaseResumed(**_case(case_id) | values | changes)


def a_closing(case_id: int = 100001, **changes: Any) -> CaseClosed:
    values: dict[str, Any] = {"close_code": "WITHDRAWN", "closing_version": 1}
    return CaseClosed(**_case(case_id) | values | changes)


def _case(case_id: int) -> dict[str, Any]:
    return {"creditor_id": CREDITOR_ID, "case_id": case_id, "claim_id": invoice_id_of(case_id), "as_of": DAY}


def records(*events: Event, traceparent: str | None = None) -> list[ConsumerRecord[bytes, bytes]]:
    """The events as the broker hands them over."""
    headers = [("traceparent", traceparent.encode())] if traceparent else []
    return [
        ConsumerRecord(
            topic=event.topic,
            partition=0,
            offset=number,
            timestamp=0,
            timestamp_type=0,
            key=event.key.encode(),
            value=event.model_dump_json().encode(),
            checksum=None,
            serialized_key_size=0,
            serialized_value_size=0,
            headers=headers,
        )
        for number, event in enumerate(events)
    ]


def a_message(content: Mapping[str, Any] | None = None, **changes: Any) -> SimpleNamespace:
    """A message as a courier takes it, with its invoice, debtor and creditor."""
    values: dict[str, Any] = {
        "message_id": uuid5(SPACE, "message"),
        "case_id": 100001,
        "category": "reminder",
        "channel": "EMAIL",
        "template": "no_purring",
        "step_key": "100001:1:1",
        "as_of": DAY,
        "attempts": 1,
        "traceparent": None,
        "content": {**STEP_CONTENT, **(content or {})},
        "invoice_number": "2026-1001",
        "invoice_date": date(2026, 1, 5),
        "due_date": date(2026, 1, 19),
        "currency": "NOK",
        "gross_minor": 131310,
        "vat_minor": 26262,
        "lines": LINES,
        "payment_reference": "900700000100012",
        "payment_iban": "NO9386011117947",
        "name": "Kari Eksempel",
        "street": "Prøveveien 12 B",
        "street2": None,
        "postal_code": "5003",
        "postal_district": "BERGEN",
        "country_code": "NO",
        "language_code": "NO",
        "email": "kari@debtor.example",
        "creditor_name": "Eksempel Strøm AS",
        "creditor_email": "faktura@strom.example",
        "creditor_seat": "",
        "creditor_country": "NO",
        "business_code": "999999999",
        "creditor_vat_number": "NO999999999MVA",
        "debtor_kind": "CONSUMER",
        "track_mail": False,
        "debtor_business_code": "",
        "debtor_vat_number": "",
        "einvoice_address": None,
        "buyer_reference": "",
        "order_reference": "",
        "phone": None,
        "letter_group": None,
    }
    return SimpleNamespace(**values | changes)


def fees(*charged: tuple[str, int]) -> Sequence[Mapping[str, Any]]:
    return [{"code": code, "amount_minor": amount_minor} for code, amount_minor in charged]


STEP_CONTENT: dict[str, Any] = {
    "stage": "REMINDER",
    "step_code": "purring",
    "level": 1,
    "deadline_date": "2026-02-16",
    "balance": {"principal_minor": 131310, "interest_minor": 605, "fees_minor": 3800},
    "fees": fees(("purring", 3800)),
    "interest_minor": 605,
    "interest_rate": "12.00",
    "interest_from_date": "2026-01-20",
}

COLLECTION_CONTENT: dict[str, Any] = {
    "stage": "COLLECTION",
    "level": 3,
    "step_code": "betalingsoppfordring",
    "balance": {"principal_minor": 131310, "interest_minor": 1770, "fees_minor": 37600},
    "fees": fees(("purring", 3800), ("inkassovarsel", 3800), ("inkassosalaer_lett", 30000)),
}

SWEDISH: dict[str, Any] = {
    "name": "Exempel Åkeri AB",
    "street": "Exempelgatan 1",
    "street2": "c/o Anna Exempel",
    "postal_code": "111 11",
    "postal_district": "Stockholm",
    "country_code": "SE",
    "language_code": "SV",
    "currency": "SEK",
    "payment_iban": "SE3550000000054910000003",
    "payment_reference": "1234567897",
    "creditor_name": "Exempel Energi AB",
    "business_code": "556000-0000",
}
