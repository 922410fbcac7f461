"""Each payout of a settlement with the lines it pays, so that whoever gets the money can add it up."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from runtime.database import Session
from settlement.queries import reports as queries
from settlement.schemas import PayoutAttempt, PayoutLine, PayoutList, PayoutRead
from settlement.use_cases.reports import SettlementNotFound


async def list_payouts(session: Session, creditor_id: UUID, number: int) -> PayoutList:
    """Payouts to the creditor by part; another creditor's number reads like a missing one. Three statements."""
    found = await queries.find_settlement(session, creditor_id, number)
    if found is None:
        raise SettlementNotFound(number)
    lines: defaultdict[int, list[PayoutLine]] = defaultdict(list)
    for row in await queries.list_payout_lines(session, found.settlement_id):
        lines[row.part].append(_line(row))
    attempts: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in await queries.list_attempts(session, found.settlement_id):
        attempts[row.part].append(row)
    return PayoutList(
        settlement_number=number,
        settlement_date=found.settlement_date,
        net_minor=found.net_minor,
        payouts=[_payout(part, tried, lines[part]) for part, tried in attempts.items()],
    )


def _payout(part: int, tried: Sequence[Row[Any]], lines: Sequence[PayoutLine]) -> PayoutRead:
    latest = tried[-1]
    return PayoutRead(
        part=part,
        amount_minor=latest.amount_minor,
        currency=latest.currency,
        reference=latest.reference,
        status=latest.status,
        attempts=[_attempt(row) for row in tried],
        lines=list(lines),
    )


def _attempt(row: Row[Any]) -> PayoutAttempt:
    return PayoutAttempt(
        attempt=row.attempt,
        status=row.status,
        end_to_end_id=row.end_to_end_id,
        payment_order=row.message_id,
        iban=row.iban,
        initiated_date=row.initiated_date,
        booking_date=row.booking_date,
        failed_date=row.failed_date,
        reason=row.reason,
    )


def _line(row: Row[Any]) -> PayoutLine:
    return PayoutLine(
        line_id=row.line_id,
        kind=row.kind,
        line_date=row.as_of,
        case_id=row.case_id,
        invoice_number=row.invoice_number,
        payment_reference=row.payment_reference,
        principal_minor=row.principal_minor,
        interest_minor=row.interest_minor,
        fees_minor=row.reminder_fee_minor + row.collection_fee_minor + row.compensation_minor,
        collected_minor=row.allocated_minor,
        fee_share_minor=row.fee_share_minor,
        commission_minor=row.commission_minor,
        vat_minor=row.vat_minor,
        net_minor=row.allocated_minor - row.fee_share_minor - row.commission_minor - row.vat_minor,
    )
