"""SQL of the creditor reports: what a creditor's vouchers, and the dates of the invoices behind them, add up to."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from accounting.domain.chart import RECEIVABLE, RECEIVABLES
from accounting.domain.figures import BUCKET_STARTS, COHORT_AGES
from runtime.database import Session

_OPEN = """
    WITH open AS (
        SELECT line.case_id, voucher.currency,
            CAST(sum(line.amount_minor) FILTER (WHERE line.account_code = '1500') AS bigint) AS principal_minor,
            CAST(sum(line.amount_minor) FILTER (WHERE line.account_code = '1510') AS bigint) AS interest_minor,
            CAST(sum(line.amount_minor) FILTER (WHERE line.account_code = '1520') AS bigint) AS fees_minor,
            CAST(sum(line.amount_minor) AS bigint) AS open_minor
        FROM voucher JOIN voucher_line line USING (voucher_id)
        WHERE voucher.creditor_id = :creditor_id AND voucher.voucher_date <= :as_of
            AND line.account_code = ANY (:receivables)
        GROUP BY line.case_id, voucher.currency HAVING sum(line.amount_minor) <> 0
    ), aged AS (
        SELECT open.*, invoice.invoice_number, invoice.invoice_date, invoice.due_date,
            greatest(CAST(:as_of AS date) - coalesce(invoice.due_date, CAST(:as_of AS date)), 0) AS days_overdue
        FROM open LEFT JOIN invoice USING (case_id) WHERE invoice.payment_control IS DISTINCT FROM false
    )
"""
_BUCKETS = text(
    _OPEN
    + """
    SELECT currency, width_bucket(days_overdue, CAST(:starts AS integer[])) AS bucket, count(*) AS invoices,
        CAST(sum(open_minor) AS bigint) AS open_minor
    FROM aged GROUP BY 1, 2 ORDER BY 1, 2
    """
)
_INVOICES = text(
    _OPEN
    + """
    SELECT case_id, currency, invoice_number, invoice_date, due_date, days_overdue,
        width_bucket(days_overdue, CAST(:starts AS integer[])) AS bucket, coalesce(principal_minor, 0) AS principal_minor,
        coalesce(interest_minor, 0) AS interest_minor, coalesce(fees_minor, 0) AS fees_minor, open_minor
    FROM aged WHERE case_id > :after ORDER BY case_id, currency LIMIT :limit
    """
)
_COHORTS = text(
    """
    WITH placed AS (
        SELECT case_id, currency, gross_minor, accepted_date, CAST(date_trunc('month', accepted_date) AS date) AS month
        FROM invoice WHERE creditor_id = :creditor_id AND payment_control AND accepted_date <= :as_of
    ), collected AS (
        SELECT line.case_id, -sum(line.amount_minor) AS minor,
            coalesce(-sum(line.amount_minor) FILTER (WHERE line.account_code = '1500'), 0) AS principal_minor,
            {ages}
        FROM voucher JOIN voucher_line line USING (voucher_id) JOIN placed USING (case_id)
        WHERE voucher.creditor_id = :creditor_id AND voucher.voucher_date <= :as_of
            AND voucher.movement IN ('PAYMENT', 'DIRECT_PAYMENT', 'COLLECTED') AND line.account_code = ANY (:receivables)
        GROUP BY line.case_id
    )
    SELECT placed.month, placed.currency, count(*) AS invoices,
        CAST(sum(placed.gross_minor) AS bigint) AS placed_minor,
        CAST(coalesce(sum(collected.minor), 0) AS bigint) AS collected_minor,
        CAST(coalesce(sum(collected.principal_minor), 0) AS bigint) AS collected_principal_minor,
        {sums}
    FROM placed LEFT JOIN collected USING (case_id) GROUP BY 1, 2 ORDER BY 1, 2
    """.format(
        ages=", ".join(
            f"coalesce(-sum(line.amount_minor) FILTER (WHERE voucher.voucher_date - placed.accepted_date <= {age}), 0)"
            f" AS within_{age}"
            for age in COHORT_AGES
        ),
        sums=", ".join(
            f"CAST(coalesce(sum(collected.within_{age}), 0) AS bigint) AS within_{age}" for age in COHORT_AGES
        ),
    )
)
_RECEIVABLES = text(
    """
    WITH moved AS (
        SELECT voucher.currency, voucher.voucher_date, voucher.movement, line.amount_minor,
            invoice.due_date >= :to_date AS is_current
        FROM voucher JOIN voucher_line line USING (voucher_id) LEFT JOIN invoice USING (case_id)
        WHERE voucher.creditor_id = :creditor_id AND voucher.voucher_date <= :to_date AND line.account_code = :receivable
            AND invoice.payment_control IS DISTINCT FROM false
    )
    SELECT currency,
        CAST(coalesce(sum(amount_minor) FILTER (WHERE voucher_date < :from_date), 0) AS bigint) AS opening_minor,
        CAST(coalesce(sum(amount_minor) FILTER (WHERE voucher_date >= :from_date
            AND movement IN ('SALE', 'CREDITED')), 0) AS bigint) AS sales_minor,
        CAST(sum(amount_minor) AS bigint) AS closing_minor,
        CAST(coalesce(sum(amount_minor) FILTER (WHERE is_current), 0) AS bigint) AS current_minor
    FROM moved GROUP BY currency ORDER BY currency
    """
)
_STATEMENT = text(
    """
    WITH moved AS (
        SELECT voucher.currency, voucher.voucher_date, voucher.voucher_number, voucher.text, line.line_no, line.case_id,
            line.component, line.amount_minor, coalesce(line.invoice_number, invoice.invoice_number) AS invoice_number,
            CAST(sum(line.amount_minor) OVER (PARTITION BY voucher.currency
                ORDER BY voucher.voucher_date, voucher.voucher_number, line.line_no) AS bigint) AS balance_minor
        FROM voucher JOIN voucher_line line USING (voucher_id) LEFT JOIN invoice USING (case_id)
        WHERE voucher.creditor_id = :creditor_id AND voucher.voucher_date <= :to_date AND line.account_code = :code
    )
    SELECT * FROM moved WHERE voucher_date >= :from_date
    ORDER BY currency, voucher_date, voucher_number, line_no LIMIT :limit
    """
)
_OPENING = text(
    """
    SELECT voucher.currency,
        CAST(coalesce(sum(line.amount_minor) FILTER (WHERE voucher.voucher_date < :from_date), 0) AS bigint)
            AS opening_minor,
        CAST(sum(line.amount_minor) AS bigint) AS closing_minor
    FROM voucher JOIN voucher_line line USING (voucher_id)
    WHERE voucher.creditor_id = :creditor_id AND voucher.voucher_date <= :to_date AND line.account_code = :code
    GROUP BY voucher.currency ORDER BY voucher.currency
    """
)


async def list_buckets(session: Session, creditor_id: UUID, as_of: date) -> Sequence[Row[Any]]:
    """Open amounts per currency and number of bucket."""
    return (await session.execute(_BUCKETS, _aged(creditor_id, as_of))).all()


async def list_open_invoices(
    session: Session, creditor_id: UUID, as_of: date, after: int, limit: int
) -> Sequence[Row[Any]]:
    """Open invoices by case id, those after case `after`."""
    values = _aged(creditor_id, as_of) | {"after": after, "limit": limit}
    return (await session.execute(_INVOICES, values)).all()


def _aged(creditor_id: UUID, as_of: date) -> dict[str, Any]:
    return {
        "creditor_id": creditor_id,
        "as_of": as_of,
        "receivables": list(RECEIVABLES),
        "starts": list(BUCKET_STARTS),
    }


async def list_cohorts(session: Session, creditor_id: UUID, as_of: date) -> Sequence[Row[Any]]:
    """What was placed and collected, per month of placement and currency."""
    values = {"creditor_id": creditor_id, "as_of": as_of, "receivables": list(RECEIVABLES)}
    return (await session.execute(_COHORTS, values)).all()


async def list_receivables(session: Session, creditor_id: UUID, from_date: date, to_date: date) -> Sequence[Row[Any]]:
    """Opening, sales, closing and what of it is not overdue, per currency; principal alone."""
    values = {"creditor_id": creditor_id, "from_date": from_date, "to_date": to_date, "receivable": RECEIVABLE}
    return (await session.execute(_RECEIVABLES, values)).all()


async def list_statement(
    session: Session, creditor_id: UUID, code: str, from_date: date, to_date: date, limit: int
) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]]]:
    """Opening and closing per currency, and the lines between with the balance after each."""
    values = {"creditor_id": creditor_id, "code": code, "from_date": from_date, "to_date": to_date}
    sums = (await session.execute(_OPENING, values)).all()
    return sums, (await session.execute(_STATEMENT, values | {"limit": limit})).all()
