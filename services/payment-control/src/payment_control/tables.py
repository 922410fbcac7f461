"""What payment-control stores. Payer names and accounts are personal data: never logged, never in an event."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, DateTime, Index, MetaData, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

import runtime.table


class Table(runtime.table.Table):
    """Base of payment-control's tables."""

    metadata = MetaData()


class AgreementRow(Table, table=True):
    """A version of a creditor's agreement, whole."""

    creditor_id: UUID = Field(primary_key=True)
    agreement_version: int = Field(primary_key=True)
    document: dict[str, Any] = Field(sa_type=JSONB)


class AccountSchemeRow(Table, table=True):
    """Which reference schemes may stand on payments to an account: those of the creditors who use it."""

    account_id: str = Field(primary_key=True)
    reference_scheme: str = Field(primary_key=True)


class UntrackedCaseRow(Table, table=True):
    """A case without payment control: the debtor pays the creditor, so there is no claim."""

    case_id: int = Field(primary_key=True, sa_type=BigInteger)


class ClaimRow(Table, table=True):
    """What is owed on one invoice; the component columns are the sums of its entries."""

    __table_args__ = (
        CheckConstraint("least(principal_minor, interest_minor, reminder_fee_minor) >= 0"),
        CheckConstraint("least(collection_fee_minor, compensation_minor, small_balance_minor) >= 0"),
        Index("claim_reference", "account_id", "payment_reference"),
        Index("claim_creditor", "creditor_id"),
        Index("claim_debtor", "debtor_id"),
    )

    claim_id: UUID = Field(primary_key=True)
    case_id: int = Field(sa_type=BigInteger, unique=True)
    creditor_id: UUID
    debtor_id: UUID
    invoice_number: str
    payment_reference: str
    reference_scheme: str
    account_id: str
    currency: str
    jurisdiction: str
    debtor_kind: str
    due_date: date
    original_minor: int = Field(sa_type=BigInteger)
    principal_minor: int = Field(sa_type=BigInteger)
    interest_minor: int = Field(sa_type=BigInteger)
    reminder_fee_minor: int = Field(sa_type=BigInteger)
    collection_fee_minor: int = Field(sa_type=BigInteger)
    compensation_minor: int = Field(sa_type=BigInteger)
    claim_version: int
    stage: str
    status: str
    interest_enabled: bool
    interest_runs: bool
    interest_through: date
    small_balance_minor: int = Field(sa_type=BigInteger)
    closing_version: int
    close_code: str | None
    traceparent: str | None
    allocation_order: str
    accept_low_confidence: bool
    compounding_started_on: date | None
    capitalised_minor: int = Field(sa_type=BigInteger)
    pending_minor: int = Field(sa_type=BigInteger)


class OpenClaimRow(Table, table=True):
    """A claim of status OPEN, as it is looked for by debtor or amount; kept with every change of a claim."""

    __table_args__ = (Index("open_claim_amount", "account_id", "original_minor", "due_date"),)

    debtor_id: UUID = Field(primary_key=True)
    due_date: date = Field(primary_key=True)
    claim_id: UUID = Field(primary_key=True, foreign_key="claim.claim_id")
    account_id: str
    original_minor: int = Field(sa_type=BigInteger)


class ClaimEntryRow(Table, table=True):
    """One line of a claim's history; only ever added. `booked_date` is the business date on which it was."""

    __table_args__ = (
        Index("claim_entry_claim", "claim_id"),
        Index("claim_entry_cause", "cause_id"),
        UniqueConstraint("reverses_id"),
    )

    entry_id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    claim_id: UUID = Field(foreign_key="claim.claim_id")
    kind: str
    component: str
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    as_of: date
    statute_row: str
    cause_id: UUID
    at: datetime = Field(sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": text("now()")})
    code: str
    vat_minor: int = Field(sa_type=BigInteger)
    warning: str
    reverses_id: int | None = Field(sa_type=BigInteger, foreign_key="claim_entry.entry_id")
    booked_date: date


class ChargedStepRow(Table, table=True):
    """A dunning step whose charges are booked: never twice."""

    step_key: str = Field(primary_key=True)
    claim_id: UUID = Field(foreign_key="claim.claim_id")


class PickedFileRow(Table, table=True):
    """A file of the bank's folder that was looked at; `stamp` is its size and time of change."""

    name: str = Field(primary_key=True)
    sha256: str = Field(primary_key=True)
    stamp: str


class BankFileRow(Table, table=True):
    """A bank file, kept whole as it came, also when it was refused."""

    file_id: UUID = Field(primary_key=True)
    name: str
    sha256: str = Field(unique=True)
    format: str
    source: str
    received_at: datetime = Field(sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": text("now()")})
    status: str
    transactions: int
    registered: int
    duplicates: int
    skipped: int
    rejected: list[dict[str, str]] = Field(sa_type=JSONB)
    error: str | None
    raw: bytes


class PaymentRow(Table, table=True):
    """Money that arrived on client funds: amount = allocated + surplus + refunded + not ours + unmatched."""

    __table_args__ = (
        CheckConstraint("amount_minor > 0"),
        CheckConstraint(
            "amount_minor = allocated_minor + surplus_minor + refunded_minor + not_ours_minor + unmatched_minor"
        ),
        CheckConstraint("least(allocated_minor, surplus_minor, refunded_minor, unmatched_minor) >= 0"),
        UniqueConstraint("booking_date", "fingerprint", name="payment_told_once"),
        Index("payment_booked", "account_id", "booking_date"),
        Index("payment_reversal", "account_id", "reversal_key", "amount_minor"),
        Index("payment_queue", "booking_date", postgresql_where=text("status = 'UNMATCHED'")),
        Index(
            "payment_payer",
            "payer_account",
            "booking_date",
            postgresql_where=text("status = 'ALLOCATED' AND payer_account <> ''"),
        ),
    )

    payment_id: UUID = Field(primary_key=True)
    fingerprint: str
    file_id: UUID = Field(foreign_key="bank_file.file_id")
    account_id: str
    source: str
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    booking_date: date
    value_date: date
    reference: str
    remittance_text: str
    payer_name: str
    payer_account: str
    reversal_key: str
    status: str
    reason: str | None
    allocated_minor: int = Field(sa_type=BigInteger)
    surplus_minor: int = Field(sa_type=BigInteger)
    refunded_minor: int = Field(sa_type=BigInteger)
    unmatched_minor: int = Field(sa_type=BigInteger)
    not_ours_minor: int = Field(sa_type=BigInteger)


class OfficeDecisionRow(Table, table=True):
    """What a person decided about a payment or a claim; PENDING waits for a second person."""

    __table_args__ = (
        CheckConstraint("amount_minor >= 0"),
        Index("office_decision_waiting", "subject_id", unique=True, postgresql_where=text("status = 'PENDING'")),
        Index("office_decision_asked", "asked_at"),
    )

    decision_id: UUID = Field(primary_key=True)
    kind: str
    subject_id: UUID
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    reason: str
    asked_by: str
    asked_at: datetime = Field(sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": text("now()")})
    detail: dict[str, Any] = Field(sa_type=JSONB)
    status: str
    decided_by: str | None
    decided_at: datetime | None = Field(sa_type=DateTime(timezone=True))


class RefundRow(Table, table=True):
    """Money on its way back to whoever paid it; the payee is personal data, told to settlement alone."""

    __table_args__ = (
        CheckConstraint("amount_minor > 0"),
        Index("refund_payment", "payment_id"),
        Index("refund_allocation", "allocation_id"),
        Index("refund_requested", "requested_date"),
    )

    refund_id: UUID = Field(primary_key=True)
    payment_id: UUID = Field(foreign_key="payment.payment_id")
    source: str
    allocation_id: UUID | None = Field(foreign_key="allocation.allocation_id")
    account_id: str
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    payee_name: str
    payee_iban: str
    payee_bic: str | None
    message: str
    status: str
    requested_date: date
    end_to_end_id: str | None
    booking_date: date | None
    failed_date: date | None
    reason_code: str | None
    traceparent: str | None


class AllocationRow(Table, table=True):
    """How a payment, or the part of it that was for this claim, was spread over what was owed."""

    __table_args__ = (
        UniqueConstraint("payment_id", "claim_id", name="allocation_payment_claim"),
        Index("allocation_claim", "claim_id"),
    )

    allocation_id: UUID = Field(primary_key=True)
    payment_id: UUID = Field(foreign_key="payment.payment_id")
    claim_id: UUID = Field(foreign_key="claim.claim_id")
    principal_minor: int = Field(sa_type=BigInteger)
    interest_minor: int = Field(sa_type=BigInteger)
    reminder_fee_minor: int = Field(sa_type=BigInteger)
    collection_fee_minor: int = Field(sa_type=BigInteger)
    compensation_minor: int = Field(sa_type=BigInteger)
    stage: str
    reversed: bool
    surplus_minor: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    collected_before: bool = Field(sa_column_kwargs={"server_default": text("false")})


class CollectedAmountRow(Table, table=True):
    """An amount that a collector reported; DUE until the collector has passed it on to the office."""

    __table_args__ = (
        UniqueConstraint("collector", "external_id"),
        Index("collected_amount_claim", "claim_id"),
        Index("collected_amount_payment", "payment_id"),
        Index("collected_amount_due", "collected_on", postgresql_where=text("status = 'DUE'")),
    )

    report_id: UUID = Field(primary_key=True)
    claim_id: UUID = Field(foreign_key="claim.claim_id")
    case_id: int = Field(sa_type=BigInteger)
    collector: str
    external_id: str
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    collected_on: date
    stage: str
    principal_minor: int = Field(sa_type=BigInteger)
    interest_minor: int = Field(sa_type=BigInteger)
    reminder_fee_minor: int = Field(sa_type=BigInteger)
    collection_fee_minor: int = Field(sa_type=BigInteger)
    compensation_minor: int = Field(sa_type=BigInteger)
    surplus_minor: int = Field(sa_type=BigInteger)
    status: str
    payment_id: UUID | None = Field(foreign_key="payment.payment_id")


class ClaimTokenRow(Table, table=True):
    """A word by which payers name a claim in free text; see domain/tokens.py for how both sides are cut."""

    __table_args__ = (Index("claim_token_claim", "claim_id"),)

    account_id: str = Field(primary_key=True)
    token: str = Field(primary_key=True)
    claim_id: UUID = Field(primary_key=True, foreign_key="claim.claim_id")
    kind: str


class PaymentMatchRow(Table, table=True):
    """Why a payment is where it is: the rung that answered or the reason for the queue, and the claims looked at."""

    payment_id: UUID = Field(primary_key=True, foreign_key="payment.payment_id")
    rung: str | None
    reason: str | None
    evidence: dict[str, Any] = Field(sa_type=JSONB)
    candidates: list[UUID] = Field(sa_type=ARRAY(Uuid))
    at: datetime = Field(sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": text("now()")})


class ReversalRow(Table, table=True):
    """Money that was taken back; without `payment_id` its payment was not found and a person must look."""

    __table_args__ = (
        CheckConstraint("amount_minor > 0"),
        Index("reversal_booked", "account_id", "booking_date"),
    )

    reversal_id: UUID = Field(primary_key=True)
    fingerprint: str = Field(unique=True)
    file_id: UUID = Field(foreign_key="bank_file.file_id")
    account_id: str
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    booking_date: date
    value_date: date
    reference: str
    reversal_key: str
    reason: str
    payment_id: UUID | None = Field(foreign_key="payment.payment_id")


class BankStatementRow(Table, table=True):
    """What the bank states for an account and day; `unexplained_minor` other than 0 means lines are missing."""

    __table_args__ = (Index("bank_statement_day", "account_id", "balance_date"),)

    file_id: UUID = Field(primary_key=True, foreign_key="bank_file.file_id")
    account_id: str = Field(primary_key=True)
    statement_id: str = Field(primary_key=True)
    balance_date: date
    currency: str
    opening_minor: int | None = Field(sa_type=BigInteger)
    closing_minor: int = Field(sa_type=BigInteger)
    unexplained_minor: int | None = Field(sa_type=BigInteger)
    covers_from: date | None


class OrderedPayoutRow(Table, table=True):
    """A transfer that settlement ordered from client funds: what a debit may be."""

    __table_args__ = (CheckConstraint("amount_minor > 0"), UniqueConstraint("end_to_end_id"))

    payout_id: UUID = Field(primary_key=True)
    end_to_end_id: str
    kind: str
    account_id: str
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    requested_date: date | None
    failed_date: date | None


class StatementLineRow(Table, table=True):
    """A line of a statement that is not posted from it; `amount_minor` is signed, `payout_id` says what it is."""

    __table_args__ = (
        CheckConstraint("amount_minor <> 0"),
        Index("statement_line_day", "account_id", "balance_date"),
        Index(
            "statement_line_named",
            "end_to_end_id",
            postgresql_where=text("payout_id IS NULL AND kind IN ('DEBIT', 'RETURN')"),
        ),
        Index("statement_line_payout", "payout_id", "kind", unique=True),
    )

    fingerprint: str = Field(primary_key=True)
    file_id: UUID = Field(foreign_key="bank_file.file_id")
    account_id: str
    statement_id: str
    balance_date: date
    booking_date: date
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    kind: str
    end_to_end_id: str
    reference: str
    remittance_text: str
    payout_id: UUID | None = Field(foreign_key="ordered_payout.payout_id")


class ReconciledDayRow(Table, table=True):
    """An account's statement of a day against our books; `judged_on` is when a difference was told."""

    __table_args__ = (Index("reconciled_day_unjudged", "day", postgresql_where=text("judged_on IS NULL")),)

    account_id: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    currency: str
    previous_day: date | None
    covers_from: date | None
    before_minor: int | None = Field(sa_type=BigInteger)
    opening_minor: int | None = Field(sa_type=BigInteger)
    credited_minor: int = Field(sa_type=BigInteger)
    debited_minor: int = Field(sa_type=BigInteger)
    closing_minor: int = Field(sa_type=BigInteger)
    unexplained_minor: int = Field(sa_type=BigInteger)
    expected_minor: int | None = Field(sa_type=BigInteger)
    difference_minor: int | None = Field(sa_type=BigInteger)
    status: str
    judged_on: date | None


class ClientMoneyAlertRow(Table, table=True):
    """Client money that a person must look at; SHORTFALL is of a currency and has no account."""

    __table_args__ = (
        Index("client_money_alert_day", "account_id", "day"),
        Index("client_money_alert_open", "raised_on", postgresql_where=text("status = 'OPEN'")),
    )

    alert_id: UUID = Field(primary_key=True)
    kind: str
    account_id: str
    day: date
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    findings: list[dict[str, Any]] = Field(sa_type=JSONB)
    raised_on: date
    status: str
    cleared_on: date | None
    person: str | None
    reason: str | None
