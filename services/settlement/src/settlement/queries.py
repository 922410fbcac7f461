"""SQL of accruals and settlements: one statement per question and table, whatever the number of rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from contracts import Agreement, AgreementActivated, CreditorOnboarded, InvoiceCreated
from runtime.database import Session, columns
from settlement.domain.payouts import settlement_number_of
from settlement.domain.rundays import Schedule, is_due
from settlement.domain.settling import Claim, Collected, LineKind, OwnShare

_SAVE_CREDITORS = text(
    """
    INSERT INTO creditor (creditor_id, name, country_code, language_code)
    SELECT * FROM unnest(CAST(:creditor_id AS uuid[]), CAST(:name AS text[]), CAST(:country_code AS text[]),
        CAST(:language_code AS text[]))
    ON CONFLICT (creditor_id) DO NOTHING
    """
)
_SAVE_AGREEMENTS = text(
    """
    INSERT INTO agreement (creditor_id, agreement_version, valid_from, jurisdiction, schedule, document)
    SELECT * FROM unnest(CAST(:creditor_id AS uuid[]), CAST(:agreement_version AS integer[]),
        CAST(:valid_from AS date[]), CAST(:jurisdiction AS text[]), CAST(:schedule AS text[]),
        CAST(:document AS jsonb[]))
    ON CONFLICT DO NOTHING
    """
)
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

IN_FORCE = """
    SELECT DISTINCT ON (creditor_id) creditor_id, agreement_version, jurisdiction, schedule
    FROM agreement WHERE valid_from <= :day ORDER BY creditor_id, agreement_version DESC
"""
ON_HOLD = "SELECT creditor_id FROM creditor_hold WHERE released_date IS NULL"
_CLAIM_RUNS = text(
    f"""
    WITH due AS (
        SELECT agreement.* FROM ({IN_FORCE}) AS agreement
        JOIN unnest(CAST(:jurisdictions AS text[]), CAST(:schedules AS text[])) AS run (jurisdiction, schedule)
            USING (jurisdiction, schedule)
        WHERE agreement.creditor_id NOT IN ({ON_HOLD})
    ), place AS (
        SELECT DISTINCT line.creditor_id, line.currency, line.account_id
        FROM accrual_line AS line JOIN due USING (creditor_id)
        WHERE line.settlement_id IS NULL AND (line.allocated_minor <> 0 OR line.kind = 'DEFERRAL')
            AND line.as_of <= :day AND line.account_id = ANY(CAST(:accounts AS text[]))
            AND NOT EXISTS (
                SELECT FROM settlement_run AS run
                WHERE (run.creditor_id, run.currency, run.account_id, run.run_date)
                    = (line.creditor_id, line.currency, line.account_id, :day))
        ORDER BY 1, 2, 3 LIMIT :limit
    ), claimed AS (
        INSERT INTO settlement_run (creditor_id, currency, account_id, run_date)
        SELECT creditor_id, currency, account_id, :day FROM place
        ON CONFLICT DO NOTHING RETURNING creditor_id, currency, account_id
    )
    SELECT claimed.*, due.agreement_version FROM claimed JOIN due USING (creditor_id) ORDER BY 1, 2, 3
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
_VERSION_IN_FORCE = text(
    "SELECT max(agreement_version) FROM agreement WHERE creditor_id = :creditor_id AND valid_from <= :day"
)
_AGREEMENTS = text(
    """
    SELECT creditor_id, agreement_version, document FROM agreement
    WHERE creditor_id = ANY(CAST(:creditor_ids AS uuid[]))
    """
)
_COUNT_UP = text(
    """
    INSERT INTO settlement_counter (counter_date, last) VALUES (:day, :count)
    ON CONFLICT (counter_date) DO UPDATE SET last = settlement_counter.last + excluded.last RETURNING last
    """
)
_SETTLEMENT_TYPES = {
    "settlement_id": "uuid",
    "settlement_number": "bigint",
    "creditor_id": "uuid",
    "currency": "text",
    "account_id": "text",
    "settlement_date": "date",
    "line_count": "integer",
    "allocated_minor": "bigint",
    "principal_minor": "bigint",
    "interest_minor": "bigint",
    "fees_minor": "bigint",
    "fee_share_minor": "bigint",
    "commission_minor": "bigint",
    "vat_minor": "bigint",
    "own_share_minor": "bigint",
    "net_minor": "bigint",
    "traceparent": "text",
}
_SAVE_SETTLEMENTS = text(
    f"""
    INSERT INTO settlement ({", ".join(_SETTLEMENT_TYPES)})
    SELECT * FROM unnest({", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _SETTLEMENT_TYPES.items())})
    """
)
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


async def save_creditors(session: Session, creditors: Sequence[CreditorOnboarded]) -> None:
    rows = [creditor.model_dump() for creditor in creditors]
    await session.execute(_SAVE_CREDITORS, columns(rows, "creditor_id", "name", "country_code", "language_code"))


async def save_agreements(session: Session, agreements: Sequence[AgreementActivated]) -> None:
    await session.execute(
        _SAVE_AGREEMENTS,
        {
            "creditor_id": [event.creditor_id for event in agreements],
            "agreement_version": [event.agreement_version for event in agreements],
            "valid_from": [event.valid_from for event in agreements],
            "jurisdiction": [event.agreement.jurisdiction for event in agreements],
            "schedule": [Schedule.of(event.agreement).code for event in agreements],
            "document": [event.agreement.model_dump_json() for event in agreements],
        },
    )


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


async def list_run_days(session: Session, day: date) -> dict[str, list[str]]:
    """The agreed (jurisdiction, schedule) pairs that have a run on `day`, as one array each."""
    agreed = await session.execute(text("SELECT DISTINCT jurisdiction, schedule FROM agreement ORDER BY 1, 2"))
    due = [row for row in agreed if is_due(Schedule.parse(row.schedule), row.jurisdiction, day)]
    return {"jurisdictions": [row.jurisdiction for row in due], "schedules": [row.schedule for row in due]}


async def claim_places(session: Session, day: date, account_ids: Collection[str], limit: int) -> list[Place]:
    """Up to `limit` places due on `day` that nobody looked at on that day; nobody else gets them afterwards."""
    due = await list_run_days(session, day)
    if not due["schedules"]:
        return []
    rows = await session.execute(_CLAIM_RUNS, {"day": day, "limit": limit, "accounts": list(account_ids), **due})
    return [Place(*row) for row in rows]


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


async def find_version_in_force(session: Session, creditor_id: UUID, day: date) -> int | None:
    return (await session.execute(_VERSION_IN_FORCE, {"creditor_id": creditor_id, "day": day})).scalar_one()


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


async def list_agreements(session: Session, creditor_ids: Collection[UUID]) -> dict[tuple[UUID, int], Agreement]:
    """Every version of the creditors' agreements."""
    rows = await session.execute(_AGREEMENTS, {"creditor_ids": list(creditor_ids)})
    return {(row.creditor_id, row.agreement_version): Agreement.model_validate(row.document) for row in rows}


async def next_settlement_numbers(session: Session, day: date, count: int) -> list[int]:
    last = (await session.execute(_COUNT_UP, {"day": day, "count": count})).scalar_one()
    return [settlement_number_of(day, counter) for counter in range(last - count + 1, last + 1)]


async def save_settlements(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    await session.execute(_SAVE_SETTLEMENTS, columns(rows, *_SETTLEMENT_TYPES))


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
