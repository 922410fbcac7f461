"""What letters are written from: creditors, debtors, invoices."""

import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from communication.queries.record import Record
from runtime.database import Session, columns

_SAVE_CREDITORS = text(
    """
    INSERT INTO creditor (creditor_id, name, business_code, country_code, language_code, email, seat, vat_number)
    SELECT * FROM unnest(CAST(:creditor_id AS uuid[]), CAST(:name AS text[]), CAST(:business_code AS text[]),
        CAST(:country_code AS text[]), CAST(:language_code AS text[]), CAST(:email AS text[]), CAST(:seat AS text[]),
        CAST(:vat_number AS text[]))
        AS new (id) ORDER BY id
    ON CONFLICT (creditor_id) DO UPDATE SET name = excluded.name, business_code = excluded.business_code,
        country_code = excluded.country_code, language_code = excluded.language_code, email = excluded.email,
        seat = excluded.seat, vat_number = excluded.vat_number
    """
)
_SAVE_DEBTORS = text(
    """
    INSERT INTO debtor (debtor_id, creditor_id, kind, name, street, street2, postal_code, postal_district,
        country_code, language_code, email, phone, recorded_at, business_code, vat_number, einvoice_address)
    SELECT * FROM unnest(CAST(:debtor_id AS uuid[]), CAST(:creditor_id AS uuid[]), CAST(:kind AS text[]),
        CAST(:name AS text[]), CAST(:street AS text[]), CAST(:street2 AS text[]), CAST(:postal_code AS text[]),
        CAST(:postal_district AS text[]), CAST(:country_code AS text[]), CAST(:language_code AS text[]),
        CAST(:email AS text[]), CAST(:phone AS text[]), CAST(:recorded_at AS timestamptz[]),
        CAST(:business_code AS text[]), CAST(:vat_number AS text[]), CAST(:einvoice_address AS text[]))
        AS new (id) ORDER BY id
    ON CONFLICT (debtor_id) DO UPDATE SET creditor_id = excluded.creditor_id, kind = excluded.kind,
        name = excluded.name, street = excluded.street, street2 = excluded.street2,
        postal_code = excluded.postal_code, postal_district = excluded.postal_district,
        country_code = excluded.country_code, language_code = excluded.language_code, email = excluded.email,
        phone = excluded.phone, recorded_at = excluded.recorded_at, business_code = excluded.business_code,
        vat_number = excluded.vat_number, einvoice_address = excluded.einvoice_address
    WHERE debtor.recorded_at <= excluded.recorded_at AND debtor.erased_at IS NULL
    """
)
_FIND_CONTACTS = text(
    """
    SELECT creditor_id AS id, email, NULL AS phone, country_code, NULL AS einvoice_address
    FROM creditor WHERE creditor_id = ANY(CAST(:creditor_ids AS uuid[]))
    UNION ALL
    SELECT debtor_id, email, phone, country_code, einvoice_address
    FROM debtor WHERE debtor_id = ANY(CAST(:debtor_ids AS uuid[]))
    """
)
_SAVE_INVOICES = text(
    """
    INSERT INTO invoice (case_id, invoice_id, creditor_id, debtor_id, invoice_number, invoice_type, invoice_date,
        due_date, currency, gross_minor, vat_minor, lines, payment_reference, payment_iban, debtor_country,
        language_code, distribution_channel, traceparent, buyer_reference, order_reference, payment_control)
    SELECT * FROM unnest(CAST(:case_id AS bigint[]), CAST(:invoice_id AS uuid[]), CAST(:creditor_id AS uuid[]),
        CAST(:debtor_id AS uuid[]), CAST(:invoice_number AS text[]), CAST(:invoice_type AS text[]),
        CAST(:invoice_date AS date[]), CAST(:due_date AS date[]), CAST(:currency AS text[]),
        CAST(:gross_minor AS bigint[]), CAST(:vat_minor AS bigint[]), CAST(:lines AS jsonb[]),
        CAST(:payment_reference AS text[]), CAST(:payment_iban AS text[]), CAST(:debtor_country AS text[]),
        CAST(:language_code AS text[]), CAST(:distribution_channel AS text[]), CAST(:traceparent AS text[]),
        CAST(:buyer_reference AS text[]), CAST(:order_reference AS text[]), CAST(:payment_control AS boolean[]))
    ON CONFLICT (case_id) DO NOTHING
    """
)
_SAVE_AGREEMENTS = text(
    """
    INSERT INTO agreement AS a (creditor_id, agreement_version, deducts_vat, failure_summary, track_mail)
    SELECT * FROM unnest(CAST(:creditor_id AS uuid[]), CAST(:agreement_version AS integer[]),
        CAST(:deducts_vat AS boolean[]), CAST(:failure_summary AS boolean[]),
        CAST(:track_mail AS boolean[])) AS new (id) ORDER BY id
    ON CONFLICT (creditor_id) DO UPDATE SET agreement_version = excluded.agreement_version,
        deducts_vat = excluded.deducts_vat, failure_summary = excluded.failure_summary,
        track_mail = excluded.track_mail
    WHERE a.agreement_version < excluded.agreement_version
    """
)
_FIND_INVOICES = text(
    """
    SELECT i.case_id, i.creditor_id, i.debtor_id, i.due_date, i.traceparent, d.email IS NOT NULL AS has_email,
        lower(d.kind) AS debtor_kind, a.deducts_vat, coalesce(c.seat, '') AS creditor_seat
    FROM invoice i JOIN debtor d USING (debtor_id) LEFT JOIN creditor c ON c.creditor_id = i.creditor_id LEFT JOIN agreement a ON a.creditor_id = i.creditor_id
    WHERE i.case_id = ANY(CAST(:case_ids AS bigint[]))
    """
)
_HAS_CASE = text("SELECT EXISTS (SELECT FROM invoice WHERE creditor_id = :creditor_id AND case_id = :case_id)")


async def save_creditors(session: Session, rows: Sequence[Record]) -> None:
    names = ("creditor_id", "name", "business_code", "country_code", "language_code", "email")
    names += ("seat", "vat_number")
    await session.execute(_SAVE_CREDITORS, columns(rows, *names))


async def save_agreements(session: Session, rows: Sequence[Record]) -> None:
    """Keep the highest version of each creditor's agreement."""
    names = ("creditor_id", "agreement_version", "deducts_vat", "failure_summary", "track_mail")
    await session.execute(_SAVE_AGREEMENTS, columns(rows, *names))


async def save_debtors(session: Session, rows: Sequence[Record]) -> None:
    """Save contact details; what was recorded earlier than what we have changes nothing."""
    names = ("debtor_id", "creditor_id", "kind", "name", "street", "street2", "postal_code", "postal_district")
    names += ("country_code", "language_code", "email", "phone", "recorded_at")
    names += ("business_code", "vat_number", "einvoice_address")
    await session.execute(_SAVE_DEBTORS, columns(rows, *names))


async def find_contacts(
    session: Session, creditor_ids: Collection[UUID], debtor_ids: Collection[UUID]
) -> dict[UUID, Row[Any]]:
    """How to reach those of these creditors and debtors that are known."""
    rows = await session.execute(_FIND_CONTACTS, {"creditor_ids": list(creditor_ids), "debtor_ids": list(debtor_ids)})
    return {row.id: row for row in rows}


async def save_invoices(session: Session, rows: Sequence[Record]) -> None:
    """Save invoice copies; a repeated one changes nothing."""
    names = ("case_id", "invoice_id", "creditor_id", "debtor_id", "invoice_number", "invoice_type", "invoice_date")
    names += ("due_date", "currency", "gross_minor", "vat_minor", "payment_reference", "payment_iban")
    names += ("debtor_country", "language_code", "distribution_channel", "traceparent", "buyer_reference")
    names += ("order_reference", "payment_control")
    lines = [json.dumps(row["lines"]) for row in rows]
    await session.execute(_SAVE_INVOICES, columns(rows, *names) | {"lines": lines})


async def find_invoices(session: Session, case_ids: Collection[int]) -> dict[int, Row[Any]]:
    """By case: whom the invoice's letters go to."""
    rows = await session.execute(_FIND_INVOICES, {"case_ids": list(case_ids)})
    return {row.case_id: row for row in rows}


async def has_case(session: Session, creditor_id: UUID, case_id: int) -> bool:
    return (await session.execute(_HAS_CASE, {"creditor_id": creditor_id, "case_id": case_id})).scalar_one()
