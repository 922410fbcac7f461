"""Bank files as they came, the lines registered from them, and what a person must look at."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from bankfiles import BankTransaction
from payment_control.domain.accounts import Arrival, StatedBalance
from payment_control.domain.claim import COMPONENTS, Allocation, Part, Stage
from runtime.database import Session, columns

_IMPORT_LOCK = 7_201_110

_LOCK_IMPORTS = text("SELECT pg_advisory_xact_lock(:lock)")
_SHARE_IMPORTS = text("SELECT pg_advisory_xact_lock_shared(:lock)")
_LOCK_STRAYS = text(
    """
    SELECT payment_id, account_id, source, fingerprint, amount_minor, currency, booking_date, value_date, reference,
        remittance_text, payer_name, payer_account
    FROM payment
    WHERE status = 'UNMATCHED' AND reason = 'UNKNOWN_REFERENCE' AND (account_id, reversal_key) IN
        (SELECT * FROM unnest(CAST(:accounts AS text[]), CAST(:numbers AS text[])))
    ORDER BY booking_date, payment_id FOR UPDATE
    """
)
_SAVE_FILE = text(
    """
    INSERT INTO bank_file (file_id, name, sha256, format, source, status, transactions, registered, duplicates,
        skipped, rejected, error, raw)
    VALUES (:file_id, :name, :sha256, :format, :source, :status, :transactions, 0, 0, 0, CAST(:rejected AS jsonb),
        :error, :raw)
    ON CONFLICT (sha256) DO NOTHING RETURNING file_id
    """
)
_GET_FILE = text(
    """
    SELECT file_id, format, status, transactions, registered, duplicates, skipped, rejected, error
    FROM bank_file WHERE sha256 = :sha256
    """
)
_COUNT_FILE = text(
    """
    UPDATE bank_file SET registered = :registered, duplicates = :duplicates, skipped = :skipped
    WHERE file_id = :file_id
    """
)
_PICKED = text("SELECT name, stamp FROM picked_file")
_SAVE_PICKED = text(
    """
    INSERT INTO picked_file (name, sha256, stamp) VALUES (:name, :sha256, :stamp)
    ON CONFLICT (name, sha256) DO UPDATE SET stamp = excluded.stamp
    """
)
_SCHEMES = text("SELECT account_id, reference_scheme FROM account_scheme WHERE account_id = ANY(:accounts)")
_REGISTER = text(
    """
    INSERT INTO payment (payment_id, fingerprint, file_id, account_id, source, amount_minor, currency, booking_date,
        value_date, reference, remittance_text, payer_name, payer_account, reversal_key, status, reason,
        allocated_minor, surplus_minor, refunded_minor, unmatched_minor)
    SELECT new.payment_id, new.fingerprint, :file_id, new.account_id, new.source, new.amount_minor, new.currency,
        new.booking_date, new.value_date, new.reference, new.remittance_text, new.payer_name, new.payer_account,
        new.reversal_key, 'UNMATCHED', 'NO_REFERENCE', 0, 0, 0, new.amount_minor
    FROM unnest(CAST(:payment_id AS uuid[]), CAST(:fingerprint AS text[]), CAST(:account_id AS text[]),
        CAST(:source AS text[]), CAST(:amount_minor AS bigint[]), CAST(:currency AS text[]),
        CAST(:booking_date AS date[]), CAST(:value_date AS date[]), CAST(:reference AS text[]),
        CAST(:remittance_text AS text[]), CAST(:payer_name AS text[]), CAST(:payer_account AS text[]),
        CAST(:reversal_key AS text[]))
        AS new (payment_id, fingerprint, account_id, source, amount_minor, currency, booking_date, value_date,
            reference, remittance_text, payer_name, payer_account, reversal_key)
    ON CONFLICT (fingerprint) DO NOTHING RETURNING payment_id
    """
)
_DECIDE = text(
    """
    UPDATE payment SET status = new.status, reason = new.reason, claim_id = new.claim_id,
        allocated_minor = new.allocated_minor, surplus_minor = new.surplus_minor,
        unmatched_minor = new.unmatched_minor
    FROM unnest(CAST(:payment_id AS uuid[]), CAST(:status AS text[]), CAST(:reason AS text[]),
        CAST(:claim_id AS uuid[]), CAST(:allocated_minor AS bigint[]), CAST(:surplus_minor AS bigint[]),
        CAST(:unmatched_minor AS bigint[]))
        AS new (payment_id, status, reason, claim_id, allocated_minor, surplus_minor, unmatched_minor)
    WHERE payment.payment_id = new.payment_id
    """
)
_SAVE_ALLOCATIONS = text(
    """
    INSERT INTO allocation (allocation_id, payment_id, claim_id, principal_minor, interest_minor, reminder_fee_minor,
        collection_fee_minor, compensation_minor, stage, reversed)
    SELECT new.*, false
    FROM unnest(CAST(:allocation_id AS uuid[]), CAST(:payment_id AS uuid[]), CAST(:claim_id AS uuid[]),
        CAST(:principal_minor AS bigint[]), CAST(:interest_minor AS bigint[]), CAST(:reminder_fee_minor AS bigint[]),
        CAST(:collection_fee_minor AS bigint[]), CAST(:compensation_minor AS bigint[]), CAST(:stage AS text[])) AS new
    """
)
_REGISTER_REVERSALS = text(
    """
    INSERT INTO reversal (reversal_id, fingerprint, file_id, account_id, amount_minor, currency, booking_date,
        value_date, reference, reversal_key, reason)
    SELECT new.reversal_id, new.fingerprint, :file_id, new.account_id, new.amount_minor, new.currency,
        new.booking_date, new.value_date, new.reference, new.reversal_key, 'NO_ORIGINAL'
    FROM unnest(CAST(:reversal_id AS uuid[]), CAST(:fingerprint AS text[]), CAST(:account_id AS text[]),
        CAST(:amount_minor AS bigint[]), CAST(:currency AS text[]), CAST(:booking_date AS date[]),
        CAST(:value_date AS date[]), CAST(:reference AS text[]), CAST(:reversal_key AS text[]))
        AS new (reversal_id, fingerprint, account_id, amount_minor, currency, booking_date, value_date, reference,
            reversal_key)
    ON CONFLICT (fingerprint) DO NOTHING RETURNING reversal_id
    """
)
_LOCK_ORIGINALS = text(
    """
    SELECT p.payment_id, p.account_id, p.reversal_key, p.amount_minor, p.currency, p.claim_id, p.surplus_minor,
        p.unmatched_minor, a.allocation_id, a.stage, a.principal_minor, a.interest_minor, a.reminder_fee_minor,
        a.collection_fee_minor, a.compensation_minor
    FROM payment p LEFT JOIN allocation a USING (payment_id)
    WHERE p.status <> 'REVERSED' AND (p.account_id, p.reversal_key, p.amount_minor) IN
        (SELECT * FROM unnest(CAST(:accounts AS text[]), CAST(:keys AS text[]), CAST(:amounts AS bigint[])))
    ORDER BY p.booking_date DESC, p.value_date DESC, p.payment_id FOR UPDATE OF p
    """
)
_SAVE_REVERSED = text(
    """
    WITH new AS (SELECT * FROM unnest(CAST(:reversal_ids AS uuid[]), CAST(:payment_ids AS uuid[]))
            AS new (reversal_id, payment_id)),
        taken AS (UPDATE reversal r SET payment_id = new.payment_id, reason = 'APPLIED' FROM new
            WHERE r.reversal_id = new.reversal_id),
        undone AS (UPDATE allocation a SET reversed = true FROM new WHERE a.payment_id = new.payment_id)
    UPDATE payment p SET status = 'REVERSED' FROM new WHERE p.payment_id = new.payment_id
    """
)
_SAVE_BALANCES = text(
    """
    INSERT INTO bank_statement (file_id, account_id, statement_id, balance_date, currency, opening_minor,
        closing_minor, unexplained_minor)
    SELECT CAST(:file_id AS uuid), new.* FROM unnest(CAST(:account_id AS text[]), CAST(:statement_id AS text[]),
        CAST(:balance_date AS date[]), CAST(:currency AS text[]), CAST(:opening_minor AS bigint[]),
        CAST(:closing_minor AS bigint[]), CAST(:unexplained_minor AS bigint[])) AS new
    ON CONFLICT DO NOTHING
    """
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a payment: allocated to a claim, or queued with a reason."""

    payment_id: UUID
    amount_minor: int
    claim_id: UUID | None = None
    allocation_id: UUID | None = None
    allocation: Allocation | None = None
    stage: Stage | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Original:
    """A payment that may be reversed, as it was allocated."""

    payment_id: UUID
    account_id: str
    reversal_key: str
    amount_minor: int
    currency: str
    claim_id: UUID | None
    allocation_id: UUID | None
    stage: Stage | None
    surplus_minor: int
    unmatched_minor: int
    parts: tuple[Part, ...]

    @property
    def place(self) -> tuple[str, str, int, str]:
        return self.account_id, self.reversal_key, self.amount_minor, self.currency


async def lock_imports(session: Session) -> None:
    """One file at a time, so that two files cannot wait for each other's claims."""
    await session.execute(_LOCK_IMPORTS, {"lock": _IMPORT_LOCK})


async def hold_imports(session: Session) -> None:
    """Let no import run meanwhile: it would not see the claims this transaction opens, nor we its payments."""
    await session.execute(_SHARE_IMPORTS, {"lock": _IMPORT_LOCK})


async def lock_strays(session: Session, places: Collection[tuple[str, str]]) -> list[Arrival]:
    """Money queued because nobody knew its reference, by (account, reference), oldest first."""
    rows = await session.execute(
        _LOCK_STRAYS,
        {"accounts": [account for account, _ in places], "numbers": [number for _, number in places]},
    )
    return [_stray(row) for row in rows]


async def save_file(session: Session, row: Mapping[str, Any]) -> bool:
    """Keep the file whole; False when its very bytes are here already."""
    saved = await session.execute(_SAVE_FILE, dict(row) | {"rejected": json.dumps(row["rejected"])})
    return saved.scalar_one_or_none() is not None


async def get_file(session: Session, sha256: str) -> Any:
    """What is known of the file with these bytes."""
    return (await session.execute(_GET_FILE, {"sha256": sha256})).one()


async def save_file_counts(session: Session, file_id: UUID, registered: int, duplicates: int, skipped: int) -> None:
    await session.execute(
        _COUNT_FILE,
        {"file_id": file_id, "registered": registered, "duplicates": duplicates, "skipped": skipped},
    )


async def list_picked(session: Session) -> set[tuple[str, str]]:
    """Name and stamp of every file of the folder that was looked at."""
    return {(row.name, row.stamp) for row in await session.execute(_PICKED)}


async def save_picked(session: Session, name: str, sha256: str, stamp: str) -> None:
    await session.execute(_SAVE_PICKED, {"name": name, "sha256": sha256, "stamp": stamp})


async def list_schemes(session: Session, accounts: Collection[str]) -> dict[str, set[str]]:
    """The reference schemes that may stand on payments to each account."""
    schemes: dict[str, set[str]] = {account: set() for account in accounts}
    for row in await session.execute(_SCHEMES, {"accounts": sorted(accounts)}):
        schemes[row.account_id].add(row.reference_scheme)
    return schemes


async def register_payments(session: Session, file_id: UUID, arrivals: Sequence[Arrival]) -> set[UUID]:
    """Insert the payments not seen in any file before, as unmatched for now, and say which are new."""
    rows = [
        _line(arrival)
        | {
            "payment_id": arrival.payment_id,
            "source": arrival.source,
            "remittance_text": arrival.transaction.text,
            "payer_name": arrival.transaction.payer_name,
            "payer_account": arrival.transaction.payer_account,
        }
        for arrival in arrivals
    ]
    new = await session.execute(_REGISTER, {"file_id": file_id} | columns(rows, *rows[0]))
    return set(new.scalars())


async def register_reversals(session: Session, file_id: UUID, arrivals: Sequence[Arrival]) -> set[UUID]:
    """Insert the reversals not seen before, without their payments for now, and say which are new."""
    rows = [_line(arrival) | {"reversal_id": arrival.payment_id} for arrival in arrivals]
    new = await session.execute(_REGISTER_REVERSALS, {"file_id": file_id} | columns(rows, *rows[0]))
    return set(new.scalars())


async def save_decisions(session: Session, decisions: Sequence[Decision]) -> None:
    """Write what became of new payments, and their allocations."""
    rows = [_decided(decision) for decision in decisions]
    if rows:
        await session.execute(_DECIDE, columns(rows, *rows[0]))
    allocations = [_allocated(decision) for decision in decisions if decision.allocation]
    if allocations:
        await session.execute(_SAVE_ALLOCATIONS, columns(allocations, *allocations[0]))


async def lock_originals(session: Session, arrivals: Sequence[Arrival]) -> list[Original]:
    """Payments that these lines may take back, the newest first."""
    named = [arrival for arrival in arrivals if arrival.reversal_key]
    rows = await session.execute(
        _LOCK_ORIGINALS,
        {
            "accounts": [arrival.account_id for arrival in named],
            "keys": [arrival.reversal_key for arrival in named],
            "amounts": [arrival.transaction.amount_minor for arrival in named],
        },
    )
    return [_original(row) for row in rows]


async def save_reversed(session: Session, payment_by_reversal: Mapping[UUID, UUID]) -> None:
    """Mark payments and allocations as reversed, and tie each reversal to its payment."""
    if payment_by_reversal:
        await session.execute(
            _SAVE_REVERSED,
            {"reversal_ids": list(payment_by_reversal), "payment_ids": list(payment_by_reversal.values())},
        )


async def save_balances(session: Session, file_id: UUID, balances: Sequence[StatedBalance]) -> None:
    names = StatedBalance.__slots__
    rows = [{name: getattr(balance, name) for name in names} for balance in balances]
    if rows:
        await session.execute(_SAVE_BALANCES, {"file_id": file_id} | columns(rows, *names))


def _line(arrival: Arrival) -> dict[str, Any]:
    line = arrival.transaction
    return {
        "fingerprint": line.fingerprint,
        "account_id": arrival.account_id,
        "amount_minor": line.amount_minor,
        "currency": line.currency,
        "booking_date": line.booking_date,
        "value_date": line.value_date,
        "reference": arrival.reference,
        "reversal_key": arrival.reversal_key,
    }


def _decided(decision: Decision) -> dict[str, Any]:
    allocation = decision.allocation
    return {
        "payment_id": decision.payment_id,
        "status": "ALLOCATED" if allocation else "UNMATCHED",
        "reason": decision.reason,
        "claim_id": decision.claim_id,
        "allocated_minor": allocation.allocated_minor if allocation else 0,
        "surplus_minor": allocation.surplus_minor if allocation else 0,
        "unmatched_minor": 0 if allocation else decision.amount_minor,
    }


def _allocated(decision: Decision) -> dict[str, Any]:
    amounts = dict(decision.allocation.parts) if decision.allocation else {}
    return {
        "allocation_id": decision.allocation_id,
        "payment_id": decision.payment_id,
        "claim_id": decision.claim_id,
        "stage": decision.stage,
    } | {f"{component.lower()}_minor": amounts.get(component, 0) for component in COMPONENTS}


def _stray(row: Any) -> Arrival:
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


def _original(row: Any) -> Original:
    parts = [Part(component, getattr(row, f"{component.lower()}_minor")) for component in COMPONENTS]
    return Original(
        payment_id=row.payment_id,
        account_id=row.account_id,
        reversal_key=row.reversal_key,
        amount_minor=row.amount_minor,
        currency=row.currency,
        claim_id=row.claim_id,
        allocation_id=row.allocation_id,
        stage=row.stage,
        surplus_minor=row.surplus_minor,
        unmatched_minor=row.unmatched_minor,
        parts=tuple(part for part in parts if part.amount_minor),
    )
