"""SQL of what was collected: a line per allocation, reversal or deferred share, open until it is settled."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from contracts import InvoiceCreated
from runtime.database import Session, columns
from settlement.domain.settling import Claim, Collected, LineKind, OwnShare

_SAVE_INVOICES = text(
    """
    INSERT INTO invoice (case_id, due_date, gross_minor)
    SELECT * FROM unnest(CAST(:case_id AS bigint[]), CAST(:due_date AS date[]), CAST(:gross_minor AS bigint[]))
    ON CONFLICT (case_id) DO NOTHING
    """
)
_SAVE_LINES = text(
    """
    INSERT INTO accrual_line (line_id, kind, creditor_id, currency, account_id, case_id, invoice_number,
        payment_reference, stage, principal_minor, interest_minor, reminder_fee_minor, collection_fee_minor,
        compensation_minor, allocated_minor, value_date, as_of, reverses_id, traceparent, settlement_id,
        fee_share_minor, commission_minor, vat_minor, payout_part)
    SELECT * FROM unnest(CAST(:line_id AS uuid[]), CAST(:kind AS text[]), CAST(:creditor_id AS uuid[]),
        CAST(:currency AS text[]), CAST(:account_id AS text[]), CAST(:case_id AS bigint[]),
        CAST(:invoice_number AS text[]), CAST(:payment_reference AS text[]), CAST(:stage AS text[]),
        CAST(:principal_minor AS bigint[]), CAST(:interest_minor AS bigint[]), CAST(:reminder_fee_minor AS bigint[]),
        CAST(:collection_fee_minor AS bigint[]), CAST(:compensation_minor AS bigint[]),
        CAST(:allocated_minor AS bigint[]), CAST(:value_date AS date[]), CAST(:as_of AS date[]),
        CAST(:reverses_id AS uuid[]), CAST(:traceparent AS text[]), CAST(:settlement_id AS uuid[]),
        CAST(:fee_share_minor AS bigint[]), CAST(:commission_minor AS bigint[]), CAST(:vat_minor AS bigint[]),
        CAST(:payout_part AS integer[]))
    ON CONFLICT (line_id) DO NOTHING
    """
)
_ALLOCATIONS = text(
    """
    SELECT line_id, payment_reference, invoice_number, stage, case_id
    FROM accrual_line WHERE line_id = ANY(CAST(:ids AS uuid[])) AND kind = 'ALLOCATION'
    """
)
_OPEN = """
    SELECT line.*, original.agreement_version AS original_version, invoice.gross_minor,
        coalesce(original.value_date, line.value_date) - invoice.due_date AS days_overdue
    FROM accrual_line AS line LEFT JOIN accrual_line AS original ON original.line_id = line.reverses_id
        LEFT JOIN invoice ON invoice.case_id = line.case_id
    WHERE line.settlement_id IS NULL AND (line.allocated_minor <> 0 OR line.kind = 'DEFERRAL')
"""
_LOCK_OPEN_LINES = text(
    f"""
    {_OPEN} AND line.as_of <= :day
        AND (line.creditor_id, line.currency, line.account_id) IN (
            SELECT * FROM unnest(CAST(:creditor_ids AS uuid[]), CAST(:currencies AS text[]), CAST(:accounts AS text[])))
    ORDER BY line.as_of, line.case_id, line.line_id FOR UPDATE OF line
    """
)
_OPEN_LINES = text(f"{_OPEN} AND line.creditor_id = :creditor_id ORDER BY line.as_of, line.case_id, line.line_id")
_CLOSE_LINES = text(
    """
    UPDATE accrual_line AS line
    SET settlement_id = new.settlement_id, agreement_version = new.agreement_version,
        fee_share_minor = new.fee_share_minor, commission_minor = new.commission_minor, vat_minor = new.vat_minor,
        payout_part = new.payout_part
    FROM unnest(CAST(:line_id AS uuid[]), CAST(:settlement_id AS uuid[]), CAST(:agreement_version AS integer[]),
        CAST(:fee_share_minor AS bigint[]), CAST(:commission_minor AS bigint[]), CAST(:vat_minor AS bigint[]),
        CAST(:payout_part AS integer[]))
        AS new (line_id, settlement_id, agreement_version, fee_share_minor, commission_minor, vat_minor, payout_part)
    WHERE line.line_id = new.line_id
    """
)
_LINE_COLUMNS = (
    "line_id",
    "kind",
    "creditor_id",
    "currency",
    "account_id",
    "case_id",
    "invoice_number",
    "payment_reference",
    "stage",
    "principal_minor",
    "interest_minor",
    "reminder_fee_minor",
    "collection_fee_minor",
    "compensation_minor",
    "allocated_minor",
    "value_date",
    "as_of",
    "reverses_id",
    "traceparent",
    "settlement_id",
    "fee_share_minor",
    "commission_minor",
    "vat_minor",
    "payout_part",
)


@dataclass(frozen=True, slots=True)
class Place:
    """What is settled as one: a creditor's money in one currency on one account, by the agreement in force."""

    creditor_id: UUID
    currency: str
    account_id: str
    agreement_version: int


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line not settled yet; `own` is known already where it is a deferred share, `claim` once its invoice is."""

    line_id: UUID
    kind: LineKind
    creditor_id: UUID
    currency: str
    account_id: str
    case_id: int | None
    payment_reference: str
    collected: Collected
    claim: Claim | None
    own: OwnShare
    original_version: int | None
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class Original:
    """What a reversal inherits from the allocation it takes back."""

    case_id: int
    invoice_number: str
    payment_reference: str
    stage: str | None


async def save_invoices(session: Session, invoices: Sequence[InvoiceCreated]) -> None:
    rows = [invoice.model_dump(include={"case_id", "due_date", "gross_minor"}) for invoice in invoices]
    await session.execute(_SAVE_INVOICES, columns(rows, "case_id", "due_date", "gross_minor"))


async def save_lines(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store lines; one that is there already stays as it is. Missing columns are null."""
    if rows:
        whole = [{name: row.get(name) for name in _LINE_COLUMNS} for row in rows]
        await session.execute(_SAVE_LINES, columns(whole, *_LINE_COLUMNS))


async def list_originals(session: Session, allocation_ids: Collection[UUID]) -> dict[UUID, Original]:
    rows = await session.execute(_ALLOCATIONS, {"ids": list(allocation_ids)})
    return {row.line_id: Original(row.case_id, row.invoice_number, row.payment_reference, row.stage) for row in rows}


async def lock_open_lines(session: Session, places: Sequence[Place], day: date) -> list[OpenLine]:
    rows = await session.execute(
        _LOCK_OPEN_LINES,
        {
            "day": day,
            "creditor_ids": [place.creditor_id for place in places],
            "currencies": [place.currency for place in places],
            "accounts": [place.account_id for place in places],
        },
    )
    return [_open_line(row) for row in rows]


async def list_open_lines(session: Session, creditor_id: UUID) -> list[OpenLine]:
    """All that a creditor was not settled yet, of any day."""
    return [_open_line(row) for row in await session.execute(_OPEN_LINES, {"creditor_id": creditor_id})]


def _open_line(row: Any) -> OpenLine:
    return OpenLine(
        line_id=row.line_id,
        kind=row.kind,
        creditor_id=row.creditor_id,
        currency=row.currency,
        account_id=row.account_id,
        case_id=row.case_id,
        payment_reference=row.payment_reference,
        collected=Collected(
            principal_minor=row.principal_minor,
            interest_minor=row.interest_minor,
            reminder_fee_minor=row.reminder_fee_minor,
            collection_fee_minor=row.collection_fee_minor,
            compensation_minor=row.compensation_minor,
            stage=row.stage,
        ),
        claim=None if row.gross_minor is None else Claim(row.days_overdue, row.gross_minor),
        own=OwnShare(row.fee_share_minor or 0, row.commission_minor or 0, row.vat_minor or 0),
        original_version=row.original_version,
        traceparent=row.traceparent,
    )


async def close_lines(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put lines into their settlements, each with our part of it and the agreement it was worked out by."""
    await session.execute(
        _CLOSE_LINES,
        columns(
            rows,
            "line_id",
            "settlement_id",
            "agreement_version",
            "fee_share_minor",
            "commission_minor",
            "vat_minor",
            "payout_part",
        ),
    )
