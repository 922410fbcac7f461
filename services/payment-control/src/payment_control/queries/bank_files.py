"""Bank files as they came, the lines registered from them, and what a person must look at."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from bankfiles import BankTransaction
from payment_control.domain.accounts import Arrival
from payment_control.domain.statements import StatedBalance
from payment_control.queries.matches import Decision, standing
from runtime.database import Session, columns

_IMPORT_LOCK = 7_201_110

_LOCK_IMPORTS = text("SELECT pg_advisory_xact_lock(:lock)")
_SHARE_IMPORTS = text("SELECT pg_advisory_xact_lock_shared(:lock)")
_LOCK_STRAYS = text(
    """
    SELECT payment_id, account_id, source, fingerprint, amount_minor, currency, booking_date, value_date, reference,
        remittance_text, payer_name, payer_account
    FROM payment
    WHERE status = 'UNMATCHED' AND reason = 'UNKNOWN_REFERENCE' AND unmatched_minor = amount_minor AND (account_id, reversal_key) IN
        (SELECT * FROM unnest(CAST(:accounts AS text[]), CAST(:numbers AS text[])))
    ORDER BY booking_date, payment_id FOR UPDATE
    """
)
_SAVE_FILES = text(
    """
    INSERT INTO bank_file (file_id, name, sha256, format, source, status, transactions, registered, duplicates,
        skipped, rejected, error, raw)
    SELECT new.file_id, new.name, new.sha256, new.format, new.source, new.status, new.transactions, 0, 0, 0,
        new.rejected, new.error, new.raw
    FROM unnest(CAST(:file_id AS uuid[]), CAST(:name AS text[]), CAST(:sha256 AS text[]), CAST(:format AS text[]),
        CAST(:source AS text[]), CAST(:status AS text[]), CAST(:transactions AS integer[]), CAST(:rejected AS jsonb[]),
        CAST(:error AS text[]), CAST(:raw AS bytea[]))
        AS new (file_id, name, sha256, format, source, status, transactions, rejected, error, raw)
    ON CONFLICT (sha256) DO NOTHING RETURNING file_id
    """
)
_LIST_FILES = text(
    """
    SELECT file_id, sha256, format, status, transactions, registered, duplicates, skipped, rejected, error
    FROM bank_file WHERE sha256 = ANY(CAST(:sha256 AS text[]))
    """
)
_COUNT_FILES = text(
    """
    UPDATE bank_file SET registered = new.registered, duplicates = new.duplicates, skipped = new.skipped
    FROM unnest(CAST(:file_id AS uuid[]), CAST(:registered AS integer[]), CAST(:duplicates AS integer[]),
        CAST(:skipped AS integer[])) AS new (file_id, registered, duplicates, skipped)
    WHERE bank_file.file_id = new.file_id
    """
)
_PICKED = text("SELECT name, stamp FROM picked_file")
_SAVE_PICKED = text(
    """
    INSERT INTO picked_file (name, sha256, stamp)
    SELECT * FROM unnest(CAST(:name AS text[]), CAST(:sha256 AS text[]), CAST(:stamp AS text[]))
    ON CONFLICT (name, sha256) DO UPDATE SET stamp = excluded.stamp
    """
)
_SCHEMES = text("SELECT account_id, reference_scheme FROM account_scheme WHERE account_id = ANY(:accounts)")
_KNOWN = text(
    """
    SELECT fingerprint
    FROM unnest(CAST(:days AS date[]), CAST(:fingerprints AS text[])) AS told (booking_date, fingerprint)
    JOIN payment USING (booking_date, fingerprint)
    """
)
_REGISTER = text(
    """
    INSERT INTO payment (payment_id, fingerprint, file_id, account_id, source, amount_minor, currency, booking_date,
        value_date, reference, remittance_text, payer_name, payer_account, reversal_key, status, reason,
        allocated_minor, surplus_minor, refunded_minor, unmatched_minor)
    SELECT new.payment_id, new.fingerprint, new.file_id, new.account_id, new.source, new.amount_minor, new.currency,
        new.booking_date, new.value_date, new.reference, new.remittance_text, new.payer_name, new.payer_account,
        new.reversal_key, new.status, new.reason, new.allocated_minor, new.surplus_minor, 0, new.unmatched_minor
    FROM unnest(CAST(:payment_id AS uuid[]), CAST(:fingerprint AS text[]), CAST(:file_id AS uuid[]),
        CAST(:account_id AS text[]), CAST(:source AS text[]), CAST(:amount_minor AS bigint[]), CAST(:currency AS text[]),
        CAST(:booking_date AS date[]), CAST(:value_date AS date[]), CAST(:reference AS text[]),
        CAST(:remittance_text AS text[]), CAST(:payer_name AS text[]), CAST(:payer_account AS text[]),
        CAST(:reversal_key AS text[]), CAST(:status AS text[]), CAST(:reason AS text[]),
        CAST(:allocated_minor AS bigint[]), CAST(:surplus_minor AS bigint[]), CAST(:unmatched_minor AS bigint[]))
        AS new (payment_id, fingerprint, file_id, account_id, source, amount_minor, currency, booking_date, value_date,
            reference, remittance_text, payer_name, payer_account, reversal_key, status, reason, allocated_minor,
            surplus_minor, unmatched_minor)
    """
)
_REGISTER_REVERSALS = text(
    """
    INSERT INTO reversal (reversal_id, fingerprint, file_id, account_id, amount_minor, currency, booking_date,
        value_date, reference, reversal_key, reason)
    SELECT new.reversal_id, new.fingerprint, new.file_id, new.account_id, new.amount_minor, new.currency,
        new.booking_date, new.value_date, new.reference, new.reversal_key, 'NO_ORIGINAL'
    FROM unnest(CAST(:reversal_id AS uuid[]), CAST(:fingerprint AS text[]), CAST(:file_id AS uuid[]),
        CAST(:account_id AS text[]), CAST(:amount_minor AS bigint[]), CAST(:currency AS text[]), CAST(:booking_date AS date[]),
        CAST(:value_date AS date[]), CAST(:reference AS text[]), CAST(:reversal_key AS text[]))
        AS new (reversal_id, fingerprint, file_id, account_id, amount_minor, currency, booking_date, value_date, reference,
            reversal_key)
    ON CONFLICT (fingerprint) DO NOTHING RETURNING reversal_id
    """
)
_SAVE_BALANCES = text(
    """
    INSERT INTO bank_statement (file_id, account_id, statement_id, balance_date, currency, opening_minor,
        closing_minor, unexplained_minor, covers_from)
    SELECT * FROM unnest(CAST(:file_id AS uuid[]), CAST(:account_id AS text[]), CAST(:statement_id AS text[]),
        CAST(:balance_date AS date[]), CAST(:currency AS text[]), CAST(:opening_minor AS bigint[]),
        CAST(:closing_minor AS bigint[]), CAST(:unexplained_minor AS bigint[]), CAST(:covers_from AS date[]))
    ON CONFLICT DO NOTHING
    """
)


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line of ours and the file that brought it."""

    file_id: UUID
    arrival: Arrival


async def lock_imports(session: Session) -> None:
    """One import at a time, so that two files cannot wait for each other's claims."""
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


async def save_files(session: Session, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """Keep files whole, and say which are new; the others' very bytes are here already."""
    kept = [dict(row) | {"rejected": json.dumps(row["rejected"])} for row in rows]
    return set((await session.execute(_SAVE_FILES, columns(kept, *kept[0]))).scalars())


async def list_files(session: Session, digests: Collection[str]) -> dict[str, Any]:
    """What is known of the files with these bytes, by their SHA-256."""
    rows = await session.execute(_LIST_FILES, {"sha256": sorted(digests)})
    return {row.sha256: row for row in rows}


async def save_file_counts(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """How many lines of each file were new, known already, and of no concern."""
    await session.execute(_COUNT_FILES, columns(rows, "file_id", "registered", "duplicates", "skipped"))


async def list_picked(session: Session) -> set[tuple[str, str]]:
    """Name and stamp of every file of the folder that was looked at."""
    return {(row.name, row.stamp) for row in await session.execute(_PICKED)}


async def save_picked(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    await session.execute(_SAVE_PICKED, columns(rows, "name", "sha256", "stamp"))


async def list_schemes(session: Session, accounts: Collection[str]) -> dict[str, set[str]]:
    """The reference schemes that may stand on payments to each account."""
    schemes: dict[str, set[str]] = {account: set() for account in accounts}
    for row in await session.execute(_SCHEMES, {"accounts": sorted(accounts)}):
        schemes[row.account_id].add(row.reference_scheme)
    return schemes


async def list_known(session: Session, lines: Sequence[FileLine]) -> set[str]:
    """The fingerprints of payments that a file brought before; nobody adds any while imports are locked."""
    told = [line.arrival.transaction for line in lines]
    rows = await session.execute(
        _KNOWN, {"days": [line.booking_date for line in told], "fingerprints": [line.fingerprint for line in told]}
    )
    return set(rows.scalars())


async def save_payments(session: Session, lines: Sequence[FileLine], decisions: Sequence[Decision]) -> None:
    """Insert new payments, each with what became of it."""
    rows = [
        _line(line)
        | {
            "payment_id": line.arrival.payment_id,
            "source": line.arrival.source,
            "remittance_text": line.arrival.transaction.text,
            "payer_name": line.arrival.transaction.payer_name,
            "payer_account": line.arrival.transaction.payer_account,
        }
        | standing(decision)
        for line, decision in zip(lines, decisions, strict=True)
    ]
    await session.execute(_REGISTER, columns(rows, *rows[0]))


async def register_reversals(session: Session, lines: Sequence[FileLine]) -> set[UUID]:
    """Insert the reversals not seen before, without their payments for now, and say which are new."""
    rows = [_line(line) | {"reversal_id": line.arrival.payment_id} for line in lines]
    return set((await session.execute(_REGISTER_REVERSALS, columns(rows, *rows[0]))).scalars())


async def save_balances(session: Session, balances: Sequence[tuple[UUID, StatedBalance]]) -> None:
    """What the bank states for our accounts, by file."""
    names = StatedBalance.__slots__
    rows = [{name: getattr(stated, name) for name in names} | {"file_id": file_id} for file_id, stated in balances]
    if rows:
        await session.execute(_SAVE_BALANCES, columns(rows, "file_id", *names))


def _line(found: FileLine) -> dict[str, Any]:
    arrival = found.arrival
    line = arrival.transaction
    return {
        "fingerprint": line.fingerprint,
        "file_id": found.file_id,
        "account_id": arrival.account_id,
        "amount_minor": line.amount_minor,
        "currency": line.currency,
        "booking_date": line.booking_date,
        "value_date": line.value_date,
        "reference": arrival.reference,
        "reversal_key": arrival.reversal_key,
    }


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
        references=tuple(row.reference.split()),
    )
    return Arrival(row.payment_id, row.account_id, row.source, line)
