"""SQL of payouts, payment orders and the bank's messages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from contracts import RefundSource
from delivery import wake
from runtime.database import Session, columns
from settlement.domain.payouts import MOST_ATTEMPTS, PayoutKind, PayoutStatus
from settlement.queries.agreements import IN_FORCE, list_run_days
from settlement.queries.holds import ON_HOLD

_ORDERS_LOCK = 7_201_140

_PAYOUT_TYPES = {
    "payout_id": "uuid",
    "settlement_id": "uuid",
    "creditor_id": "uuid",
    "kind": "text",
    "part": "integer",
    "attempt": "integer",
    "account_id": "text",
    "amount_minor": "bigint",
    "currency": "text",
    "iban": "text",
    "bic": "text",
    "name": "text",
    "reference": "text",
    "end_to_end_id": "text",
    "initiated_date": "date",
    "status": "text",
}
_REFUND_TYPES = {
    name: kind for name, kind in _PAYOUT_TYPES.items() if name not in ("settlement_id", "creditor_id", "reference")
} | {
    "refund_id": "uuid",
    "payment_id": "uuid",
    "refund_source": "text",
    "remittance_text": "text",
    "traceparent": "text",
}
_SAVE_PAYOUTS, _SAVE_REFUNDS = (
    text(
        f"""
        INSERT INTO payout ({", ".join(types)})
        SELECT * FROM unnest({", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in types.items())})
        ON CONFLICT DO NOTHING
        """
    )
    for types in (_PAYOUT_TYPES, _REFUND_TYPES)
)
_PAYOUT = """
    payout.payout_id, payout.settlement_id, payout.creditor_id, payout.kind, payout.part, payout.attempt,
    payout.account_id, payout.amount_minor, payout.currency, payout.iban, payout.bic, payout.name, payout.reference,
    payout.end_to_end_id, payout.status, payout.refund_id, payout.payment_id, payout.refund_source,
    payout.remittance_text, settlement.settlement_number, coalesce(settlement.traceparent, payout.traceparent)
"""
_NOT_HELD = f"(payout.kind <> 'CREDITOR' OR payout.creditor_id NOT IN ({ON_HOLD}))"
_FAILED = text(
    f"""
    SELECT {_PAYOUT}, agreement.agreement_version
    FROM payout JOIN settlement USING (settlement_id) JOIN ({IN_FORCE}) AS agreement
        ON agreement.creditor_id = payout.creditor_id
    JOIN unnest(CAST(:jurisdictions AS text[]), CAST(:schedules AS text[])) AS run (jurisdiction, schedule)
        USING (jurisdiction, schedule)
    WHERE payout.failed_date < :day AND {_NOT_HELD} AND payout.attempt < {MOST_ATTEMPTS}
        AND payout.account_id = ANY(CAST(:accounts AS text[]))
        AND NOT EXISTS (
            SELECT FROM payout AS later
            WHERE (later.settlement_id, later.kind, later.part, later.attempt)
                = (payout.settlement_id, payout.kind, payout.part, payout.attempt + 1))
    ORDER BY settlement.settlement_number, payout.kind, payout.part LIMIT :limit FOR UPDATE OF payout SKIP LOCKED
    """
)
_UNORDERED = text(
    f"""
    SELECT {_PAYOUT} FROM payout LEFT JOIN settlement USING (settlement_id)
    WHERE payout.message_id IS NULL AND payout.status = 'INITIATED' AND payout.initiated_date <= :day
        AND payout.account_id = ANY(CAST(:accounts AS text[])) AND {_NOT_HELD}
        AND (payout.kind <> 'REFUND' OR payout.account_id = ANY(CAST(:refunding AS text[])))
    ORDER BY settlement.settlement_number, payout.kind, payout.part, payout.attempt, payout.end_to_end_id LIMIT :limit
    """
)
_SEQUENCES = text("SELECT account_id, max(sequence) AS last FROM payment_order WHERE order_date = :day GROUP BY 1")
_SAVE_ORDERS = text(
    """
    INSERT INTO payment_order (message_id, account_id, order_date, sequence, status, content)
    SELECT message_id, account_id, order_date, sequence, 'WRITTEN', content
    FROM unnest(CAST(:message_id AS text[]), CAST(:account_id AS text[]), CAST(:order_date AS date[]),
        CAST(:sequence AS integer[]), CAST(:content AS bytea[]))
        AS new (message_id, account_id, order_date, sequence, content)
    """
)
_PUT_INTO_ORDERS = text(
    """
    UPDATE payout SET message_id = new.message_id
    FROM unnest(CAST(:payout_id AS uuid[]), CAST(:message_id AS text[])) AS new (payout_id, message_id)
    WHERE payout.payout_id = new.payout_id
    """
)
_MOVE = text(
    """
    UPDATE payout SET status = new.status, booking_date = coalesce(new.booking_date, payout.booking_date),
        failed_date = new.failed_date, reason = new.reason
    FROM unnest(CAST(:payout_id AS uuid[]), CAST(:status AS text[]), CAST(:booking_date AS date[]),
        CAST(:failed_date AS date[]), CAST(:reason AS text[]))
        AS new (payout_id, status, booking_date, failed_date, reason)
    WHERE payout.payout_id = new.payout_id
    """
)
COUNT_WRITTEN = "SELECT count(*) FROM payment_order WHERE status = 'WRITTEN'"
_WRITTEN = text(
    "SELECT message_id, content FROM payment_order WHERE status = 'WRITTEN' ORDER BY order_date, message_id LIMIT :limit"
)
_DELIVERED = text(
    """
    WITH delivered AS (
        UPDATE payment_order SET status = 'DELIVERED'
        WHERE message_id = ANY(CAST(:ids AS text[])) AND status = 'WRITTEN' RETURNING message_id
    )
    UPDATE payout SET status = 'SENT' FROM delivered
    WHERE payout.message_id = delivered.message_id AND payout.status = 'INITIATED'
    """
)
_ANSWERED = text(
    f"""
    SELECT {_PAYOUT}, payout.message_id FROM payout LEFT JOIN settlement USING (settlement_id)
    WHERE payout.end_to_end_id = ANY(CAST(:end_to_end_ids AS text[]))
        OR payout.message_id = ANY(CAST(:message_ids AS text[]))
    ORDER BY payout.payout_id FOR UPDATE OF payout
    """
)
_SEEN = text(
    """
    INSERT INTO bank_message (name, sha256, message_kind, refused, read_date)
    SELECT new.*, :day FROM unnest(CAST(:name AS text[]), CAST(:sha256 AS text[]), CAST(:message_kind AS text[]),
        CAST(:refused AS text[])) AS new (name, sha256, message_kind, refused)
    ORDER BY name, sha256
    ON CONFLICT DO NOTHING RETURNING name, sha256
    """
)
_KNOWN = text(
    """
    SELECT name, sha256 FROM bank_message
    WHERE (name, sha256) IN (SELECT * FROM unnest(CAST(:names AS text[]), CAST(:digests AS text[])))
    """
)


@dataclass(frozen=True, slots=True)
class Payout:
    """An attempt as it stands, with what its settlement is called and traced by; a refund has no settlement."""

    payout_id: UUID
    settlement_id: UUID | None
    creditor_id: UUID | None
    kind: PayoutKind
    part: int
    attempt: int
    account_id: str
    amount_minor: int
    currency: str
    iban: str
    bic: str | None
    name: str
    reference: str | None
    end_to_end_id: str
    status: PayoutStatus
    refund_id: UUID | None
    payment_id: UUID | None
    refund_source: RefundSource | None
    remittance_text: str | None
    settlement_number: int | None
    traceparent: str | None

    @property
    def paid_creditor_id(self) -> UUID:
        """Whose settlement it pays; not to be asked of a refund."""
        assert self.creditor_id is not None, f"payout {self.payout_id} is a refund and pays no creditor"
        return self.creditor_id

    @property
    def key(self) -> str:
        """By which facts about it are told in order."""
        return str(self.creditor_id or self.refund_id)


async def save_payouts(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await session.execute(_SAVE_PAYOUTS, columns(rows, *_PAYOUT_TYPES))


async def save_refunds(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Transfers of refunds; one that is there already stays as it is."""
    await session.execute(_SAVE_REFUNDS, columns(rows, *_REFUND_TYPES))


async def lock_failed_payouts(
    session: Session, day: date, account_ids: Collection[str], limit: int
) -> list[tuple[Payout, int]]:
    """Payouts that failed before `day`, whose creditor has its run on `day`, with the agreement version in force."""
    due = await list_run_days(session, day)
    if not due["schedules"]:
        return []
    rows = await session.execute(_FAILED, {"day": day, "limit": limit, "accounts": list(account_ids), **due})
    return [(Payout(*row[:-1]), row[-1]) for row in rows]


async def lock_unordered_payouts(
    session: Session, day: date, account_ids: Collection[str], refunding: Collection[str], limit: int
) -> list[Payout]:
    """Payouts that are in no payment order yet; one transaction at a time, so that a day's file holds all of them.

    Refunds only from the accounts in `refunding`: unlike settlements they are asked for on any day.
    """
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ORDERS_LOCK})
    wanted = {"day": day, "limit": limit, "accounts": list(account_ids), "refunding": list(refunding)}
    rows = await session.execute(_UNORDERED, wanted)
    return [Payout(*row) for row in rows]


async def last_sequences(session: Session, day: date) -> dict[str, int]:
    """The highest number among an account's payment orders of `day`, by account."""
    return {row.account_id: row.last for row in await session.execute(_SEQUENCES, {"day": day})}


async def save_orders(session: Session, orders: Sequence[Mapping[str, Any]]) -> None:
    await session.execute(
        _SAVE_ORDERS, columns(orders, "message_id", "account_id", "order_date", "sequence", "content")
    )
    wake(session, "bank orders")


async def put_into_orders(session: Session, message_ids: Mapping[UUID, str]) -> None:
    """Payout id -> message id of the payment order that holds it."""
    await session.execute(_PUT_INTO_ORDERS, {"payout_id": list(message_ids), "message_id": list(message_ids.values())})


async def move_payouts(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await session.execute(_MOVE, columns(rows, "payout_id", "status", "booking_date", "failed_date", "reason"))


async def list_written_orders(session: Session, limit: int) -> list[tuple[str, bytes]]:
    """(message id, bytes) of the payment orders that the bank's folder may not have yet."""
    return [(row.message_id, row.content) for row in await session.execute(_WRITTEN, {"limit": limit})]


async def mark_delivered(session: Session, message_ids: Sequence[str]) -> None:
    await session.execute(_DELIVERED, {"ids": list(message_ids)})


async def count_written_orders(session: Session) -> int:
    return (await session.execute(text(COUNT_WRITTEN))).scalar_one()


async def lock_answered_payouts(
    session: Session, end_to_end_ids: Collection[str], message_ids: Collection[str]
) -> tuple[dict[str, Payout], dict[str, list[Payout]]]:
    """Payouts by end-to-end id and by payment order; ids that are not ours are not in it."""
    rows = await session.execute(_ANSWERED, {"end_to_end_ids": list(end_to_end_ids), "message_ids": list(message_ids)})
    by_id: dict[str, Payout] = {}
    by_message: dict[str, list[Payout]] = {}
    for row in rows:
        payout = Payout(*row[:-1])
        by_id[payout.end_to_end_id] = payout
        if row.message_id:
            by_message.setdefault(row.message_id, []).append(payout)
    return by_id, by_message


async def save_seen(session: Session, rows: Sequence[Mapping[str, Any]], day: date) -> set[tuple[str, str]]:
    """Record (name, sha256) of files; returns those that nobody had recorded."""
    seen = await session.execute(_SEEN, {"day": day, **columns(rows, "name", "sha256", "message_kind", "refused")})
    return {(row.name, row.sha256) for row in seen}


async def list_known_files(session: Session, files: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    rows = await session.execute(
        _KNOWN, {"names": [name for name, _ in files], "digests": [digest for _, digest in files]}
    )
    return {(row.name, row.sha256) for row in rows}
