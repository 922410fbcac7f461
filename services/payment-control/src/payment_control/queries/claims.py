"""Claims, their entries and charged steps."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import col

from contracts import Agreement, AgreementActivated
from payment_control.domain.claim import Claim
from payment_control.domain.entries import Entry
from payment_control.domain.owed import COMPONENTS, OpenItems
from payment_control.tables import ClaimEntryRow, ClaimRow
from runtime.database import Session, columns
from runtime.table import rows_of

_SAVE_AGREEMENTS = text(
    """
    INSERT INTO agreement (creditor_id, agreement_version, document)
    SELECT * FROM unnest(CAST(:creditor_id AS uuid[]), CAST(:agreement_version AS integer[]),
        CAST(:document AS jsonb[]))
    ON CONFLICT DO NOTHING
    """
)
_SAVE_SCHEMES = text(
    """
    INSERT INTO account_scheme (account_id, reference_scheme)
    SELECT DISTINCT * FROM unnest(CAST(:account_id AS text[]), CAST(:reference_scheme AS text[]))
        AS new (account_id, reference_scheme) ORDER BY account_id, reference_scheme
    ON CONFLICT DO NOTHING
    """
)
_AGREEMENTS = text(
    """
    SELECT creditor_id, agreement_version, document FROM agreement WHERE (creditor_id, agreement_version) IN
        (SELECT * FROM unnest(CAST(:creditor_id AS uuid[]), CAST(:agreement_version AS integer[])))
    """
)
_SAVE_UNTRACKED = text(
    "INSERT INTO untracked_case SELECT unnest(CAST(:case_id AS bigint[])) ON CONFLICT DO NOTHING",
)
_UNTRACKED = text("SELECT case_id FROM untracked_case WHERE case_id = ANY(CAST(:case_id AS bigint[]))")
_OPEN_CLAIMS = text(
    """
    INSERT INTO claim (claim_id, case_id, creditor_id, debtor_id, invoice_number, payment_reference, reference_scheme,
        account_id, currency, jurisdiction, debtor_kind, due_date, original_minor, principal_minor, interest_minor,
        reminder_fee_minor, collection_fee_minor, compensation_minor, claim_version, stage, status, interest_enabled,
        interest_runs, interest_through, small_balance_minor, closing_version, traceparent, allocation_order,
        accept_low_confidence, capitalised_minor, pending_minor)
    SELECT new.claim_id, new.case_id, new.creditor_id, new.debtor_id, new.invoice_number, new.payment_reference,
        new.reference_scheme, new.account_id, new.currency, new.jurisdiction, new.debtor_kind, new.due_date,
        new.original_minor, new.original_minor, 0, 0, 0, 0, new.claim_version, new.stage, new.status,
        new.interest_enabled, false, new.interest_through, new.small_balance_minor, 0, new.traceparent,
        new.allocation_order, new.accept_low_confidence, 0, 0
    FROM unnest(CAST(:claim_id AS uuid[]), CAST(:case_id AS bigint[]), CAST(:creditor_id AS uuid[]),
        CAST(:debtor_id AS uuid[]), CAST(:invoice_number AS text[]), CAST(:payment_reference AS text[]),
        CAST(:reference_scheme AS text[]), CAST(:account_id AS text[]), CAST(:currency AS text[]),
        CAST(:jurisdiction AS text[]), CAST(:debtor_kind AS text[]), CAST(:due_date AS date[]),
        CAST(:original_minor AS bigint[]), CAST(:claim_version AS integer[]), CAST(:stage AS text[]),
        CAST(:status AS text[]), CAST(:interest_enabled AS boolean[]), CAST(:interest_through AS date[]),
        CAST(:small_balance_minor AS bigint[]), CAST(:traceparent AS text[]), CAST(:allocation_order AS text[]),
        CAST(:accept_low_confidence AS boolean[]))
        AS new (claim_id, case_id, creditor_id, debtor_id, invoice_number, payment_reference, reference_scheme,
            account_id, currency, jurisdiction, debtor_kind, due_date, original_minor, claim_version, stage, status,
            interest_enabled, interest_through, small_balance_minor, traceparent, allocation_order,
            accept_low_confidence)
    ORDER BY new.claim_id
    ON CONFLICT DO NOTHING RETURNING claim_id
    """
)
_LOCK = "SELECT claim.* FROM claim WHERE {} ORDER BY claim_id FOR UPDATE"
_LOCK_BY_CASE = text(_LOCK.format("case_id = ANY(CAST(:case_ids AS bigint[]))"))
_LOCK_BY_ID = text(_LOCK.format("claim_id = ANY(CAST(:claim_ids AS uuid[]))"))
_SAVE_CLAIMS = text(
    """
    UPDATE claim SET principal_minor = new.principal_minor, interest_minor = new.interest_minor,
        reminder_fee_minor = new.reminder_fee_minor, collection_fee_minor = new.collection_fee_minor,
        compensation_minor = new.compensation_minor, claim_version = new.claim_version, stage = new.stage,
        status = new.status, interest_runs = new.interest_runs, interest_through = new.interest_through,
        closing_version = new.closing_version, close_code = new.close_code,
        compounding_started_on = new.compounding_started_on, capitalised_minor = new.capitalised_minor,
        pending_minor = new.pending_minor
    FROM unnest(CAST(:claim_id AS uuid[]), CAST(:principal_minor AS bigint[]), CAST(:interest_minor AS bigint[]),
        CAST(:reminder_fee_minor AS bigint[]), CAST(:collection_fee_minor AS bigint[]),
        CAST(:compensation_minor AS bigint[]), CAST(:claim_version AS integer[]), CAST(:stage AS text[]),
        CAST(:status AS text[]), CAST(:interest_runs AS boolean[]), CAST(:interest_through AS date[]),
        CAST(:closing_version AS integer[]), CAST(:close_code AS text[]), CAST(:compounding_started_on AS date[]),
        CAST(:capitalised_minor AS bigint[]), CAST(:pending_minor AS bigint[]))
        AS new (claim_id, principal_minor, interest_minor, reminder_fee_minor, collection_fee_minor,
            compensation_minor, claim_version, stage, status, interest_runs, interest_through, closing_version,
            close_code, compounding_started_on, capitalised_minor, pending_minor)
    WHERE claim.claim_id = new.claim_id
    """
)
# What is looked for among open claims alone stands in a table of its own: a claim that changes its status then changes
# no index of `claim` (the update stays on its page), and claims paid long ago are in nobody's way.
_KEEP_OPEN = text(
    """
    WITH saved AS (SELECT * FROM unnest(CAST(:claim_id AS uuid[]), CAST(:debtor_id AS uuid[]), CAST(:due_date AS date[]),
            CAST(:account_id AS text[]), CAST(:original_minor AS bigint[]), CAST(:status AS text[]))
            AS saved (claim_id, debtor_id, due_date, account_id, original_minor, status)),
        gone AS (DELETE FROM open_claim USING saved
            WHERE open_claim.debtor_id = saved.debtor_id AND open_claim.due_date = saved.due_date
                AND open_claim.claim_id = saved.claim_id AND saved.status <> 'OPEN')
    INSERT INTO open_claim (debtor_id, due_date, claim_id, account_id, original_minor)
    SELECT debtor_id, due_date, claim_id, account_id, original_minor FROM saved WHERE status = 'OPEN'
    ON CONFLICT DO NOTHING
    """
)
_ADD_ENTRIES = text(
    """
    INSERT INTO claim_entry (claim_id, kind, component, amount_minor, currency, as_of, statute_row, cause_id, code,
        vat_minor, warning, reverses_id, booked_date)
    SELECT new.claim_id, new.kind, new.component, new.amount_minor, new.currency, new.as_of, new.statute_row,
        new.cause_id, new.code, new.vat_minor, new.warning, new.reverses_id, (SELECT business_date FROM clock)
    FROM unnest(CAST(:claim_id AS uuid[]), CAST(:kind AS text[]), CAST(:component AS text[]),
        CAST(:amount_minor AS bigint[]), CAST(:currency AS text[]), CAST(:as_of AS date[]),
        CAST(:statute_row AS text[]), CAST(:cause_id AS uuid[]), CAST(:code AS text[]), CAST(:vat_minor AS bigint[]),
        CAST(:warning AS text[]), CAST(:reverses_id AS bigint[])) WITH ORDINALITY
        AS new (claim_id, kind, component, amount_minor, currency, as_of, statute_row, cause_id, code, vat_minor,
            warning, reverses_id, place)
    ORDER BY new.place
    """
)
_CHARGED = text("SELECT step_key FROM charged_step WHERE step_key = ANY(CAST(:step_keys AS text[]))")
_SAVE_CHARGED = text(
    """
    INSERT INTO charged_step (step_key, claim_id)
    SELECT * FROM unnest(CAST(:step_key AS text[]), CAST(:claim_id AS uuid[]))
    """
)

_COPIED = (
    "claim_id", "case_id", "creditor_id", "debtor_id", "invoice_number", "payment_reference", "reference_scheme",
    "account_id", "currency", "jurisdiction", "debtor_kind", "due_date", "original_minor", "claim_version", "stage",
    "status", "interest_enabled", "interest_runs", "interest_through", "small_balance_minor", "closing_version",
    "close_code", "traceparent", "allocation_order", "accept_low_confidence", "compounding_started_on",
    "capitalised_minor", "pending_minor",
)  # fmt: skip
_SOUGHT = ("claim_id", "debtor_id", "due_date", "account_id", "original_minor", "status")
_COMPOUNDING = ("compounding_started_on", "capitalised_minor", "pending_minor")
_BALANCE = tuple(f"{component.lower()}_minor" for component in COMPONENTS)


@dataclass(frozen=True, slots=True)
class ClaimEntries:
    """Entries to add to one claim."""

    claim: Claim
    entries: Sequence[Entry]


async def save_agreements(session: Session, events: Sequence[AgreementActivated]) -> None:
    """Keep every version, and the scheme it brings to each account it uses."""
    rows = [
        {
            "creditor_id": event.creditor_id,
            "agreement_version": event.agreement_version,
            "document": event.agreement.model_dump_json(),
        }
        for event in events
    ]
    await session.execute(_SAVE_AGREEMENTS, columns(rows, "creditor_id", "agreement_version", "document"))
    schemes = [
        {"account_id": account_id, "reference_scheme": event.agreement.reference_scheme}
        for event in events
        for account_id in event.agreement.incoming_account_by_currency.values()
    ]
    await session.execute(_SAVE_SCHEMES, columns(schemes, "account_id", "reference_scheme"))


async def list_agreements(
    session: Session, versions: Collection[tuple[UUID, int]]
) -> dict[tuple[UUID, int], Agreement]:
    """Agreements by creditor and version; those not known yet are left out."""
    rows = await session.execute(
        _AGREEMENTS,
        {
            "creditor_id": [creditor_id for creditor_id, _ in versions],
            "agreement_version": [version for _, version in versions],
        },
    )
    return {(row.creditor_id, row.agreement_version): Agreement.model_validate(row.document) for row in rows}


async def save_untracked(session: Session, case_ids: Collection[int]) -> None:
    await session.execute(_SAVE_UNTRACKED, {"case_id": sorted(case_ids)})


async def list_untracked(session: Session, case_ids: Collection[int]) -> set[int]:
    """Which of these cases are known to have no claim."""
    return set((await session.execute(_UNTRACKED, {"case_id": sorted(case_ids)})).scalars())


async def open_claims(session: Session, claims: Sequence[Claim]) -> set[UUID]:
    """Insert claims that are not there yet, and say which."""
    rows = [{name: getattr(claim, name) for name in _COPIED} for claim in claims]
    new = set((await session.execute(_OPEN_CLAIMS, columns(rows, *_COPIED))).scalars())
    if new:
        await session.execute(_KEEP_OPEN, columns([row for row in rows if row["claim_id"] in new], *_SOUGHT))
    return new


async def lock_claims_of_cases(session: Session, case_ids: Collection[int]) -> dict[int, Claim]:
    """Claims by case, locked in id order so that batches cannot deadlock; missing ones are left out."""
    rows = await session.execute(_LOCK_BY_CASE, {"case_ids": sorted(case_ids)})
    return {row.case_id: _claim(row) for row in rows}


async def lock_claims(session: Session, claim_ids: Collection[UUID]) -> dict[UUID, Claim]:
    """Claims by id, locked in id order."""
    rows = await session.execute(_LOCK_BY_ID, {"claim_ids": sorted(claim_ids)})
    return {row.claim_id: _claim(row) for row in rows}


async def save_claims(session: Session, claims: Iterable[Claim]) -> None:
    """Write the state of locked claims."""
    rows = [
        {name: getattr(claim, name) for name in _COPIED} | {name: getattr(claim.owed, name) for name in _BALANCE}
        for claim in claims
    ]
    if rows:
        names = ("claim_id", *_BALANCE, "claim_version", "stage", "status", "interest_runs", "interest_through")
        await session.execute(_SAVE_CLAIMS, columns(rows, *names, "closing_version", "close_code", *_COMPOUNDING))
        await session.execute(_KEEP_OPEN, columns(rows, *_SOUGHT))


async def add_entries(session: Session, batches: Iterable[ClaimEntries]) -> None:
    """Append entries in the order given."""
    rows = [
        {
            "claim_id": batch.claim.claim_id,
            "currency": batch.claim.currency,
            "kind": entry.kind,
            "component": entry.component,
            "amount_minor": entry.amount_minor,
            "as_of": entry.as_of,
            "statute_row": entry.statute_row,
            "cause_id": entry.cause_id,
            "code": entry.code,
            "vat_minor": entry.vat_minor,
            "warning": entry.warning,
            "reverses_id": entry.reverses_id,
        }
        for batch in batches
        for entry in batch.entries
    ]
    if rows:
        await session.execute(_ADD_ENTRIES, columns(rows, *rows[0]))


async def list_charged(session: Session, step_keys: Collection[str]) -> set[str]:
    """Which of these steps are booked already; ask while holding the lock on their claims."""
    return set((await session.execute(_CHARGED, {"step_keys": sorted(step_keys)})).scalars())


async def save_charged(session: Session, claim_by_step: Mapping[str, UUID]) -> None:
    if claim_by_step:
        await session.execute(
            _SAVE_CHARGED, {"step_key": list(claim_by_step), "claim_id": list(claim_by_step.values())}
        )


async def find_claim_of_case(session: Session, creditor_id: UUID, case_id: int) -> ClaimRow | None:
    """The creditor's claim, for reading."""
    found = await session.execute(
        select(ClaimRow).where(col(ClaimRow.case_id) == case_id, col(ClaimRow.creditor_id) == creditor_id)
    )
    return next(iter(rows_of(ClaimRow, found)), None)


async def list_entries(session: Session, claim_id: UUID) -> list[ClaimEntryRow]:
    """A claim's history, oldest first."""
    found = await session.execute(
        select(ClaimEntryRow).where(col(ClaimEntryRow.claim_id) == claim_id).order_by(col(ClaimEntryRow.entry_id))
    )
    return rows_of(ClaimEntryRow, found)


def _claim(row: Any) -> Claim:
    copied: dict[str, Any] = {name: getattr(row, name) for name in _COPIED}
    return Claim(owed=OpenItems(*(getattr(row, name) for name in _BALANCE)), **copied)
