"""What a creditor's open lines would come to, when they are settled, and why they were not so far."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from runtime.database import Session
from settlement.domain.accounts import Accounts
from settlement.domain.rundays import Schedule, next_run_day
from settlement.domain.settling import OwnShare, SettledLine, settle
from settlement.queries.agreements import find_version_in_force, list_agreements
from settlement.queries.holds import list_holds
from settlement.queries.lines import OpenLine, Place, list_open_lines
from settlement.schemas import UpcomingSettlement, UpcomingSettlements
from settlement.use_cases.settle import Agreements, share_line


async def read_upcoming(session: Session, creditor_id: UUID, day: date, accounts: Accounts) -> UpcomingSettlements:
    """One row per currency and account with open lines, shared by the agreement now in force. Four statements."""
    by_place: defaultdict[tuple[str, str], list[OpenLine]] = defaultdict(list)
    for line in await list_open_lines(session, creditor_id):
        by_place[line.currency, line.account_id].append(line)
    version = await find_version_in_force(session, creditor_id, day)
    agreements = await list_agreements(session, {creditor_id})
    held = [hold for hold in await list_holds(session, creditor_id) if hold.released_date is None]
    reason = held[0].reason if held else None
    if version is None:
        return UpcomingSettlements(as_of=day, upcoming=[])
    return UpcomingSettlements(
        as_of=day,
        upcoming=[
            _upcoming(Place(creditor_id, currency, account_id, version), lines, agreements, accounts, reason, day)
            for (currency, account_id), lines in sorted(by_place.items())
        ],
    )


def _upcoming(
    place: Place,
    lines: Sequence[OpenLine],
    agreements: Agreements,
    accounts: Accounts,
    hold_reason: str | None,
    day: date,
) -> UpcomingSettlement:
    agreement = agreements[place.creditor_id, place.agreement_version]
    shared = [found for line in lines if (found := share_line(line, place, agreements)) is not None]
    own = sum((own for _, own, _ in shared), OwnShare())
    collected_minor = sum(line.collected.allocated_minor for line, _, _ in shared)
    row = UpcomingSettlement(
        currency=place.currency,
        account_id=place.account_id,
        line_count=len(lines),
        collected_minor=collected_minor,
        own_share_minor=own.total_minor,
        net_minor=collected_minor - own.total_minor,
        minimum_payout_minor=agreement.minimum_payout_minor,
        next_settlement_date=next_run_day(Schedule.of(agreement), agreement.jurisdiction, day + timedelta(days=1)),
        waits_for="NEXT_RUN",
        hold_reason=hold_reason,
    )
    if hold_reason is not None:
        return row.model_copy(update={"waits_for": "HOLD_RELEASED", "next_settlement_date": None})
    if place.account_id not in accounts.client:
        return row.model_copy(update={"waits_for": "ACCOUNT", "next_settlement_date": None})
    if not shared:
        return row.model_copy(update={"waits_for": "INVOICE"})
    settled = [SettledLine(line.collected, own) for line, own, _ in shared]
    if settle(settled) is None:
        return row.model_copy(update={"waits_for": "MORE_MONEY"})
    if settle(settled, agreement.minimum_payout_minor) is None:
        return row.model_copy(update={"waits_for": "MINIMUM"})
    return row
