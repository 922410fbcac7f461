"""SQL about documents on their way to accounting systems."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import JSONB

from accounting.domain.documents import PENDING_TEXT, Document, DocumentKind, DocumentStatus, TargetKind
from runtime.database import Session

_TARGET = text("SELECT kind, url FROM accounting_target WHERE creditor_id = :creditor_id")
_SAVE_TARGET = text(
    """
    INSERT INTO accounting_target VALUES (:creditor_id, :kind, :url)
    ON CONFLICT (creditor_id) DO UPDATE SET kind = excluded.kind, url = excluded.url
    """
)
# A document that failed may come again, corrected; one under way or arrived stays what it is.
_SUBMIT = text(
    """
    INSERT INTO accounting_document AS known (document_id, creditor_id, kind, source_identifier, document_date, content,
        status, description, submitted_on, traceparent)
    SELECT document_id, creditor_id, kind, source_identifier, document_date, content, 'PENDING', :pending, :day,
        CAST(:traceparent AS text)
    FROM unnest(CAST(:document_id AS uuid[]), CAST(:creditor_id AS uuid[]), CAST(:kind AS text[]),
        CAST(:source_identifier AS text[]), CAST(:document_date AS date[]), CAST(:content AS jsonb[]))
        AS new (document_id, creditor_id, kind, source_identifier, document_date, content)
    ORDER BY document_id
    ON CONFLICT (document_id) DO UPDATE SET content = excluded.content, document_date = excluded.document_date,
        status = 'PENDING', attempts = 0, due_at = now(), description = excluded.description,
        submitted_on = excluded.submitted_on, traceparent = excluded.traceparent
    WHERE known.status = 'FAILED'
    """
)
_STORED = text(
    """
    SELECT document_id, source_identifier, content, document_date, status, description, sync_date
    FROM accounting_document WHERE document_id = ANY (:document_ids) ORDER BY source_identifier
    """
).columns(content=JSONB)
_LIST = text(
    """
    SELECT document_id, source_identifier, content, document_date, status, description, sync_date
    FROM accounting_document
    WHERE creditor_id = :creditor_id AND kind = :kind
        AND (CAST(:source_identifier AS text) IS NULL OR source_identifier = :source_identifier)
        AND submitted_on BETWEEN coalesce(CAST(:from_date AS date), '-infinity')
            AND coalesce(CAST(:to_date AS date), 'infinity')
        AND (CAST(:status AS text) IS NULL OR status = :status)
    ORDER BY submitted_on, source_identifier LIMIT :limit
    """
).columns(content=JSONB)
_LEASE = text(
    """
    WITH due AS (
        SELECT document_id FROM accounting_document WHERE status = 'PENDING' AND due_at <= now()
        ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    ), leased AS (
        UPDATE accounting_document SET attempts = attempts + 1, due_at = now() + make_interval(secs => :lease_seconds)
        FROM due WHERE accounting_document.document_id = due.document_id RETURNING accounting_document.*
    )
    SELECT leased.*, coalesce(target.kind, 'CSV') AS target, target.url, coalesce(creditor.name, '') AS company_name,
        coalesce(creditor.business_code, '') AS business_code, numbers.by_code AS account_numbers
    FROM leased LEFT JOIN accounting_target target USING (creditor_id) LEFT JOIN creditor USING (creditor_id)
    LEFT JOIN (
        SELECT creditor_id, jsonb_object_agg(code, coalesce(account_number, code)) AS by_code FROM chart_account
        WHERE book = 'CREDITOR' AND creditor_id IN (SELECT creditor_id FROM leased) GROUP BY creditor_id
    ) AS numbers USING (creditor_id)
    """
).columns(content=JSONB, account_numbers=JSONB)
_RECORD = text(
    """
    UPDATE accounting_document SET status = new.status, description = new.description,
        due_at = now() + make_interval(secs => new.pause_seconds),
        sync_date = CASE WHEN new.status = 'SYNCED' THEN CAST(:day AS date) END
    FROM unnest(CAST(:document_id AS uuid[]), CAST(:attempts AS integer[]), CAST(:status AS text[]),
        CAST(:description AS text[]), CAST(:pause_seconds AS float8[]))
        AS new (document_id, attempts, status, description, pause_seconds)
    WHERE accounting_document.document_id = new.document_id AND accounting_document.attempts = new.attempts
        AND accounting_document.status = 'PENDING'
    RETURNING accounting_document.document_id
    """
)
COUNT_DUE = "SELECT count(*) FROM accounting_document WHERE status = 'PENDING' AND due_at <= now()"
_INVOICES = text("SELECT * FROM invoice WHERE creditor_id = :creditor_id AND invoice_number = ANY (:numbers)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt."""

    document: Row[Any]
    status: DocumentStatus
    description: str
    pause_seconds: float = 0.0


async def find_target(session: Session, creditor_id: UUID) -> Row[Any] | None:
    return (await session.execute(_TARGET, {"creditor_id": creditor_id})).one_or_none()


async def save_target(session: Session, creditor_id: UUID, kind: TargetKind, url: str | None) -> None:
    await session.execute(_SAVE_TARGET, {"creditor_id": creditor_id, "kind": kind, "url": url})


async def submit(
    session: Session, documents: Sequence[Document], day: date, traceparent: str | None
) -> Sequence[Row[Any]]:
    """Queue documents that are new or have failed before; returns what is stored under their ids."""
    document_ids = [document.document_id for document in documents]
    await session.execute(
        _SUBMIT,
        {
            "document_id": document_ids,
            "creditor_id": [document.creditor_id for document in documents],
            "kind": [document.kind for document in documents],
            "source_identifier": [document.source_identifier for document in documents],
            "document_date": [document.document_date for document in documents],
            "content": [json.dumps(document.content) for document in documents],
            "pending": PENDING_TEXT,
            "day": day,
            "traceparent": traceparent,
        },
    )
    return (await session.execute(_STORED, {"document_ids": document_ids})).all()


async def list_documents(
    session: Session, creditor_id: UUID, kind: DocumentKind, **filters: object
) -> Sequence[Row[Any]]:
    """A creditor's documents of a kind by submission, narrowed by source_identifier, from_date, to_date and status."""
    return (await session.execute(_LIST, {"creditor_id": creditor_id, "kind": kind, **filters})).all()


async def lease(session: Session, limit: int, lease_seconds: int) -> Sequence[Row[Any]]:
    """Take what is due, with where it goes; nobody else takes it until the lease is over."""
    return (await session.execute(_LEASE, {"limit": limit, "lease_seconds": lease_seconds})).all()


async def record(session: Session, outcomes: Sequence[Outcome], day: date) -> set[UUID]:
    """Store what came of attempts that nobody repeated meanwhile; returns their documents' ids."""
    recorded = await session.execute(
        _RECORD,
        {
            "document_id": [outcome.document.document_id for outcome in outcomes],
            "attempts": [outcome.document.attempts for outcome in outcomes],
            "status": [outcome.status for outcome in outcomes],
            "description": [outcome.description for outcome in outcomes],
            "pause_seconds": [outcome.pause_seconds for outcome in outcomes],
            "day": day,
        },
    )
    return set(recorded.scalars())


async def list_invoices(session: Session, creditor_id: UUID, numbers: Sequence[str]) -> dict[str, Row[Any]]:
    """The creditor's invoices by number, as far as they are known here."""
    rows = await session.execute(_INVOICES, {"creditor_id": creditor_id, "numbers": list(numbers)})
    return {row.invoice_number: row for row in rows}
