"""What a creditor hands in, and the judgement whether it can be taken."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

from contracts import Agreement, Channel, DebtorKind, DebtorRecorded, InvoiceCreated, InvoiceLine
from intake.domain.accounts import ClientAccount
from intake.domain.agreements import DEBTOR_KINDS
from intake.domain.dates import beyond_term, misdated
from intake.domain.payment_references import payment_reference
from statutes import agreed_policy, references


class DebtorParty(BaseModel):
    """Who is to pay. A national identity number is not taken in: nothing here needs it."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["CONSUMER", "BUSINESS"]
    name: str = Field(min_length=1, max_length=140)
    customer_account_id: str = ""
    business_id: str = ""
    street: str = Field(min_length=1, max_length=140)
    street2: str | None = None
    postal_code: str = Field(min_length=1, max_length=16)
    postal_district: str = Field(min_length=1, max_length=70)
    country_code: str = Field(pattern=r"^[A-Z]{2}$")
    language_code: str = Field(min_length=2, max_length=2)
    email: str | None = None
    phone: str | None = None
    vat_number: str = ""
    einvoice_address: str | None = None


class SubmittedLine(BaseModel):
    """A row of the invoice, amounts in minor units."""

    model_config = ConfigDict(frozen=True)

    text: str = Field(min_length=1, max_length=200)
    quantity: Decimal
    unit_price_minor: int
    vat: int = Field(ge=0, le=10_000, description="Basis points.")
    net_minor: int


class Submission(BaseModel):
    """An invoice as handed in, amounts in minor units of `currency`."""

    model_config = ConfigDict(frozen=True)

    number: str = Field(min_length=1, max_length=40)
    invoice_type: Literal["INVOICE", "COLLECTION", "CREDIT_NOTE"]
    credited_invoice_number: str | None = None
    invoice_date: date
    due_date: date
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    gross_minor: int = Field(gt=0)
    vat_minor: int = Field(ge=0)
    lines: tuple[SubmittedLine, ...] = ()
    payment_reference: str | None = None
    language_code: str = Field(min_length=2, max_length=2)
    debtor: DebtorParty
    payment_control: bool = True
    collection_allowed: bool = True
    distribution_channel: Channel | None = None
    distribution_fallbacks: tuple[Channel, ...] | None = None
    buyer_reference: str = ""
    order_reference: str = ""
    manual_review: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a submission was not taken, field by field, in the words of the partner API."""

    status: int
    errors: tuple[tuple[str, str], ...]

    @property
    def detail(self) -> str:
        return " ".join(f"{field}: {message}" for field, message in self.errors)


@dataclass(frozen=True, slots=True)
class Creditor:
    """What intake must know of a creditor to judge a submission."""

    creditor_id: UUID
    reference_prefix: str
    agreement_version: int
    agreement: Agreement


def covered_kinds(agreement: Agreement) -> frozenset[DebtorKind]:
    """The kinds of debtors for which the agreement has a dunning policy."""
    plain = agreement.model_dump()
    return frozenset(kind for kind in DEBTOR_KINDS if agreed_policy(plain, kind).debtor_kind == kind.lower())


def _not_covered(kind: DebtorKind, agreement: Agreement) -> str:
    plain = agreement.model_dump()
    found = agreed_policy(plain, kind)
    return (
        f"the agreement has no dunning policy for a {kind.lower()} under the law of {agreement.jurisdiction};"
        f" its policy {found.code} covers {found.debtor_kind}"
    )


def judge(
    submission: Submission,
    creditor: Creditor,
    covered: Collection[DebtorKind],
    taken_numbers: Collection[str],
    taken_references: Collection[str],
    today: date,
) -> Refusal | None:
    """None when the invoice can be accepted; else everything that is wrong with it.

    `covered` are the kinds of debtors the agreement has a policy for: law is never guessed for another kind.
    """
    agreement = creditor.agreement
    if submission.number in taken_numbers:
        return Refusal(409, (("invoice.header.number", f"invoice {submission.number} was handed in before"),))
    errors: list[tuple[str, str]] = []
    if submission.currency not in agreement.incoming_account_by_currency:
        offered = ", ".join(sorted(agreement.incoming_account_by_currency))
        errors.append(("invoice.header.currencyCode", f"no client account in {submission.currency}; use {offered}"))
    if submission.due_date < submission.invoice_date:
        errors.append(("invoice.header.dueDate", "must not lie before the invoice date"))
    if wrong := misdated(submission.invoice_date, today):
        errors.append(("invoice.header.date", wrong))
    if wrong := beyond_term(submission.due_date, submission.invoice_date):
        errors.append(("invoice.header.dueDate", wrong))
    if submission.vat_minor >= submission.gross_minor:
        errors.append(("invoice.amounts.vatAmount", "must be less than the gross amount"))
    if submission.distribution_channel == "EMAIL" and not submission.debtor.email:
        errors.append(("invoice.parties.buyerParty.contact.email", "needed to distribute by EMAIL"))
    if submission.payment_control and submission.debtor.kind not in covered:
        errors.append(("invoice.parties.buyerParty.entityType", _not_covered(submission.debtor.kind, agreement)))
    errors += _judge_reference(submission, agreement, taken_references)
    return Refusal(422, tuple(errors)) if errors else None


def _judge_reference(
    submission: Submission, agreement: Agreement, taken_references: Collection[str]
) -> list[tuple[str, str]]:
    reference = submission.payment_reference
    if reference is None:
        return []
    if not references.check(agreement.reference_scheme, reference):
        return [("invoice.references.payment", f"not a valid {agreement.reference_scheme} reference (check digit)")]
    if reference in taken_references:
        return [("invoice.references.payment", "already belongs to another invoice")]
    return []


def debtor_id_of(creditor_id: UUID, debtor: DebtorParty) -> UUID:
    """The same party of the same creditor is the same debtor: by customer number, business id, else name and place."""
    identity = (
        f"account:{debtor.customer_account_id}"
        if debtor.customer_account_id
        else f"business:{debtor.business_id}"
        if debtor.business_id
        else f"person:{debtor.name.casefold()}|{debtor.street.casefold()}|{debtor.postal_code}"
    )
    return uuid5(creditor_id, identity)


def invoice_id_of(creditor_id: UUID, number: str) -> UUID:
    return uuid5(creditor_id, f"invoice:{number}")


def accept(
    submission: Submission,
    creditor: Creditor,
    accounts: Mapping[str, ClientAccount],
    case_id: int,
    accepted_date: date,
) -> tuple[InvoiceCreated, DebtorRecorded]:
    """The facts that follow from a submission found good."""
    agreement = creditor.agreement
    account = accounts[agreement.incoming_account_by_currency[submission.currency]]
    party = submission.debtor
    debtor = DebtorRecorded(
        debtor_id=debtor_id_of(creditor.creditor_id, party),
        creditor_id=creditor.creditor_id,
        business_code=party.business_id,
        **party.model_dump(exclude={"customer_account_id", "business_id"}),
    )
    if submission.invoice_type == "CREDIT_NOTE":
        raise ValueError(f"credit note {submission.number} is no invoice: it becomes an action on one")
    invoice_id = invoice_id_of(creditor.creditor_id, submission.number)
    invoice = InvoiceCreated(
        event_id=uuid5(invoice_id, "invoice.created"),
        creditor_id=creditor.creditor_id,
        case_id=case_id,
        invoice_id=invoice_id,
        debtor_id=debtor.debtor_id,
        invoice_number=submission.number,
        invoice_type=submission.invoice_type,
        invoice_date=submission.invoice_date,
        due_date=submission.due_date,
        currency=submission.currency,
        gross_minor=submission.gross_minor,
        vat_minor=submission.vat_minor,
        lines=tuple(InvoiceLine(**line.model_dump()) for line in submission.lines),
        payment_reference=submission.payment_reference
        or payment_reference(agreement.reference_scheme, creditor.reference_prefix, case_id),
        payment_iban=account.iban,
        debtor_kind=party.kind,
        debtor_country=party.country_code,
        language_code=submission.language_code,
        distribution_channel=submission.distribution_channel,
        distribution_fallbacks=agreement.distribution_fallbacks
        if submission.distribution_fallbacks is None
        else submission.distribution_fallbacks,
        buyer_reference=submission.buyer_reference,
        order_reference=submission.order_reference,
        payment_control=submission.payment_control and agreement.service_type != "INTERMEDIATION",
        collection_allowed=submission.collection_allowed,
        agreement_version=creditor.agreement_version,
        accepted_date=accepted_date,
        manual_review=submission.manual_review,
    )
    return invoice, debtor
