"""How each fact is booked: one function per fact, giving its vouchers in the three books."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from accounting.domain import chart
from accounting.domain.chart import income_of, receivable_of
from accounting.domain.voucher import Line, Origin, Voucher, credit, debit, vouchers
from contracts import (
    Charge,
    ClaimChanged,
    ClaimCharged,
    Event,
    InvoiceCreated,
    Part,
    PaymentAllocated,
    PaymentDisowned,
    PaymentRegistered,
    PaymentReversed,
    PayoutConfirmed,
    PayoutEvent,
    PayoutFailed,
    RefundEvent,
    RefundFailed,
    RefundPaid,
    RefundSource,
    SettlementCreated,
)
from money import round_half_up

_REFUNDED_FROM: dict[RefundSource, str] = {
    "QUEUE": chart.UNALLOCATED_RECEIPTS,
    "NOT_OURS": chart.NOT_OURS,
    "SURPLUS": chart.OWED_TO_DEBTORS,
}


class ForeignCharge(ValueError):
    """A charge in another currency than its claim."""

    def __init__(self, fact: ClaimCharged, charge: Charge) -> None:
        super().__init__(
            f"claim.charged {fact.event_id}: charge {charge.code} is in {charge.currency}, the claim in {fact.currency};"
            " a voucher has one currency, so payment-control must convert it"
        )


class CreditorUntold(ValueError):
    """Money was taken from a creditor whom the fact does not name."""

    def __init__(self, fact: PaymentReversed) -> None:
        super().__init__(
            f"payment.reversed {fact.event_id} takes parts back without naming the creditor;"
            " payment-control must tell creditor_id"
        )


@dataclass(frozen=True, slots=True)
class Invoice:
    """What the books must know of an invoice: how much of its gross is VAT (minor units), and its dates."""

    case_id: int
    creditor_id: UUID
    invoice_number: str
    currency: str
    gross_minor: int
    vat_minor: int
    invoice_date: date
    due_date: date
    accepted_date: date
    payment_reference: str = ""
    payment_control: bool = True

    def vat_in(self, principal_minor: int) -> int:
        """The VAT contained in so much of the principal, rounded half-up."""
        return round_half_up(Fraction(self.vat_minor * principal_minor, self.gross_minor))


def book_invoice_created(fact: InvoiceCreated) -> list[Voucher]:
    """The creditor sold something and is owed it."""
    text = f"Invoice {fact.invoice_number}"
    origin = Origin(fact, fact.currency, fact.invoice_date, text, fact.case_id, fact.invoice_number, movement="SALE")
    lines = [
        debit(chart.RECEIVABLE, fact.gross_minor, "PRINCIPAL"),
        credit(chart.SALES, fact.gross_minor - fact.vat_minor, "PRINCIPAL"),
        credit(chart.OUTPUT_VAT, fact.vat_minor, "PRINCIPAL"),
    ]
    return vouchers(origin, "CREDITOR", fact.creditor_id, lines)


def book_claim_charged(fact: ClaimCharged) -> list[Voucher]:
    """A dunning step earned the creditor interest and fees; a fee is booked with its VAT, as the claim holds it."""
    lines = [
        debit(chart.INTEREST_RECEIVABLE, fact.interest_minor, "INTEREST"),
        credit(chart.INTEREST_INCOME, fact.interest_minor, "INTEREST"),
    ]
    for charge in fact.charges:
        if charge.currency != fact.currency:
            raise ForeignCharge(fact, charge)
        amount_minor = charge.amount_minor + charge.vat_minor
        lines.append(debit(receivable_of(charge.component), amount_minor, charge.component, charge.code))
        lines.append(credit(income_of(charge.component), amount_minor, charge.component, charge.code))
    origin = Origin(fact, fact.currency, fact.as_of, f"Charges of {fact.step_code}", fact.case_id)
    return vouchers(origin, "CREDITOR", fact.creditor_id, lines)


def needs_invoice(fact: ClaimChanged) -> bool:
    """Whether the VAT of the invoice must be known before the fact can be booked."""
    return _kind(fact) == "CREDITED" and _principal_change(fact) != 0


def book_claim_changed(fact: ClaimChanged, invoice: Invoice | None = None) -> list[Voucher]:
    """What is owed changed; money on the client accounts is booked by the payment facts, not here."""
    if fact.cause in {"PAYMENT_ALLOCATED", "PAYMENT_REVERSED"}:
        return []

    owed = [debit(receivable_of(part.component), part.amount_minor, part.component) for part in fact.parts]
    kind = _kind(fact)
    if kind == "DIRECT_PAYMENT":
        against = [credit(chart.CREDITORS_BANK, part.amount_minor, part.component) for part in fact.parts]
    elif fact.cause == "COLLECTED":
        account = chart.DUE_FROM_COLLECTORS if fact.remitted_to == "OFFICE" else chart.CREDITORS_BANK
        against = [credit(account, part.amount_minor, part.component) for part in fact.parts]
    else:
        against = [credit(_earned_or_lost(kind, part), part.amount_minor, part.component) for part in fact.parts]
    if needs_invoice(fact):
        assert invoice is not None, "the use case waits for the invoice before it books a credit note"
        against += _vat_of_credit_note(fact, invoice)

    text = kind.replace("_", " ").capitalize() + (" corrected" if fact.corrects else "")
    origin = Origin(fact, fact.currency, fact.as_of, text, fact.case_id, movement=kind)
    return vouchers(origin, "CREDITOR", fact.creditor_id, [*owed, *against])


def _kind(fact: ClaimChanged) -> str:
    """What a change is booked as: a correction is what it takes back, its parts have the sign turned."""
    return fact.corrects or fact.cause


def _earned_or_lost(cause: str, part: Part) -> str:
    """The account against which a component is owed more or less.

    Sales may only be taken back by a credit note, which takes back its VAT, too; principal given up otherwise is a loss.
    """
    is_loss = cause == "WRITTEN_OFF" or (part.component == "PRINCIPAL" and cause != "CREDITED")
    return chart.BAD_DEBT if is_loss else income_of(part.component)


def _vat_of_credit_note(fact: ClaimChanged, invoice: Invoice) -> list[Line]:
    """Move the VAT in the credited principal from sales to output VAT.

    Reckoned as VAT in the principal before less VAT after: notes that follow each other give back the VAT to the unit.
    """
    left_minor = fact.balance.principal_minor
    before_minor = left_minor - _principal_change(fact)
    vat_minor = invoice.vat_in(before_minor) - invoice.vat_in(left_minor)
    return [debit(chart.OUTPUT_VAT, vat_minor, "PRINCIPAL"), credit(chart.SALES, vat_minor, "PRINCIPAL")]


def _principal_change(fact: ClaimChanged) -> int:
    return _sum(part for part in fact.parts if part.component == "PRINCIPAL")


def book_payment_registered(fact: PaymentRegistered) -> list[Voucher]:
    """Money stands on a client account; whose it is shows when it is allocated."""
    origin = Origin(fact, fact.currency, fact.booking_date, f"Payment {fact.payment_id}", fact.case_id)
    lines = [
        debit(_client_funds(fact.account_id), fact.amount_minor),
        credit(chart.UNALLOCATED_RECEIPTS, fact.amount_minor),
    ]
    return vouchers(origin, "CLIENT_MONEY", None, lines)


def book_payment_allocated(fact: PaymentAllocated) -> list[Voucher]:
    """The receipt belongs to the creditor, a surplus to the debtor; the debtor owes the creditor so much less.

    What a collector passes on lowered the receivable when it was reported; now the collector owes so much less.
    """
    text = f"Payment {fact.payment_id} allocated"
    origin = Origin(fact, fact.currency, fact.as_of, text, fact.case_id, fact.invoice_number, movement="PAYMENT")
    client_money = [
        debit(chart.UNALLOCATED_RECEIPTS, fact.amount_minor),
        credit(_owed_to(fact.creditor_id), _sum(fact.parts)),
        credit(chart.OWED_TO_DEBTORS, fact.surplus_minor),
    ]
    creditor = [
        debit(chart.DUE_FROM_OFFICE, _sum(fact.parts)),
        *(credit(_owing(fact, part), part.amount_minor, part.component) for part in fact.parts),
    ]
    return [
        *vouchers(origin, "CLIENT_MONEY", None, client_money),
        *vouchers(origin, "CREDITOR", fact.creditor_id, creditor),
    ]


def book_payment_disowned(fact: PaymentDisowned) -> list[Voucher]:
    """Unallocated receipts turned out to be for nobody here; they wait to be refunded."""
    origin = Origin(fact, fact.currency, fact.as_of, f"Payment {fact.payment_id} is not ours")
    lines = [debit(chart.UNALLOCATED_RECEIPTS, fact.amount_minor), credit(chart.NOT_OURS, fact.amount_minor)]
    return vouchers(origin, "CLIENT_MONEY", None, lines)


def book_payment_reversed(fact: PaymentReversed) -> list[Voucher]:
    """The bank took a payment back: from the creditor, the surplus and the unallocated receipts, as it had been spread.

    What was refunded of it before is taken from where it had lain, which leaves that account in debit: the office's loss
    until the payer gives it back, in sight of whoever reads the client money.
    """
    if fact.parts and fact.creditor_id is None:
        raise CreditorUntold(fact)
    text = f"Payment {fact.payment_id} reversed"
    origin = Origin(fact, fact.currency, fact.as_of, text, fact.case_id, fact.invoice_number, movement="PAYMENT")
    client_money = [
        debit(_owed_to(fact.creditor_id), _sum(fact.parts)),
        debit(chart.OWED_TO_DEBTORS, fact.surplus_minor),
        debit(chart.UNALLOCATED_RECEIPTS, fact.unmatched_minor - fact.not_ours_minor),
        debit(chart.NOT_OURS, fact.not_ours_minor),
        credit(_client_funds(fact.account_id), fact.amount_minor),
    ]
    creditor = [
        *(debit(_owing(fact, part), part.amount_minor, part.component) for part in fact.parts),
        credit(chart.DUE_FROM_OFFICE, _sum(fact.parts)),
    ]
    return [
        *vouchers(origin, "CLIENT_MONEY", None, client_money),
        *vouchers(origin, "CREDITOR", fact.creditor_id, creditor),
    ]


def book_settlement_created(fact: SettlementCreated) -> list[Voucher]:
    """What was allocated is split: the net goes to the creditor, our share with its VAT to us; neither is paid yet."""
    text = f"Settlement {fact.settlement_number}"
    origin = Origin(fact, fact.currency, fact.settlement_date, text, settlement_id=fact.settlement_id)
    creditor = [
        debit(chart.PAYOUT_UNDERWAY, fact.net_minor),
        debit(chart.COLLECTION_COST, fact.fee_share_minor, text="Share of interest and fees"),
        debit(chart.COLLECTION_COST, fact.commission_minor, text="Commission"),
        debit(chart.INPUT_VAT, fact.vat_minor),
        credit(chart.DUE_FROM_OFFICE, fact.allocated_minor),
    ]
    client_money = [
        debit(_owed_to(fact.creditor_id), fact.allocated_minor),
        credit(chart.CREDITOR_PAYOUTS_UNDERWAY, fact.net_minor),
        credit(chart.OWN_SHARE_UNDERWAY, fact.own_share_minor),
    ]
    own = [
        debit(chart.DUE_FROM_CLIENT_FUNDS, fact.own_share_minor),
        credit(chart.OFFICE_COMMISSION, fact.commission_minor),
        credit(chart.OFFICE_FEES, fact.fee_share_minor),
        credit(chart.OUTPUT_VAT, fact.vat_minor),
    ]
    return [
        *vouchers(origin, "CREDITOR", fact.creditor_id, creditor),
        *vouchers(origin, "CLIENT_MONEY", None, client_money),
        *vouchers(origin, "OWN", None, own),
    ]


def book_payout_confirmed(fact: PayoutConfirmed) -> list[Voucher]:
    """The bank debited the client account: the payout is no longer underway."""
    origin = Origin(
        fact, fact.currency, fact.booking_date, f"Payout {fact.end_to_end_id}", settlement_id=fact.settlement_id
    )
    return _payout(origin, fact, fact.amount_minor)


def book_payout_failed(fact: PayoutFailed) -> list[Voucher]:
    """Money that came back stands underway again; a refused payout never left, so there is nothing to book."""
    if not fact.returned:
        return []
    text = f"Payout {fact.end_to_end_id} returned, {fact.reason_code}"
    origin = Origin(fact, fact.currency, fact.as_of, text, settlement_id=fact.settlement_id)
    return _payout(origin, fact, -fact.amount_minor)


def _payout(origin: Origin, fact: PayoutEvent, paid_minor: int) -> list[Voucher]:
    """Paid out (positive) or returned (negative), in the client-funds book and in the receiver's."""
    if fact.kind == "CREDITOR":
        underway = chart.CREDITOR_PAYOUTS_UNDERWAY
        lines = [debit(chart.CREDITORS_BANK, paid_minor), credit(chart.PAYOUT_UNDERWAY, paid_minor)]
        received = vouchers(origin, "CREDITOR", fact.creditor_id, lines)
    else:
        underway = chart.OWN_SHARE_UNDERWAY
        own_bank = f"{chart.OWN_BANK}:{fact.currency}"
        lines = [debit(own_bank, paid_minor), credit(chart.DUE_FROM_CLIENT_FUNDS, paid_minor)]
        received = vouchers(origin, "OWN", None, lines)
    client_money = [debit(underway, paid_minor), credit(_client_funds(fact.account_id), paid_minor)]
    return [*vouchers(origin, "CLIENT_MONEY", None, client_money), *received]


def book_refund_paid(fact: RefundPaid) -> list[Voucher]:
    """The bank debited the client account: the payer has their money back."""
    return _refund(
        Origin(fact, fact.currency, fact.booking_date, f"Refund {fact.end_to_end_id}"), fact, fact.amount_minor
    )


def book_refund_failed(fact: RefundFailed) -> list[Voucher]:
    """Money that came back lies where it had lain; a refused refund never left, so there is nothing to book."""
    if not fact.returned:
        return []
    text = f"Refund {fact.end_to_end_id} returned, {fact.reason_code}"
    return _refund(Origin(fact, fact.currency, fact.as_of, text), fact, -fact.amount_minor)


def _refund(origin: Origin, fact: RefundEvent, paid_minor: int) -> list[Voucher]:
    lines = [debit(_REFUNDED_FROM[fact.source], paid_minor), credit(_client_funds(fact.account_id), paid_minor)]
    return vouchers(origin, "CLIENT_MONEY", None, lines)


def _owing(fact: PaymentAllocated | PaymentReversed, part: Part) -> str:
    """Who owed the creditor what came in: the debtor, or the collector that had it."""
    return chart.DUE_FROM_COLLECTORS if fact.collected_before else receivable_of(part.component)


def _client_funds(account_id: str) -> str:
    return f"{chart.CLIENT_FUNDS_BANK}:{account_id}"


def _owed_to(creditor_id: UUID | None) -> str:
    return f"{chart.OWED_TO_CREDITOR}:{creditor_id}"


def _sum(parts: Iterable[Part]) -> int:
    return sum(part.amount_minor for part in parts)


POSTINGS: dict[type[Event], Callable[[Any], list[Voucher]]] = {
    InvoiceCreated: book_invoice_created,
    ClaimCharged: book_claim_charged,
    ClaimChanged: book_claim_changed,
    PaymentRegistered: book_payment_registered,
    PaymentAllocated: book_payment_allocated,
    PaymentReversed: book_payment_reversed,
    PaymentDisowned: book_payment_disowned,
    RefundPaid: book_refund_paid,
    RefundFailed: book_refund_failed,
    SettlementCreated: book_settlement_created,
    PayoutConfirmed: book_payout_confirmed,
    PayoutFailed: book_payout_failed,
}


def book(fact: Event, invoices: Mapping[int, Invoice]) -> list[Voucher]:
    """The vouchers of any fact; `invoices` by case id holds those that credit notes need."""
    if isinstance(fact, ClaimChanged):
        return book_claim_changed(fact, invoices.get(fact.case_id))
    return POSTINGS[type(fact)](fact)
