"""Facts that are valid by default: override what the test is about."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from aiokafka import ConsumerRecord

from accounting.domain.voucher import Voucher
from contracts import (
    Balance,
    Charge,
    ClaimChanged,
    ClaimCharged,
    Component,
    CreditorOnboarded,
    Event,
    InvoiceCreated,
    Part,
    PaymentAllocated,
    PaymentDisowned,
    PaymentRegistered,
    PaymentReversed,
    PayoutConfirmed,
    PayoutFailed,
    RefundFailed,
    RefundPaid,
    SettlementCreated,
)

CREDITOR_ID = UUID("d66887a3-a556-4782-952b-f8818ec8d8bc")
CASE_ID = 100_001
DAY = date(2025, 11, 5)
ACCOUNT = "client-nok"


def parts(**minor_by_component: int) -> tuple[Part, ...]:
    """`parts(PRINCIPAL=1000)`: components in the given order."""
    components: dict[str, Component] = {
        "PRINCIPAL": "PRINCIPAL",
        "INTEREST": "INTEREST",
        "REMINDER_FEE": "REMINDER_FEE",
        "COLLECTION_FEE": "COLLECTION_FEE",
        "COMPENSATION": "COMPENSATION",
    }
    return tuple(Part(component=components[name], amount_minor=minor) for name, minor in minor_by_component.items())


def a_creditor(**changes: Any) -> CreditorOnboarded:
    values: dict[str, Any] = {
        "creditor_id": CREDITOR_ID,
        "partner_code": "P1",
        "customer_code": "1001",
        "name": "Fjord AS",
        "business_code": "999999999",
        "country_code": "NO",
        "language_code": "nb",
        "email": "books@fjord.example",
        "reference_prefix": "1001",
    }
    return CreditorOnboarded(**values | changes)


def an_invoice(**changes: Any) -> InvoiceCreated:
    values: dict[str, Any] = {
        "creditor_id": CREDITOR_ID,
        "case_id": CASE_ID,
        "invoice_id": uuid4(),
        "debtor_id": uuid4(),
        "invoice_number": "2025-1",
        "invoice_type": "INVOICE",
        "invoice_date": DAY,
        "due_date": DAY,
        "currency": "NOK",
        "gross_minor": 125_000,
        "vat_minor": 25_000,
        "lines": (),
        "payment_reference": "10010000018",
        "payment_iban": "NO9386011117947",
        "debtor_kind": "CONSUMER",
        "debtor_country": "NO",
        "language_code": "nb",
        "distribution_channel": None,
        "payment_control": True,
        "agreement_version": 1,
        "accepted_date": DAY,
    }
    return InvoiceCreated(**values | changes)


def a_charge(**changes: Any) -> Charge:
    values: dict[str, Any] = {
        "code": "purring",
        "component": "REMINDER_FEE",
        "amount_minor": 3_500,
        "currency": "NOK",
        "statute_row": "NO/any/purring",
    }
    return Charge(**values | changes)


def a_claim_charged(**changes: Any) -> ClaimCharged:
    values: dict[str, Any] = {
        "creditor_id": CREDITOR_ID,
        "case_id": CASE_ID,
        "claim_id": uuid4(),
        "claim_version": 2,
        "step_key": f"{CASE_ID}:1:1",
        "level": 1,
        "step_code": "REMINDER_1",
        "stage": "REMINDER",
        "as_of": DAY,
        "deadline_date": DAY,
        "channel": "EMAIL",
        "template": "no_reminder",
        "currency": "NOK",
        "charges": (a_charge(),),
        "interest_minor": 925,
        "balance": Balance(principal_minor=125_000, interest_minor=925, fees_minor=3_500),
    }
    return ClaimCharged(**values | changes)


def a_claim_changed(principal_left_minor: int = 0, **changes: Any) -> ClaimChanged:
    values: dict[str, Any] = {
        "creditor_id": CREDITOR_ID,
        "case_id": CASE_ID,
        "claim_id": uuid4(),
        "claim_version": 3,
        "cause": "CREDITED",
        "cause_id": uuid4(),
        "as_of": DAY,
        "currency": "NOK",
        "parts": parts(PRINCIPAL=-125_000),
        "balance": Balance(principal_minor=principal_left_minor, interest_minor=0, fees_minor=0),
    }
    return ClaimChanged(**values | changes)


def a_payment(**changes: Any) -> PaymentRegistered:
    values: dict[str, Any] = {
        "payment_id": uuid4(),
        "account_id": ACCOUNT,
        "amount_minor": 130_000,
        "currency": "NOK",
        "booking_date": DAY,
        "value_date": DAY,
        "source": "CAMT",
    }
    return PaymentRegistered(**values | changes)


def an_allocation(covered: tuple[Part, ...], surplus_minor: int = 0, **changes: Any) -> PaymentAllocated:
    values: dict[str, Any] = {
        "creditor_id": CREDITOR_ID,
        "case_id": CASE_ID,
        "payment_id": uuid4(),
        "allocation_id": uuid4(),
        "claim_id": uuid4(),
        "account_id": ACCOUNT,
        "invoice_number": "2025-1",
        "payment_reference": "10010000018",
        "amount_minor": sum(part.amount_minor for part in covered) + surplus_minor,
        "currency": "NOK",
        "parts": covered,
        "surplus_minor": surplus_minor,
        "stage": "REMINDER",
        "value_date": DAY,
        "as_of": DAY,
    }
    return PaymentAllocated(**values | changes)


def a_reversal(covered: tuple[Part, ...], surplus_minor: int = 0, **changes: Any) -> PaymentReversed:
    values: dict[str, Any] = {
        "reversal_id": uuid4(),
        "payment_id": uuid4(),
        "account_id": ACCOUNT,
        "amount_minor": sum(part.amount_minor for part in covered) + surplus_minor,
        "currency": "NOK",
        "reason": "chargeback",
        "as_of": DAY,
        "creditor_id": CREDITOR_ID,
        "case_id": CASE_ID,
        "parts": covered,
        "surplus_minor": surplus_minor,
    }
    return PaymentReversed(**values | changes)


def a_settlement(
    allocated_minor: int = 100_000,
    fee_share_minor: int = 1_750,
    commission_minor: int = 10_000,
    vat_minor: int = 2_938,
    **changes: Any,
) -> SettlementCreated:
    own_share_minor = fee_share_minor + commission_minor + vat_minor
    values: dict[str, Any] = {
        "creditor_id": CREDITOR_ID,
        "settlement_id": uuid4(),
        "settlement_number": 7,
        "settlement_date": DAY,
        "currency": "NOK",
        "account_id": ACCOUNT,
        "line_count": 1,
        "allocated_minor": allocated_minor,
        "principal_minor": allocated_minor,
        "interest_minor": 0,
        "fees_minor": 0,
        "fee_share_minor": fee_share_minor,
        "commission_minor": commission_minor,
        "vat_minor": vat_minor,
        "own_share_minor": own_share_minor,
        "net_minor": allocated_minor - own_share_minor,
    }
    return SettlementCreated(**values | changes)


def _payout(kind: str, amount_minor: int, changes: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "creditor_id": CREDITOR_ID,
        "payout_id": uuid4(),
        "settlement_id": uuid4(),
        "kind": kind,
        "attempt": 1,
        "account_id": ACCOUNT,
        "amount_minor": amount_minor,
        "currency": "NOK",
        "end_to_end_id": "E2E-1",
    }
    return values | changes


def a_payout(kind: str, amount_minor: int, **changes: Any) -> PayoutConfirmed:
    return PayoutConfirmed(**_payout(kind, amount_minor, {"booking_date": DAY} | changes))


def a_failed_payout(kind: str, amount_minor: int, *, returned: bool, **changes: Any) -> PayoutFailed:
    values = {"reason_code": "AC04", "as_of": DAY, "returned": returned} | changes
    return PayoutFailed(**_payout(kind, amount_minor, values))


def a_disowned_payment(amount_minor: int, **changes: Any) -> PaymentDisowned:
    values: dict[str, Any] = {
        "payment_id": uuid4(),
        "account_id": ACCOUNT,
        "amount_minor": amount_minor,
        "currency": "NOK",
        "as_of": DAY,
    }
    return PaymentDisowned(**values | changes)


def _refund(source: str, amount_minor: int, changes: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "refund_id": uuid4(),
        "payment_id": uuid4(),
        "source": source,
        "account_id": ACCOUNT,
        "amount_minor": amount_minor,
        "currency": "NOK",
        "end_to_end_id": "R-1",
    }
    return values | changes


def a_refund(source: str, amount_minor: int, **changes: Any) -> RefundPaid:
    return RefundPaid(**_refund(source, amount_minor, {"booking_date": DAY} | changes))


def a_failed_refund(source: str, amount_minor: int, *, returned: bool, **changes: Any) -> RefundFailed:
    values = {"reason_code": "AC04", "as_of": DAY, "returned": returned} | changes
    return RefundFailed(**_refund(source, amount_minor, values))


def records(facts: Sequence[Event]) -> list[ConsumerRecord[bytes, bytes]]:
    """The facts as they come from the broker."""
    return [
        ConsumerRecord(fact.topic, 0, offset, 0, 0, fact.key.encode(), fact.model_dump_json().encode(), None, 0, 0, ())
        for offset, fact in enumerate(facts)
    ]


def balances(vouchers: Sequence[Voucher], book: str) -> dict[str, int]:
    """Sum per account of a book, without those that are zero."""
    sums: dict[str, int] = {}
    for voucher in vouchers:
        for line in voucher.lines if voucher.book == book else ():
            sums[line.account_code] = sums.get(line.account_code, 0) + line.amount_minor
    return {code: minor for code, minor in sums.items() if minor}
