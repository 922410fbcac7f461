"""Statements against our books: their lines, the payouts ordered, each day as compared, and what differs."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from payment_control.domain.reconciliation import AlertKind, Booked, Finding, PostedLine, ReconciledDay, ToldLine
from payment_control.domain.statements import StatedBalance, StatedLine
from runtime.database import Session, columns

Place = tuple[str, date]
"""An account and a day."""

_SAVE_LINES = text(
    """
    INSERT INTO statement_line (fingerprint, file_id, account_id, statement_id, balance_date, booking_date, amount_minor,
        currency, kind, end_to_end_id, reference, remittance_text)
    SELECT * FROM unnest(CAST(:fingerprint AS text[]), CAST(:file_id AS uuid[]), CAST(:account_id AS text[]),
        CAST(:statement_id AS text[]), CAST(:balance_date AS date[]), CAST(:booking_date AS date[]),
        CAST(:amount_minor AS bigint[]), CAST(:currency AS text[]), CAST(:kind AS text[]),
        CAST(:end_to_end_id AS text[]), CAST(:reference AS text[]), CAST(:remittance_text AS text[]))
    ON CONFLICT (fingerprint) DO NOTHING
    """
)
_SAVE_PAYOUTS = text(
    """
    INSERT INTO ordered_payout AS known (payout_id, end_to_end_id, kind, account_id, amount_minor, currency,
        requested_date, failed_date)
    SELECT * FROM unnest(CAST(:payout_id AS uuid[]), CAST(:end_to_end_id AS text[]), CAST(:kind AS text[]),
        CAST(:account_id AS text[]), CAST(:amount_minor AS bigint[]), CAST(:currency AS text[]),
        CAST(:requested_date AS date[]), CAST(:failed_date AS date[]))
    ON CONFLICT (payout_id) DO UPDATE SET requested_date = coalesce(known.requested_date, excluded.requested_date),
        failed_date = coalesce(known.failed_date, excluded.failed_date)
    """
)
_NAME_LINES = text(
    """
    UPDATE statement_line line SET payout_id = found.payout_id
    FROM (
        SELECT DISTINCT ON (o.payout_id, l.kind) l.fingerprint, o.payout_id
        FROM ordered_payout o JOIN statement_line l USING (end_to_end_id, account_id, currency)
        WHERE o.end_to_end_id = ANY(CAST(:end_to_end_ids AS text[])) AND l.payout_id IS NULL
            AND (l.kind, l.amount_minor) IN (('DEBIT', -o.amount_minor), ('RETURN', o.amount_minor))
            AND NOT EXISTS (SELECT 1 FROM statement_line known WHERE known.payout_id = o.payout_id AND known.kind = l.kind)
        ORDER BY o.payout_id, l.kind, l.balance_date, l.fingerprint) found
    WHERE line.fingerprint = found.fingerprint
    RETURNING line.account_id, line.balance_date
    """
)
_STATEMENTS = text(
    """
    SELECT s.account_id, s.statement_id, s.balance_date, s.currency, s.opening_minor, s.closing_minor,
        s.unexplained_minor, s.covers_from
    FROM unnest(CAST(:accounts AS text[]), CAST(:days AS date[])) AS touched (account_id, day)
    JOIN bank_statement s ON s.account_id = touched.account_id AND s.balance_date >= coalesce(
        (SELECT max(before.balance_date) FROM bank_statement before
         WHERE before.account_id = touched.account_id AND before.balance_date < touched.day), touched.day)
    """
)
_BOOKED = text(
    """
    SELECT moved.account_id, moved.day, sum(greatest(moved.amount_minor, 0))::bigint AS credited_minor,
        sum(greatest(-moved.amount_minor, 0))::bigint AS debited_minor
    FROM unnest(CAST(:accounts AS text[]), CAST(:days AS date[])) AS since (account_id, day)
    CROSS JOIN LATERAL (
        SELECT account_id, booking_date AS day, amount_minor FROM payment p
            WHERE p.account_id = since.account_id AND p.booking_date >= since.day
        UNION ALL
        SELECT account_id, booking_date, -amount_minor FROM reversal r
            WHERE r.account_id = since.account_id AND r.booking_date >= since.day
        UNION ALL
        SELECT account_id, balance_date, amount_minor FROM statement_line l
            WHERE l.account_id = since.account_id AND l.balance_date >= since.day AND l.payout_id IS NOT NULL) moved
    GROUP BY 1, 2
    """
)
_SAVE_DAYS = text(
    """
    INSERT INTO reconciled_day (account_id, day, currency, previous_day, covers_from, before_minor, opening_minor,
        credited_minor, debited_minor, closing_minor, unexplained_minor, expected_minor, difference_minor, status)
    SELECT * FROM unnest(CAST(:account_id AS text[]), CAST(:day AS date[]), CAST(:currency AS text[]),
        CAST(:previous_day AS date[]), CAST(:covers_from AS date[]), CAST(:before_minor AS bigint[]),
        CAST(:opening_minor AS bigint[]), CAST(:credited_minor AS bigint[]), CAST(:debited_minor AS bigint[]),
        CAST(:closing_minor AS bigint[]), CAST(:unexplained_minor AS bigint[]), CAST(:expected_minor AS bigint[]),
        CAST(:difference_minor AS bigint[]), CAST(:status AS text[]))
    ON CONFLICT (account_id, day) DO UPDATE SET currency = excluded.currency, previous_day = excluded.previous_day,
        covers_from = excluded.covers_from, before_minor = excluded.before_minor, opening_minor = excluded.opening_minor,
        credited_minor = excluded.credited_minor, debited_minor = excluded.debited_minor,
        closing_minor = excluded.closing_minor, unexplained_minor = excluded.unexplained_minor,
        expected_minor = excluded.expected_minor, difference_minor = excluded.difference_minor,
        status = excluded.status, judged_on = NULL
    """
)
_LOCK_UNJUDGED = text(
    """
    SELECT account_id, day, currency, previous_day, covers_from, before_minor, opening_minor, credited_minor,
        debited_minor, closing_minor, unexplained_minor
    FROM reconciled_day WHERE judged_on IS NULL AND day < :as_of
    ORDER BY account_id, day LIMIT 500 FOR UPDATE SKIP LOCKED
    """
)
_TOLD = text(
    """
    SELECT l.account_id, l.balance_date, l.fingerprint, l.kind, l.amount_minor, l.booking_date,
        coalesce(nullif(l.end_to_end_id, ''), l.reference) AS reference, l.payout_id IS NOT NULL AS is_known
    FROM unnest(CAST(:accounts AS text[]), CAST(:days AS date[])) AS wanted (account_id, day)
    JOIN statement_line l ON l.account_id = wanted.account_id AND l.balance_date = wanted.day
    ORDER BY l.account_id, l.balance_date, l.booking_date, l.fingerprint
    """
)
_POSTED = text(
    """
    SELECT wanted.account_id, wanted.day, moved.line_id, moved.file_id, moved.amount_minor, moved.booking_date,
        moved.reference
    FROM unnest(CAST(:accounts AS text[]), CAST(:days AS date[]), CAST(:first_days AS date[]))
        AS wanted (account_id, day, first_day)
    CROSS JOIN LATERAL (
        SELECT payment_id AS line_id, file_id, amount_minor, booking_date, reference FROM payment p
            WHERE p.account_id = wanted.account_id AND p.booking_date BETWEEN wanted.first_day AND wanted.day
        UNION ALL
        SELECT reversal_id, file_id, -amount_minor, booking_date, reference FROM reversal r
            WHERE r.account_id = wanted.account_id AND r.booking_date BETWEEN wanted.first_day AND wanted.day) moved
    JOIN bank_file f ON f.file_id = moved.file_id AND f.format NOT IN ('camt.053', 'mt940')
    ORDER BY moved.booking_date, moved.line_id
    """
)
_CLEAR_ALERTS = text(
    """
    UPDATE client_money_alert a SET status = 'CLEARED', cleared_on = :as_of
    FROM unnest(CAST(:accounts AS text[]), CAST(:days AS date[])) AS judged (account_id, day)
    WHERE a.account_id = judged.account_id AND a.day = judged.day AND a.status = 'OPEN'
        AND a.kind IN ('DIFFERENCE', 'STATEMENT_INCOMPLETE', 'OPENING_GAP') AND a.alert_id <> ALL(CAST(:kept AS uuid[]))
    """
)
_SAVE_ALERTS = text(
    """
    INSERT INTO client_money_alert AS known (alert_id, kind, account_id, day, amount_minor, currency, findings, raised_on,
        status)
    SELECT new.*, :as_of, 'OPEN'
    FROM unnest(CAST(:alert_id AS uuid[]), CAST(:kind AS text[]), CAST(:account_id AS text[]), CAST(:day AS date[]),
        CAST(:amount_minor AS bigint[]), CAST(:currency AS text[]), CAST(:findings AS jsonb[])) AS new
    ON CONFLICT (alert_id) DO UPDATE SET findings = excluded.findings, cleared_on = NULL,
        status = CASE known.status WHEN 'CLEARED' THEN 'OPEN' ELSE known.status END
    """
)
_MARK_JUDGED = text(
    """
    UPDATE reconciled_day d SET judged_on = :as_of
    FROM unnest(CAST(:accounts AS text[]), CAST(:days AS date[])) AS judged (account_id, day)
    WHERE d.account_id = judged.account_id AND d.day = judged.day
    """
)


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a person must look at, under an id that a repetition cannot change."""

    alert_id: UUID
    kind: AlertKind
    account_id: str
    day: date
    amount_minor: int
    currency: str
    findings: tuple[Finding, ...] = ()


async def save_lines(session: Session, lines: Sequence[tuple[UUID, StatedLine]]) -> None:
    """Keep the lines of statements, by file; a line that two files tell is kept once."""
    names = StatedLine.__slots__
    rows = [asdict(line) | {"file_id": file_id} for file_id, line in lines]
    if rows:
        await session.execute(_SAVE_LINES, columns(rows, "file_id", *names))


async def save_payouts(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Payouts that were ordered, or that failed; each told in any order and any number of times."""
    names = ("payout_id", "end_to_end_id", "kind", "account_id", "amount_minor", "currency")
    await session.execute(_SAVE_PAYOUTS, columns(rows, *names, "requested_date", "failed_date"))


async def name_lines(session: Session, end_to_end_ids: Collection[str]) -> list[Place]:
    """Say of debits and returns which payout they are, each payout once; returns where that was said."""
    if not end_to_end_ids:
        return []
    rows = await session.execute(_NAME_LINES, {"end_to_end_ids": sorted(end_to_end_ids)})
    return [(row.account_id, row.balance_date) for row in rows]


async def list_statements(session: Session, since: Mapping[str, date]) -> list[StatedBalance]:
    """The statements of each account from the last one before the day on."""
    rows: Any = await session.execute(_STATEMENTS, _places(since.items()))
    return [StatedBalance(**row._mapping) for row in rows]


async def sum_booked(session: Session, since: Mapping[str, date]) -> dict[Place, Booked]:
    """What our books hold by account and day, from the day on: payments, reversals, payouts that the bank debited."""
    rows = await session.execute(_BOOKED, _places(since.items()))
    return {(row.account_id, row.day): Booked(row.credited_minor, row.debited_minor) for row in rows}


async def save_days(session: Session, days: Sequence[ReconciledDay]) -> None:
    """Keep each day as compared; what was judged of it before is to be judged again."""
    names = (*ReconciledDay.__slots__, "expected_minor", "difference_minor", "status")
    rows = [{name: getattr(day, name) for name in names} for day in days]
    if rows:
        await session.execute(_SAVE_DAYS, columns(rows, *names))


async def lock_unjudged(session: Session, as_of: date) -> list[ReconciledDay]:
    """Days before `as_of` that nobody judged since they changed; at most 500."""
    rows: Any = await session.execute(_LOCK_UNJUDGED, {"as_of": as_of})
    return [ReconciledDay(**row._mapping) for row in rows]


async def list_told(session: Session, days: Collection[ReconciledDay]) -> dict[Place, list[ToldLine]]:
    """The lines of the days' statements, other than those posted from them."""
    found: dict[Place, list[ToldLine]] = {}
    for row in await session.execute(_TOLD, _places((day.account_id, day.day) for day in days)):
        line = ToldLine(row.fingerprint, row.kind, row.amount_minor, row.booking_date, row.reference, row.is_known)
        found.setdefault((row.account_id, row.balance_date), []).append(line)
    return found


async def list_posted(session: Session, days: Collection[ReconciledDay]) -> dict[Place, list[PostedLine]]:
    """What our books hold for the days from other files than statements."""
    first_days = [day.first_day for day in days]
    found: dict[Place, list[PostedLine]] = {}
    wanted = _places((day.account_id, day.day) for day in days) | {"first_days": first_days}
    for row in await session.execute(_POSTED, wanted):
        line = PostedLine(str(row.line_id), str(row.file_id), row.amount_minor, row.booking_date, row.reference)
        found.setdefault((row.account_id, row.day), []).append(line)
    return found


async def save_judgement(
    session: Session, days: Collection[ReconciledDay], alerts: Sequence[Alert], as_of: date
) -> None:
    """The days' alerts are these now: open ones of theirs that are not among them are cleared."""
    places = _places((day.account_id, day.day) for day in days)
    kept = [alert.alert_id for alert in alerts]
    await session.execute(_CLEAR_ALERTS, places | {"kept": kept, "as_of": as_of})
    await save_alerts(session, alerts, as_of)
    await session.execute(_MARK_JUDGED, places | {"as_of": as_of})


async def save_alerts(session: Session, alerts: Sequence[Alert], as_of: date) -> None:
    """Raise alerts; an acknowledged one stays acknowledged, a cleared one is open again."""
    rows = [asdict(alert) | {"findings": json.dumps(alert.findings, default=_plain)} for alert in alerts]
    if rows:
        await session.execute(_SAVE_ALERTS, columns(rows, *Alert.__slots__) | {"as_of": as_of})


def _places(places: Any) -> dict[str, list[Any]]:
    found = list(places)
    return {"accounts": [account_id for account_id, _ in found], "days": [day for _, day in found]}


def _plain(value: Any) -> Any:
    return asdict(value) if isinstance(value, Finding) else str(value)
