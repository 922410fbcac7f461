"""Facts and values, valid by default; a test names what it is about."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from aiokafka import ConsumerRecord

from contracts import (
    ActionRequested,
    Agreement,
    AgreementActivated,
    Balance,
    BankAccount,
    ClaimChanged,
    ClaimCharged,
    ClaimSettled,
    Event,
    InvoiceCreated,
    MessageSent,
    Part,
    PaymentRegistered,
    PaymentReversed,
)
from lifecycle.domain.dunning import CaseSituation

CREDITOR = UUID("00000000-0000-4000-8000-000000000001")
DUE = date(2025, 10, 1)
ACCEPTED = date(2025, 9, 15)


def claim_of(case_id: int) -> UUID:
    return uuid5(CREDITOR, str(case_id))


def a_situation(**changes: Any) -> CaseSituation:
    values: dict[str, Any] = {
        "status": "ACTIVE",
        "stage": "INVOICED",
        "level": 0,
        "due_date": DUE,
        "principal_minor": 100_000,
    }
    return CaseSituation(**(values | changes))


def an_agreement(policy_code: str = "no_consumer", jurisdiction: str = "NO", version: int = 1) -> AgreementActivated:
    return AgreementActivated(
        creditor_id=CREDITOR,
        agreement_id=uuid4(),
        agreement_version=version,
        valid_from=ACCEPTED,
        agreement=Agreement(
            service_type="LIFECYCLE",
            jurisdiction=jurisdiction,
            policy_code=policy_code,
            reference_scheme="NO_KID_MOD10",
            incoming_account_by_currency={"NOK": "no-client", "SEK": "se-client"},
            payout_account=BankAccount(name="Creditor", iban="NO9386011117947"),
            settlement_weekday=3,
            interest_share=10_000,
            reminder_fee_share=5_000,
            collection_fee_share=0,
            commission=0,
            commission_vat=2_500,
            small_balance_minor=5_000,
        ),
    )


def an_invoice(case_id: int = 100_001, **changes: Any) -> InvoiceCreated:
    values: dict[str, Any] = {
        "creditor_id": CREDITOR,
        "case_id": case_id,
        "invoice_id": claim_of(case_id),
        "debtor_id": uuid4(),
        "invoice_number": f"F-{case_id}",
        "invoice_type": "INVOICE",
        "invoice_date": ACCEPTED,
        "due_date": DUE,
        "currency": "NOK",
        "gross_minor": 100_000,
        "vat_minor": 20_000,
        "lines": (),
        "payment_reference": "1000012",
        "payment_iban": "NO9386011117947",
        "debtor_kind": "CONSUMER",
        "debtor_country": "NO",
        "language_code": "no",
        "distribution_channel": "EMAIL",
        "payment_control": True,
        "agreement_version": 1,
        "accepted_date": ACCEPTED,
    }
    return InvoiceCreated(**(values | changes))


def an_action(code: str, requested_date: date, case_id: int = 100_001, **changes: Any) -> ActionRequested:
    values: dict[str, Any] = {
        "creditor_id": CREDITOR,
        "case_id": case_id,
        "action_id": uuid4(),
        "claim_id": claim_of(case_id),
        "code": code,
        "requested_date": requested_date,
    }
    return ActionRequested(**(values | changes))


def a_change(
    claim_version: int,
    principal_minor: int,
    as_of: date,
    case_id: int = 100_001,
    *,
    fees_minor: int = 0,
    cause: str = "PAYMENT_ALLOCATED",
) -> ClaimChanged:
    return ClaimChanged.model_validate(
        {
            "creditor_id": CREDITOR,
            "case_id": case_id,
            "claim_id": claim_of(case_id),
            "claim_version": claim_version,
            "cause": cause,
            "cause_id": uuid4(),
            "as_of": as_of,
            "currency": "NOK",
            "parts": (Part(component="PRINCIPAL", amount_minor=-1),),
            "balance": Balance(principal_minor=principal_minor, interest_minor=0, fees_minor=fees_minor),
        }
    )


def a_charge(claim_version: int, step_key: str, as_of: date, case_id: int = 100_001) -> ClaimCharged:
    return ClaimCharged(
        creditor_id=CREDITOR,
        case_id=case_id,
        claim_id=claim_of(case_id),
        claim_version=claim_version,
        step_key=step_key,
        level=1,
        step_code="purring",
        stage="REMINDER",
        as_of=as_of,
        deadline_date=as_of + timedelta(days=14),
        channel="EMAIL",
        template="no_purring",
        currency="NOK",
        charges=(),
        interest_minor=450,
        balance=Balance(principal_minor=100_000, interest_minor=450, fees_minor=3_500),
    )


def a_settlement(claim_version: int, as_of: date, case_id: int = 100_001, cause: str = "PAID") -> ClaimSettled:
    return ClaimSettled.model_validate(
        {
            "creditor_id": CREDITOR,
            "case_id": case_id,
            "claim_id": claim_of(case_id),
            "claim_version": claim_version,
            "cause": cause,
            "as_of": as_of,
            "currency": "NOK",
        }
    )


def a_payment(booking_date: date, case_id: int | None = 100_001) -> PaymentRegistered:
    return PaymentRegistered(
        payment_id=uuid4(),
        account_id="no-client",
        amount_minor=100_000,
        currency="NOK",
        booking_date=booking_date,
        value_date=booking_date,
        source="NETS_OCR",
        case_id=case_id,
    )


def a_reversal(as_of: date, case_id: int | None = 100_001) -> PaymentReversed:
    return PaymentReversed(
        reversal_id=uuid4(),
        payment_id=uuid4(),
        account_id="no-client",
        amount_minor=100_000,
        currency="NOK",
        reason="MD06",
        as_of=as_of,
        case_id=case_id,
    )


def a_letter(as_of: date, case_id: int = 100_001) -> MessageSent:
    return MessageSent(
        creditor_id=CREDITOR,
        case_id=case_id,
        message_id=uuid4(),
        category="reminder",
        channel="EMAIL",
        template="no_purring",
        as_of=as_of,
    )


def records(events: Iterable[Event]) -> list[ConsumerRecord[bytes, bytes]]:
    """The events as they come from the broker."""
    return [
        ConsumerRecord(
            topic=event.topic,
            partition=0,
            offset=offset,
            timestamp=0,
            timestamp_type=0,
            key=event.key.encode(),
            value=event.model_dump_json().encode(),
            checksum=None,
            serialized_key_size=0,
            serialized_value_size=0,
            headers=(),
        )
        for offset, event in enumerate(events)
    ]
