"""Every SQL statement of intake."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import insert, select, text, tuple_, update
from sqlmodel import col

from contracts import ActionRequested, Agreement, DebtorRecorded, InvoiceCreated
from intake.domain.submission import Creditor
from intake.tables import AgreementDraftRow, AgreementRow, CreditorRow, DebtorRow, InvoiceActionRow, InvoiceRow
from runtime.database import Session
from runtime.table import rows_of

_CREDITOR = text(
    """
    SELECT c.creditor_id, c.reference_prefix, a.agreement_version, a.document
    FROM creditor c JOIN agreement a USING (creditor_id)
    WHERE c.creditor_id = :creditor_id ORDER BY a.agreement_version DESC LIMIT 1
    """
)
_SAVE_DEBTORS = text(
    """
    INSERT INTO debtor (debtor_id, creditor_id, contact)
    SELECT * FROM unnest(CAST(:debtor_id AS uuid[]), CAST(:creditor_id AS uuid[]), CAST(:contact AS jsonb[]))
        AS new (debtor_id, creditor_id, contact) ORDER BY debtor_id
    ON CONFLICT (debtor_id) DO UPDATE SET contact = excluded.contact
    WHERE debtor.contact <> excluded.contact AND debtor.successor_id IS NULL
    RETURNING debtor_id
    """
)
_ERASE_DEBTORS = text(
    """
    WITH gone AS (
        SELECT * FROM unnest(CAST(:debtor_id AS uuid[]), CAST(:successor_id AS uuid[])) AS g (debtor_id, successor_id)
    ), persons AS (
        UPDATE debtor d SET successor_id = g.successor_id, contact = d.contact || jsonb_build_object('name', '',
            'street', '', 'street2', NULL, 'postal_code', '', 'postal_district', '', 'email', NULL, 'phone', NULL)
        FROM gone g WHERE d.debtor_id = g.debtor_id AND d.successor_id IS NULL
    )
    UPDATE invoice_action a SET document = a.document || '{"comment": ""}'
    FROM invoice i JOIN gone g USING (debtor_id) WHERE i.case_id = a.case_id
    """
)
_LIST_SUCCESSORS = text(
    """
    WITH RECURSIVE chain AS (
        SELECT debtor_id AS erased_id, successor_id FROM debtor
        WHERE debtor_id = ANY(CAST(:debtor_ids AS uuid[])) AND successor_id IS NOT NULL
        UNION ALL
        SELECT chain.erased_id, d.successor_id FROM chain JOIN debtor d ON d.debtor_id = chain.successor_id
        WHERE d.successor_id IS NOT NULL
    )
    SELECT c.erased_id, c.successor_id FROM chain c LEFT JOIN debtor d ON d.debtor_id = c.successor_id
    WHERE d.successor_id IS NULL
    """
)
_SAVE_INVOICES = text(
    """
    INSERT INTO invoice (invoice_id, case_id, creditor_id, debtor_id, number, payment_iban, payment_reference, currency,
        gross_minor, due_date, accepted_date, payment_control, request_id, document)
    SELECT * FROM unnest(CAST(:invoice_id AS uuid[]), CAST(:case_id AS bigint[]), CAST(:creditor_id AS uuid[]),
        CAST(:debtor_id AS uuid[]), CAST(:number AS text[]), CAST(:payment_iban AS text[]),
        CAST(:payment_reference AS text[]), CAST(:currency AS text[]), CAST(:gross_minor AS bigint[]),
        CAST(:due_date AS date[]), CAST(:accepted_date AS date[]), CAST(:payment_control AS boolean[]),
        CAST(:request_id AS uuid[]), CAST(:document AS jsonb[]))
    ON CONFLICT DO NOTHING RETURNING invoice_id
    """
)
_SAVE_ACTIONS = text(
    """
    INSERT INTO invoice_action (action_id, creditor_id, case_id, code, requested_date, document)
    SELECT * FROM unnest(CAST(:action_id AS uuid[]), CAST(:creditor_id AS uuid[]), CAST(:case_id AS bigint[]),
        CAST(:code AS text[]), CAST(:requested_date AS date[]), CAST(:document AS jsonb[]))
    ON CONFLICT DO NOTHING RETURNING action_id
    """
)


async def find_creditor(session: Session, creditor_id: UUID) -> Creditor | None:
    """The creditor with the agreement in force."""
    row = (await session.execute(_CREDITOR, {"creditor_id": creditor_id})).one_or_none()
    if row is None:
        return None
    return Creditor(
        row.creditor_id, row.reference_prefix, row.agreement_version, Agreement.model_validate(row.document)
    )


async def find_onboarding(session: Session, creditor_id: UUID) -> tuple[CreditorRow, AgreementRow] | None:
    """The creditor with the first version of its agreement."""
    found = await session.execute(select(CreditorRow).where(col(CreditorRow.creditor_id) == creditor_id))
    creditors = rows_of(CreditorRow, found)
    return (creditors[0], (await list_agreements(session, creditor_id))[0]) if creditors else None


async def list_invoices(session: Session, creditor_id: UUID, numbers: Collection[str]) -> list[InvoiceRow]:
    """The creditor's invoices with these numbers."""
    found = await session.execute(
        select(InvoiceRow).where(col(InvoiceRow.creditor_id) == creditor_id, col(InvoiceRow.number).in_(numbers))
    )
    return rows_of(InvoiceRow, found)


async def list_taken_references(session: Session, places: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (IBAN, payment reference) pairs belong to an invoice already."""
    if not places:
        return set()
    rows = await session.execute(
        select(col(InvoiceRow.payment_iban), col(InvoiceRow.payment_reference)).where(
            tuple_(col(InvoiceRow.payment_iban), col(InvoiceRow.payment_reference)).in_(list(places))
        )
    )
    return {(row[0], row[1]) for row in rows}


async def next_case_ids(session: Session, count: int) -> list[int]:
    rows = await session.execute(
        text("SELECT nextval('case_number') FROM generate_series(1, :count)"), {"count": count}
    )
    return list(rows.scalars())


async def next_customer_number(session: Session) -> int:
    return (await session.execute(text("SELECT nextval('customer_number')"))).scalar_one()


async def list_debtors(session: Session, debtor_ids: Collection[UUID]) -> dict[UUID, DebtorRecorded]:
    """Debtors as last told, locked so that two corrections at once both last."""
    found = await session.execute(
        select(DebtorRow)
        .where(col(DebtorRow.debtor_id).in_(debtor_ids))
        .order_by(col(DebtorRow.debtor_id))
        .with_for_update()
    )
    return {row.debtor_id: DebtorRecorded.model_validate(row.contact) for row in rows_of(DebtorRow, found)}


async def list_actions(session: Session, action_ids: Collection[UUID]) -> dict[UUID, ActionRequested]:
    found = await session.execute(select(InvoiceActionRow).where(col(InvoiceActionRow.action_id).in_(action_ids)))
    return {row.action_id: ActionRequested.model_validate(row.document) for row in rows_of(InvoiceActionRow, found)}


async def save_debtors(session: Session, debtors: Sequence[DebtorRecorded]) -> set[UUID]:
    """Store contact details; returns the debtors that are new or changed."""
    latest = {debtor.debtor_id: debtor for debtor in debtors}
    rows = await session.execute(
        _SAVE_DEBTORS,
        {
            "debtor_id": list(latest),
            "creditor_id": [debtor.creditor_id for debtor in latest.values()],
            "contact": [debtor.model_dump_json(exclude={"event_id", "occurred_at"}) for debtor in latest.values()],
        },
    )
    return set(rows.scalars())


async def erase_debtors(session: Session, successors: Mapping[UUID, UUID]) -> None:
    """Blank what is known of debtors and what was remarked on their cases; each names the id that follows it."""
    await session.execute(_ERASE_DEBTORS, {"debtor_id": list(successors), "successor_id": list(successors.values())})


async def list_successors(session: Session, debtor_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """By erased debtor: the id of the same party now. Debtors that were not erased are left out."""
    rows = await session.execute(_LIST_SUCCESSORS, {"debtor_ids": list(debtor_ids)})
    return {row.erased_id: row.successor_id for row in rows}


async def save_invoices(session: Session, invoices: Sequence[InvoiceCreated], request_id: UUID) -> set[UUID]:
    """Store invoices; returns the ids stored, without those another request stored meanwhile."""
    rows = await session.execute(
        _SAVE_INVOICES,
        {
            "invoice_id": [invoice.invoice_id for invoice in invoices],
            "case_id": [invoice.case_id for invoice in invoices],
            "creditor_id": [invoice.creditor_id for invoice in invoices],
            "debtor_id": [invoice.debtor_id for invoice in invoices],
            "number": [invoice.invoice_number for invoice in invoices],
            "payment_iban": [invoice.payment_iban for invoice in invoices],
            "payment_reference": [invoice.payment_reference for invoice in invoices],
            "currency": [invoice.currency for invoice in invoices],
            "gross_minor": [invoice.gross_minor for invoice in invoices],
            "due_date": [invoice.due_date for invoice in invoices],
            "accepted_date": [invoice.accepted_date for invoice in invoices],
            "payment_control": [invoice.payment_control for invoice in invoices],
            "request_id": [request_id] * len(invoices),
            "document": [invoice.model_dump_json(exclude={"event_id", "occurred_at"}) for invoice in invoices],
        },
    )
    return set(rows.scalars())


async def list_invoice_places(
    session: Session, creditor_id: UUID, case_ids: Collection[int], numbers: Collection[str]
) -> list[InvoiceRow]:
    """The creditor's invoices named by case or by number."""
    found = await session.execute(
        select(InvoiceRow).where(
            col(InvoiceRow.creditor_id) == creditor_id,
            col(InvoiceRow.case_id).in_(case_ids) | col(InvoiceRow.number).in_(numbers),
        )
    )
    return rows_of(InvoiceRow, found)


async def save_actions(session: Session, actions: Sequence[ActionRequested]) -> set[UUID]:
    """Store actions; returns the ids that are new (a repeated request stores nothing twice)."""
    rows = await session.execute(
        _SAVE_ACTIONS,
        {
            "action_id": [action.action_id for action in actions],
            "creditor_id": [action.creditor_id for action in actions],
            "case_id": [action.case_id for action in actions],
            "code": [action.code for action in actions],
            "requested_date": [action.requested_date for action in actions],
            "document": [action.model_dump_json(exclude={"event_id", "occurred_at"}) for action in actions],
        },
    )
    return set(rows.scalars())


async def save_creditor(
    session: Session, creditor: CreditorRow, agreement_id: UUID, valid_from: date, agreement: Agreement
) -> None:
    await session.execute(insert(CreditorRow), creditor.model_dump())
    first = AgreementRow(
        agreement_id=agreement_id,
        creditor_id=creditor.creditor_id,
        agreement_version=1,
        valid_from=valid_from,
        document=json.loads(agreement.model_dump_json()),
    )
    await session.execute(insert(AgreementRow), first.model_dump())


async def list_agreements(session: Session, creditor_id: UUID, *, lock: bool = False) -> list[AgreementRow]:
    """Every version of the creditor's agreement, the first first; `lock` keeps others from adding one meanwhile."""
    if lock:
        await session.execute(
            select(col(CreditorRow.creditor_id)).where(col(CreditorRow.creditor_id) == creditor_id).with_for_update()
        )
    found = await session.execute(
        select(AgreementRow)
        .where(col(AgreementRow.creditor_id) == creditor_id)
        .order_by(col(AgreementRow.agreement_version))
    )
    return rows_of(AgreementRow, found)


async def find_draft(session: Session, creditor_id: UUID, draft_id: UUID) -> AgreementDraftRow | None:
    found = await session.execute(
        select(AgreementDraftRow).where(
            col(AgreementDraftRow.draft_id) == draft_id, col(AgreementDraftRow.creditor_id) == creditor_id
        )
    )
    return next(iter(rows_of(AgreementDraftRow, found)), None)


async def list_open_drafts(session: Session, creditor_id: UUID) -> list[AgreementDraftRow]:
    """The creditor's drafts that are not in force, by the day they were drawn up."""
    found = await session.execute(
        select(AgreementDraftRow)
        .where(col(AgreementDraftRow.creditor_id) == creditor_id, col(AgreementDraftRow.activated_version).is_(None))
        .order_by(col(AgreementDraftRow.drafted_date), col(AgreementDraftRow.draft_id))
    )
    return rows_of(AgreementDraftRow, found)


async def save_draft(session: Session, draft: AgreementDraftRow) -> None:
    await session.execute(insert(AgreementDraftRow), draft.model_dump())


async def activate_draft(session: Session, draft_id: UUID, agreement: AgreementRow) -> None:
    """Store the version that a draft became, and that it did."""
    await session.execute(insert(AgreementRow), agreement.model_dump())
    await session.execute(
        update(AgreementDraftRow)
        .where(col(AgreementDraftRow.draft_id) == draft_id)
        .values(activated_version=agreement.agreement_version)
    )
