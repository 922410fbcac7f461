"""Decisions of the office, and the queued payments they are about."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import text

from bankfiles import BankTransaction
from payment_control.domain.accounts import Arrival
from payment_control.domain.decisions import OfficeDecision
from payment_control.domain.entries import Entry
from payment_control.domain.relief import BookedEntry
from runtime.database import Session

_LOCK_DECISION = text("SELECT * FROM office_decision WHERE decision_id = :decision_id FOR UPDATE")
_WAITING = text("SELECT 1 FROM office_decision WHERE subject_id = :subject_id AND status = 'PENDING'")
_SAVE = text(
    """
    INSERT INTO office_decision (decision_id, kind, subject_id, amount_minor, currency, reason, asked_by, detail, status,
        decided_by)
    VALUES (:decision_id, :kind, :subject_id, :amount_minor, :currency, :reason, :asked_by, CAST(:detail AS jsonb),
        :status, :decided_by)
    ON CONFLICT (decision_id) DO UPDATE SET status = excluded.status, decided_by = excluded.decided_by,
        decided_at = now()
    """
)
_LIST = text(
    """
    SELECT * FROM office_decision WHERE status = coalesce(CAST(:status AS text), status)
    ORDER BY asked_at DESC, decision_id LIMIT 500
    """
)
_LOCK_PAYMENT = text("SELECT * FROM payment WHERE payment_id = :payment_id FOR UPDATE")
_DISOWN = text(
    """
    UPDATE payment SET status = 'NOT_OURS', reason = 'NOT_OURS', not_ours_minor = not_ours_minor + unmatched_minor,
        unmatched_minor = 0
    WHERE payment_id = :payment_id
    """
)
_ENTRIES_OF_CAUSE = text(
    """
    SELECT e.*, by.entry_id AS reversed_by FROM claim_entry e LEFT JOIN claim_entry by ON by.reverses_id = e.entry_id
    WHERE e.claim_id = :claim_id AND e.cause_id = :cause_id ORDER BY e.entry_id
    """
)


async def lock_decision(session: Session, decision_id: UUID) -> OfficeDecision | None:
    """The decision, held until the transaction ends."""
    row = (await session.execute(_LOCK_DECISION, {"decision_id": decision_id})).one_or_none()
    return _decision(row) if row else None


async def is_waited_for(session: Session, subject_id: UUID) -> bool:
    """Whether a decision on this payment or claim waits for a second person."""
    return (await session.execute(_WAITING, {"subject_id": subject_id})).first() is not None


async def save_decision(session: Session, decision: OfficeDecision) -> None:
    """A new decision, or the word of the second person on a known one."""
    row = asdict(decision)
    await session.execute(_SAVE, row | {"detail": json.dumps(row["detail"])})


async def list_decisions(session: Session, status: str | None) -> Sequence[Any]:
    """The newest 500, of one status or all."""
    return (await session.execute(_LIST, {"status": status})).all()


async def lock_payment(session: Session, payment_id: UUID) -> Any | None:
    """A payment as it stands, held until the transaction ends."""
    return (await session.execute(_LOCK_PAYMENT, {"payment_id": payment_id})).one_or_none()


async def disown(session: Session, payment_id: UUID) -> None:
    """The money is not for any claim of ours; it stays on the account and out of the queue."""
    await session.execute(_DISOWN, {"payment_id": payment_id})


async def list_entries_of_cause(session: Session, claim_id: UUID, cause_id: UUID) -> list[BookedEntry]:
    """What one cause booked on a claim, and what took it back."""
    rows = await session.execute(_ENTRIES_OF_CAUSE, {"claim_id": claim_id, "cause_id": cause_id})
    return [_booked(row) for row in rows]


def arrival_of(row: Any) -> Arrival:
    """A stored payment as the bank told it."""
    line = BankTransaction(
        account=row.account_id,
        booking_date=row.booking_date,
        value_date=row.value_date,
        amount_minor=row.amount_minor,
        currency=row.currency,
        direction="CREDIT",
        is_reversal=False,
        reference=row.reference,
        text=row.remittance_text,
        payer_name=row.payer_name,
        payer_account=row.payer_account,
        end_to_end_id="",
        servicer_reference="",
        fingerprint=row.fingerprint,
    )
    return Arrival(row.payment_id, row.account_id, row.source, line)


def _booked(row: Any) -> BookedEntry:
    entry = Entry(
        row.kind,
        row.component,
        row.amount_minor,
        row.as_of,
        row.cause_id,
        row.statute_row,
        row.code,
        row.vat_minor,
        row.warning,
        row.reverses_id,
    )
    return BookedEntry(row.entry_id, entry, row.reversed_by)


def _decision(row: Any) -> OfficeDecision:
    return OfficeDecision(
        row.decision_id,
        row.kind,
        row.subject_id,
        row.amount_minor,
        row.currency,
        row.reason,
        row.asked_by,
        row.detail,
        row.status,
        row.decided_by,
    )
