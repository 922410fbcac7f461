"""Every SQL statement of communication; each takes a whole batch."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from runtime.database import Session, columns

Record = Mapping[str, Any]

_BLOCKED = """
    CASE WHEN s.settled THEN 'the claim is settled'
         WHEN s.closed THEN 'the case is closed'
         WHEN s.held AND m.category <> 'invoice' THEN 'the case is on hold' END
"""
"""Why a message must not leave, NULL where it may. A hold stops dunning; the invoice itself still goes out."""

_SAVE_CREDITORS = text(
    """
    INSERT INTO creditor (creditor_id, name, business_code, country_code, language_code, email)
    SELECT * FROM unnest(CAST(:creditor_id AS uuid[]), CAST(:name AS text[]), CAST(:business_code AS text[]),
        CAST(:country_code AS text[]), CAST(:language_code AS text[]), CAST(:email AS text[])) AS new (id) ORDER BY id
    ON CONFLICT (creditor_id) DO UPDATE SET name = excluded.name, business_code = excluded.business_code,
        country_code = excluded.country_code, language_code = excluded.language_code, email = excluded.email
    """
)
_SAVE_DEBTORS = text(
    """
    INSERT INTO debtor (debtor_id, creditor_id, kind, name, street, street2, postal_code, postal_district,
        country_code, language_code, email, phone, recorded_at)
    SELECT * FROM unnest(CAST(:debtor_id AS uuid[]), CAST(:creditor_id AS uuid[]), CAST(:kind AS text[]),
        CAST(:name AS text[]), CAST(:street AS text[]), CAST(:street2 AS text[]), CAST(:postal_code AS text[]),
        CAST(:postal_district AS text[]), CAST(:country_code AS text[]), CAST(:language_code AS text[]),
        CAST(:email AS text[]), CAST(:phone AS text[]), CAST(:recorded_at AS timestamptz[])) AS new (id) ORDER BY id
    ON CONFLICT (debtor_id) DO UPDATE SET creditor_id = excluded.creditor_id, kind = excluded.kind,
        name = excluded.name, street = excluded.street, street2 = excluded.street2,
        postal_code = excluded.postal_code, postal_district = excluded.postal_district,
        country_code = excluded.country_code, language_code = excluded.language_code, email = excluded.email,
        phone = excluded.phone, recorded_at = excluded.recorded_at
    WHERE debtor.recorded_at <= excluded.recorded_at
    """
)
_FIND_CONTACTS = text(
    """
    SELECT creditor_id AS id, true AS has_email FROM creditor WHERE creditor_id = ANY(CAST(:creditor_ids AS uuid[]))
    UNION ALL
    SELECT debtor_id, email IS NOT NULL FROM debtor WHERE debtor_id = ANY(CAST(:debtor_ids AS uuid[]))
    """
)
_SAVE_INVOICES = text(
    """
    INSERT INTO invoice (case_id, invoice_id, creditor_id, debtor_id, invoice_number, invoice_type, invoice_date,
        due_date, currency, gross_minor, vat_minor, lines, payment_reference, payment_iban, debtor_country,
        language_code, distribution_channel, traceparent)
    SELECT * FROM unnest(CAST(:case_id AS bigint[]), CAST(:invoice_id AS uuid[]), CAST(:creditor_id AS uuid[]),
        CAST(:debtor_id AS uuid[]), CAST(:invoice_number AS text[]), CAST(:invoice_type AS text[]),
        CAST(:invoice_date AS date[]), CAST(:due_date AS date[]), CAST(:currency AS text[]),
        CAST(:gross_minor AS bigint[]), CAST(:vat_minor AS bigint[]), CAST(:lines AS jsonb[]),
        CAST(:payment_reference AS text[]), CAST(:payment_iban AS text[]), CAST(:debtor_country AS text[]),
        CAST(:language_code AS text[]), CAST(:distribution_channel AS text[]), CAST(:traceparent AS text[]))
    ON CONFLICT (case_id) DO NOTHING
    """
)
_FIND_INVOICES = text(
    """
    SELECT i.case_id, i.creditor_id, i.debtor_id, i.due_date, i.traceparent, d.email IS NOT NULL AS has_email
    FROM invoice i JOIN debtor d USING (debtor_id) WHERE i.case_id = ANY(CAST(:case_ids AS bigint[]))
    """
)
_SAVE_CLAIMS = text(
    """
    INSERT INTO case_state AS s (case_id, claim_version, settled, charges)
    SELECT * FROM unnest(CAST(:case_id AS bigint[]), CAST(:claim_version AS bigint[]), CAST(:settled AS boolean[]),
        CAST(:charges AS jsonb[])) AS new (id) ORDER BY id
    ON CONFLICT (case_id) DO UPDATE SET
        settled = CASE WHEN excluded.claim_version > s.claim_version THEN excluded.settled
            WHEN excluded.claim_version = s.claim_version THEN s.settled OR excluded.settled ELSE s.settled END,
        claim_version = greatest(s.claim_version, excluded.claim_version),
        charges = s.charges || excluded.charges
    RETURNING case_id, charges
    """
)
_SAVE_HOLDS = text(
    """
    INSERT INTO case_state AS s (case_id, hold_version, held)
    SELECT * FROM unnest(CAST(:case_id AS bigint[]), CAST(:hold_version AS bigint[]), CAST(:held AS boolean[]))
        AS new (id) ORDER BY id
    ON CONFLICT (case_id) DO UPDATE SET hold_version = excluded.hold_version, held = excluded.held
    WHERE s.hold_version < excluded.hold_version
    """
)
_SAVE_CLOSINGS = text(
    """
    INSERT INTO case_state AS s (case_id, closing_version, closed)
    SELECT * FROM unnest(CAST(:case_id AS bigint[]), CAST(:closing_version AS bigint[]), CAST(:closed AS boolean[]))
        AS new (id) ORDER BY id
    ON CONFLICT (case_id) DO UPDATE SET closing_version = excluded.closing_version, closed = excluded.closed
    WHERE s.closing_version < excluded.closing_version
    """
)
_SAVE_MESSAGES = text(
    """
    WITH new AS (
        INSERT INTO message (message_id, case_id, creditor_id, debtor_id, category, channel, template, step_key,
            reason, content, as_of, traceparent)
        SELECT * FROM unnest(CAST(:message_id AS uuid[]), CAST(:case_id AS bigint[]), CAST(:creditor_id AS uuid[]),
            CAST(:debtor_id AS uuid[]), CAST(:category AS text[]), CAST(:channel AS text[]), CAST(:template AS text[]),
            CAST(:step_key AS text[]), CAST(:reason AS text[]), CAST(:content AS jsonb[]), CAST(:as_of AS date[]),
            CAST(:traceparent AS text[]))
        ON CONFLICT DO NOTHING RETURNING message_id, reason
    )
    INSERT INTO delivery_event (message_id, kind, detail) SELECT message_id, 'QUEUED', reason FROM new
    """
)
_RECALL = text(
    f"""
    WITH blocked AS (
        SELECT m.message_id, {_BLOCKED} AS why FROM message m JOIN case_state s USING (case_id)
        WHERE m.case_id = ANY(CAST(:case_ids AS bigint[])) AND m.status = 'QUEUED' AND {_BLOCKED} IS NOT NULL
        ORDER BY m.message_id FOR UPDATE OF m
    ), gone AS (
        UPDATE message m SET status = 'RECALLED', reason = b.why, leased_until = NULL
        FROM blocked b WHERE m.message_id = b.message_id
        RETURNING m.message_id, m.case_id, m.creditor_id, m.category, m.channel, m.reason, m.traceparent
    ), noted AS (
        INSERT INTO delivery_event (message_id, kind, detail) SELECT message_id, 'RECALLED', reason FROM gone
    )
    SELECT gone.*, i.invoice_id FROM gone JOIN invoice i USING (case_id)
    """
)
_LOCK_DUE = text(
    f"""
    SELECT m.message_id, m.case_id, {_BLOCKED} AS why FROM message m LEFT JOIN case_state s USING (case_id)
    WHERE m.status = 'QUEUED' AND m.channel = :channel AND m.next_try_at <= clock_timestamp()
        AND (m.leased_until IS NULL OR m.leased_until <= clock_timestamp())
    ORDER BY m.next_try_at LIMIT :limit FOR UPDATE OF m SKIP LOCKED
    """
)
_LEASE = text(
    """
    WITH taken AS (
        UPDATE message SET leased_until = clock_timestamp() + make_interval(secs => :lease_seconds),
            attempts = attempts + 1
        WHERE message_id = ANY(CAST(:message_ids AS uuid[])) RETURNING *
    )
    SELECT taken.message_id, taken.case_id, taken.creditor_id, taken.debtor_id, taken.category, taken.channel,
        taken.template, taken.step_key, taken.content, taken.as_of, taken.attempts, taken.traceparent,
        i.invoice_id, i.invoice_number, i.invoice_date, i.due_date, i.currency, i.gross_minor, i.vat_minor, i.lines,
        i.payment_reference, i.payment_iban, d.name, d.street, d.street2, d.postal_code, d.postal_district,
        d.country_code, d.language_code, d.email, c.name AS creditor_name, c.business_code,
        c.country_code AS creditor_country
    FROM taken JOIN invoice i USING (case_id) JOIN debtor d ON d.debtor_id = taken.debtor_id
        JOIN creditor c ON c.creditor_id = taken.creditor_id
    ORDER BY taken.queued_at
    """
)
_RECORD = text(
    """
    WITH outcome AS (
        SELECT * FROM unnest(CAST(:message_id AS uuid[]), CAST(:kind AS text[]), CAST(:detail AS text[]),
            CAST(:pause_seconds AS double precision[]), CAST(:smtp_message_id AS text[]))
            AS o (message_id, kind, detail, pause_seconds, smtp_message_id)
    ), changed AS (
        UPDATE message m SET
            status = CASE o.kind WHEN 'DEFERRED' THEN m.status ELSE o.kind END,
            reason = CASE WHEN o.kind = 'FAILED' THEN o.detail
                WHEN m.status = 'RECALLED' THEN 'it had left before the recall' ELSE m.reason END,
            sent_at = CASE o.kind WHEN 'SENT' THEN clock_timestamp() END,
            next_try_at = clock_timestamp() + make_interval(secs => o.pause_seconds),
            leased_until = NULL, smtp_message_id = o.smtp_message_id
        FROM outcome o
        WHERE m.message_id = o.message_id AND (m.status = 'QUEUED' OR (m.status = 'RECALLED' AND o.kind = 'SENT'))
        RETURNING m.message_id, o.kind, o.detail
    ), noted AS (
        INSERT INTO delivery_event (message_id, kind, detail) SELECT message_id, kind, detail FROM changed
    )
    SELECT message_id FROM changed
    """
)
_GIVE_BACK = text(
    """
    UPDATE message SET leased_until = NULL, attempts = attempts - 1
    WHERE message_id = ANY(CAST(:message_ids AS uuid[])) AND status = 'QUEUED'
    """
)
_COUNT_DUE = text("SELECT count(*) FROM message WHERE status = 'QUEUED' AND next_try_at <= clock_timestamp()")
_LIST_DISTRIBUTION = text(
    """
    SELECT DISTINCT ON (i.invoice_date, i.case_id) i.invoice_number, i.invoice_date, i.case_id, m.channel, m.status,
        m.reason, m.sent_at, m.message_id
    FROM invoice i JOIN message m ON m.case_id = i.case_id AND m.category = 'invoice'
    WHERE i.creditor_id = :creditor_id
        AND (CAST(:invoice_number AS text) IS NULL OR i.invoice_number = :invoice_number)
        AND (CAST(:from_invoice_date AS date) IS NULL OR i.invoice_date >= :from_invoice_date)
        AND (CAST(:to_invoice_date AS date) IS NULL OR i.invoice_date <= :to_invoice_date)
    ORDER BY i.invoice_date, i.case_id, m.queued_at DESC
    LIMIT :limit OFFSET :offset
    """
)
_LIST_MESSAGES = text(
    """
    SELECT m.message_id, m.case_id, m.category, m.channel, m.template, m.step_key, m.status, m.reason, m.as_of,
        m.queued_at, m.sent_at, m.attempts
    FROM message m WHERE m.creditor_id = :creditor_id AND m.case_id = :case_id ORDER BY m.queued_at, m.message_id
    """
)
_HAS_CASE = text("SELECT EXISTS (SELECT FROM invoice WHERE creditor_id = :creditor_id AND case_id = :case_id)")
_COUNT_MESSAGES = text(
    """
    SELECT channel, status, category, count(*) AS count FROM message
    GROUP BY channel, status, category ORDER BY channel, status, category
    """
)


async def save_creditors(session: Session, rows: Sequence[Record]) -> None:
    names = ("creditor_id", "name", "business_code", "country_code", "language_code", "email")
    await session.execute(_SAVE_CREDITORS, columns(rows, *names))


async def save_debtors(session: Session, rows: Sequence[Record]) -> None:
    """Save contact details; what was recorded earlier than what we have changes nothing."""
    names = ("debtor_id", "creditor_id", "kind", "name", "street", "street2", "postal_code", "postal_district")
    names += ("country_code", "language_code", "email", "phone", "recorded_at")
    await session.execute(_SAVE_DEBTORS, columns(rows, *names))


async def find_contacts(
    session: Session, creditor_ids: Collection[UUID], debtor_ids: Collection[UUID]
) -> dict[UUID, bool]:
    """Which of these creditors and debtors are known; the value says whether there is an e-mail address."""
    rows = await session.execute(_FIND_CONTACTS, {"creditor_ids": list(creditor_ids), "debtor_ids": list(debtor_ids)})
    return {row.id: row.has_email for row in rows}


async def save_invoices(session: Session, rows: Sequence[Record]) -> None:
    """Save invoice copies; a repeated one changes nothing."""
    names = ("case_id", "invoice_id", "creditor_id", "debtor_id", "invoice_number", "invoice_type", "invoice_date")
    names += ("due_date", "currency", "gross_minor", "vat_minor", "payment_reference", "payment_iban")
    names += ("debtor_country", "language_code", "distribution_channel", "traceparent")
    lines = [json.dumps(row["lines"]) for row in rows]
    await session.execute(_SAVE_INVOICES, columns(rows, *names) | {"lines": lines})


async def find_invoices(session: Session, case_ids: Collection[int]) -> dict[int, Row[Any]]:
    """By case: whom the invoice's letters go to."""
    rows = await session.execute(_FIND_INVOICES, {"case_ids": list(case_ids)})
    return {row.case_id: row for row in rows}


async def save_claims(session: Session, rows: Sequence[Record]) -> dict[int, dict[str, Any]]:
    """Keep each claim's newest state and add its charges; all charges of each case, by step key."""
    charges = [json.dumps(row["charges"]) for row in rows]
    saved = await session.execute(
        _SAVE_CLAIMS, columns(rows, "case_id", "claim_version", "settled") | {"charges": charges}
    )
    return {row.case_id: row.charges for row in saved}


async def save_holds(session: Session, rows: Sequence[Record]) -> None:
    await session.execute(_SAVE_HOLDS, columns(rows, "case_id", "hold_version", "held"))


async def save_closings(session: Session, rows: Sequence[Record]) -> None:
    await session.execute(_SAVE_CLOSINGS, columns(rows, "case_id", "closing_version", "closed"))


async def save_messages(session: Session, rows: Sequence[Record]) -> None:
    """Queue messages; one that was queued before is left as it is."""
    if not rows:
        return
    names = ("message_id", "case_id", "creditor_id", "debtor_id", "category", "channel", "template", "step_key")
    names += ("reason", "as_of", "traceparent")
    content = [json.dumps(row["content"]) for row in rows]
    await session.execute(_SAVE_MESSAGES, columns(rows, *names) | {"content": content})


async def recall_blocked(session: Session, case_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Recall every queued message of these cases that must not leave any more; returns what was recalled."""
    return (await session.execute(_RECALL, {"case_ids": list(case_ids)})).all()


async def lock_due(session: Session, channel: str, limit: int) -> Sequence[Row[Any]]:
    """Messages to send now, each with the reason why it must not leave, if any; those of other couriers are skipped."""
    return (await session.execute(_LOCK_DUE, {"channel": channel, "limit": limit})).all()


async def lease(session: Session, message_ids: Sequence[UUID], lease_seconds: int) -> Sequence[Row[Any]]:
    """Reserve messages for one try and return all that is needed to write them."""
    parameters = {"message_ids": list(message_ids), "lease_seconds": float(lease_seconds)}
    return (await session.execute(_LEASE, parameters)).all()


async def record_outcomes(session: Session, rows: Sequence[Record]) -> set[UUID]:
    """Record what happened; what was sent is SENT even if it was recalled meanwhile. Returns what changed."""
    names = ("message_id", "kind", "detail", "pause_seconds", "smtp_message_id")
    return set((await session.execute(_RECORD, columns(rows, *names))).scalars())


async def give_back(session: Session, message_ids: Sequence[UUID]) -> None:
    """Undo a lease whose try never happened."""
    await session.execute(_GIVE_BACK, {"message_ids": list(message_ids)})


async def count_due(session: Session) -> int:
    """Queued messages that could leave now."""
    return (await session.execute(_COUNT_DUE)).scalar_one()


async def list_distribution(
    session: Session,
    creditor_id: UUID,
    invoice_number: str | None,
    from_invoice_date: date | None,
    to_invoice_date: date | None,
    limit: int,
    offset: int,
) -> Sequence[Row[Any]]:
    """The latest invoice message of each of the creditor's invoices, by invoice date."""
    parameters = {
        "creditor_id": creditor_id,
        "invoice_number": invoice_number,
        "from_invoice_date": from_invoice_date,
        "to_invoice_date": to_invoice_date,
        "limit": limit,
        "offset": offset,
    }
    return (await session.execute(_LIST_DISTRIBUTION, parameters)).all()


async def has_case(session: Session, creditor_id: UUID, case_id: int) -> bool:
    return (await session.execute(_HAS_CASE, {"creditor_id": creditor_id, "case_id": case_id})).scalar_one()


async def list_messages(session: Session, creditor_id: UUID, case_id: int) -> Sequence[Row[Any]]:
    return (await session.execute(_LIST_MESSAGES, {"creditor_id": creditor_id, "case_id": case_id})).all()


async def count_messages(session: Session) -> Sequence[Row[Any]]:
    return (await session.execute(_COUNT_MESSAGES)).all()
