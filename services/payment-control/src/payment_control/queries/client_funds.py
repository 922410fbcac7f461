"""Client funds as a whole: which bank is silent, what is held and for whom; and the lists the office looks at."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from payment_control.domain.cover import Cover
from runtime.database import Session

_LAST_TOLD = text(
    """
    SELECT wanted.account_id, coalesce(
        (SELECT max(day) FROM reconciled_day d WHERE d.account_id = wanted.account_id),
        (SELECT min(booking_date) - 1 FROM payment p WHERE p.account_id = wanted.account_id)) AS day
    FROM unnest(CAST(:accounts AS text[])) AS wanted (account_id)
    """
)
_CLEAR_SILENCE = text(
    """
    UPDATE client_money_alert a SET status = 'CLEARED', cleared_on = :as_of
    FROM unnest(CAST(:accounts AS text[]), CAST(:days AS date[])) AS told (account_id, day)
    WHERE a.kind = 'SILENT_BANK' AND a.status = 'OPEN' AND a.account_id = told.account_id AND a.day < told.day
    """
)
_KNOWN = text("SELECT alert_id FROM client_money_alert WHERE alert_id = ANY(CAST(:alert_ids AS uuid[]))")
_COVER = text(
    """
    WITH account AS (
        SELECT account_id, currency, max(day) AS last, bool_or(covers_from IS NULL) AS read_before
        FROM reconciled_day WHERE day < coalesce(CAST(:before AS date), 'infinity') GROUP BY account_id, currency),
    told AS (
        SELECT currency, min(last) AS day FROM account GROUP BY currency HAVING NOT bool_or(read_before))
    SELECT told.currency, told.day, held.held_minor, placed.*, paid.*, transit.in_transit_minor
    FROM told
    CROSS JOIN LATERAL (
        SELECT sum(d.closing_minor)::bigint AS held_minor FROM account a JOIN reconciled_day d ON d.account_id = a.account_id
            AND d.day = (SELECT max(day) FROM reconciled_day e WHERE e.account_id = a.account_id AND e.day <= told.day)
        WHERE a.currency = told.currency) held
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(unmatched_minor), 0)::bigint AS unmatched_minor,
            coalesce(sum(surplus_minor), 0)::bigint AS surplus_minor,
            coalesce(sum(not_ours_minor), 0)::bigint AS not_ours_minor,
            coalesce(sum(allocated_minor), 0)::bigint AS allocated_minor,
            coalesce(sum(refunded_minor), 0)::bigint AS refunded_minor
        FROM account a JOIN payment p USING (account_id)
        WHERE a.currency = told.currency AND p.booking_date <= told.day AND p.status <> 'REVERSED') placed
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(-l.amount_minor) FILTER (WHERE o.kind <> 'REFUND'), 0)::bigint AS paid_out_minor,
            coalesce(sum(-l.amount_minor) FILTER (WHERE o.kind = 'REFUND'), 0)::bigint AS refunds_paid_minor
        FROM account a JOIN statement_line l USING (account_id) JOIN ordered_payout o USING (payout_id)
        WHERE a.currency = told.currency AND l.balance_date <= told.day) paid
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(o.amount_minor), 0)::bigint AS in_transit_minor
        FROM account a JOIN ordered_payout o USING (account_id)
        WHERE a.currency = told.currency AND o.failed_date IS NULL AND o.requested_date <= told.day AND NOT EXISTS (
            SELECT 1 FROM statement_line l WHERE l.payout_id = o.payout_id AND l.kind = 'DEBIT'
                AND l.balance_date <= told.day)) transit
    ORDER BY told.currency
    """
)
_CLEAR_SHORT = text(
    """
    UPDATE client_money_alert SET status = 'CLEARED', cleared_on = :as_of
    WHERE kind = 'SHORTFALL' AND status = 'OPEN' AND (currency, amount_minor) NOT IN
        (SELECT * FROM unnest(CAST(:currencies AS text[]), CAST(:amounts AS bigint[])))
    """
)
_STANDING_SHORT = text(
    "SELECT currency, amount_minor FROM client_money_alert WHERE kind = 'SHORTFALL' AND status <> 'CLEARED'"
)
_DAYS = text(
    """
    SELECT * FROM reconciled_day
    WHERE account_id = coalesce(CAST(:account_id AS text), account_id) AND day BETWEEN :from_date AND :to_date
    ORDER BY day, account_id
    """
)
_LINES = text(
    """
    SELECT l.fingerprint AS line_id, l.booking_date, l.amount_minor, l.reference, l.end_to_end_id, l.remittance_text,
        CASE WHEN l.kind = 'DEBIT' THEN CASE WHEN l.payout_id IS NULL THEN 'UNKNOWN_DEBIT'
                WHEN o.kind = 'REFUND' THEN 'REFUND' ELSE 'PAYOUT' END
            WHEN l.kind = 'RETURN' THEN CASE WHEN l.payout_id IS NULL THEN 'UNKNOWN_RETURN' ELSE 'PAYOUT_RETURNED' END
            ELSE l.kind END AS kind,
        l.payout_id
    FROM statement_line l LEFT JOIN ordered_payout o USING (payout_id)
    WHERE l.account_id = :account_id AND l.balance_date = :day
    ORDER BY l.booking_date, l.fingerprint LIMIT 1000
    """
)
_ALERTS = text(
    """
    SELECT * FROM client_money_alert
    WHERE status = coalesce(CAST(:status AS text), status) AND account_id = coalesce(CAST(:account_id AS text), account_id)
    ORDER BY raised_on DESC, day DESC, alert_id LIMIT 500
    """
)
_LOCK_ALERT = text("SELECT * FROM client_money_alert WHERE alert_id = :alert_id FOR UPDATE")
_ACKNOWLEDGE = text(
    """
    UPDATE client_money_alert SET status = 'ACKNOWLEDGED', person = :person, reason = :reason
    WHERE alert_id = :alert_id RETURNING *
    """
)


async def list_last_told(session: Session, accounts: Collection[str]) -> dict[str, date]:
    """The day of each account's last statement, or the eve of its first payment; none where nothing ever moved."""
    rows = await session.execute(_LAST_TOLD, {"accounts": sorted(accounts)})
    return {row.account_id: row.day for row in rows if row.day is not None}


async def clear_silence(session: Session, told: Mapping[str, date], as_of: date) -> int:
    """Banks that spoke again; says how many."""
    result: Any = await session.execute(
        _CLEAR_SILENCE, {"accounts": list(told), "days": list(told.values()), "as_of": as_of}
    )
    return result.rowcount


async def list_known_alerts(session: Session, alert_ids: Collection[UUID]) -> set[UUID]:
    """Which of these were raised before."""
    return set((await session.execute(_KNOWN, {"alert_ids": sorted(alert_ids)})).scalars())


async def list_cover(session: Session, before: date | None = None) -> list[Cover]:
    """Per currency, at the end of the last day (before `before`) that all its banks told.

    A currency is left out where the lines of old statements lack.
    """
    rows: Any = await session.execute(_COVER, {"before": before})
    return [Cover(**row._mapping) for row in rows]


async def clear_shortfalls(session: Session, short: Mapping[str, int], as_of: date) -> int:
    """Open shortfalls are these (currency -> amount) only; says how many went."""
    result: Any = await session.execute(
        _CLEAR_SHORT, {"currencies": list(short), "amounts": list(short.values()), "as_of": as_of}
    )
    return result.rowcount


async def list_standing_shortfalls(session: Session) -> set[tuple[str, int]]:
    """Currency and amount of what was told and is not over."""
    return {(row.currency, row.amount_minor) for row in await session.execute(_STANDING_SHORT)}


async def list_days(session: Session, account_id: str | None, from_date: date, to_date: date) -> Sequence[Any]:
    """The days as compared, by day and account."""
    wanted = {"account_id": account_id, "from_date": from_date, "to_date": to_date}
    return (await session.execute(_DAYS, wanted)).all()


async def list_lines(session: Session, account_id: str, day: date) -> Sequence[Any]:
    """The lines of a day's statement other than those posted from it, each with what it is; at most 1,000."""
    return (await session.execute(_LINES, {"account_id": account_id, "day": day})).all()


async def list_alerts(session: Session, status: str | None, account_id: str | None) -> Sequence[Any]:
    """The newest 500."""
    return (await session.execute(_ALERTS, {"status": status, "account_id": account_id})).all()


async def lock_alert(session: Session, alert_id: UUID) -> Any | None:
    """An alert, held until the transaction ends."""
    return (await session.execute(_LOCK_ALERT, {"alert_id": alert_id})).one_or_none()


async def acknowledge(session: Session, alert_id: UUID, person: str, reason: str) -> Any:
    """Somebody knows why; the difference stays where it is."""
    return (await session.execute(_ACKNOWLEDGE, {"alert_id": alert_id, "person": person, "reason": reason})).one()
