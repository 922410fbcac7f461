"""Settlement: close what was collected, and say what is paid to whom."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from contracts import Agreement, SettlementCreated
from delivery import publish, traced
from runtime.database import Session
from settlement.domain.accounts import Accounts
from settlement.domain.payout_parts import PayoutPart, Share, paid_at_once, paid_per_invoice
from settlement.domain.payouts import settlement_id_of
from settlement.domain.settling import OwnShare, SettledLine, Totals, own_share_of, settle
from settlement.queries import lines as line_queries
from settlement.queries import settlements as queries
from settlement.queries.agreements import list_agreements
from settlement.queries.lines import OpenLine, Place
from settlement.queries.payouts import save_payouts
from settlement.use_cases.payouts import new_payout

_BATCH = 200

Agreements = Mapping[tuple[UUID, int], Agreement]


@dataclass(frozen=True, slots=True)
class _Decision:
    """A settlement that will be made: our part of each line, and the transfers that pay the creditor."""

    place: Place
    settlement_id: UUID
    lines: Sequence[tuple[OpenLine, OwnShare, int]]
    totals: Totals
    parts: Sequence[PayoutPart]

    def part_of(self) -> dict[UUID, int]:
        """The number of the transfer that pays each line."""
        return {line_id: part.number for part in self.parts for line_id in part.line_ids}


async def settle_due(session: Session, day: date, accounts: Accounts) -> int:
    """Settle a batch of what is due on `day`; says how many places it looked at.

    A place is a creditor's money in one currency on one account. Ten statements at most, whatever the number of
    lines. A place is looked at once a day; one with too little due to the creditor keeps its lines for the next run,
    and one whose creditor is held keeps them until it is released.
    Money on an account that is not in CLIENT_ACCOUNTS waits until it is.
    """
    places = await queries.claim_places(session, day, accounts.client.keys(), _BATCH)
    if not places:
        return 0
    lines = await line_queries.lock_open_lines(session, places, day)
    agreements = await list_agreements(session, {place.creditor_id for place in places})
    decisions = decide(places, lines, agreements, day)
    if decisions:
        await _save(session, decisions, agreements, accounts, day)
    return len(places)


def decide(places: Sequence[Place], lines: Sequence[OpenLine], agreements: Agreements, day: date) -> list[_Decision]:
    """Which places are settled: those where something is due to the creditor."""
    by_place: defaultdict[tuple[UUID, str, str], list[OpenLine]] = defaultdict(list)
    for line in lines:
        by_place[line.creditor_id, line.currency, line.account_id].append(line)
    decisions: list[_Decision] = []
    for place in places:
        agreement = agreements[place.creditor_id, place.agreement_version]
        mine = by_place[place.creditor_id, place.currency, place.account_id]
        shared = [found for line in mine if (found := share_line(line, place, agreements)) is not None]
        totals = settle([SettledLine(line.collected, own) for line, own, _ in shared], agreement.minimum_payout_minor)
        if totals is not None:
            settlement_id = settlement_id_of(place.creditor_id, place.currency, place.account_id, day)
            parts = _parts(settlement_id, shared, totals, per_invoice=agreement.payout_per_invoice)
            decisions.append(_Decision(place, settlement_id, shared, totals, parts))
    return decisions


def share_line(line: OpenLine, place: Place, agreements: Agreements) -> tuple[OpenLine, OwnShare, int] | None:
    """Our part of a line; a reversal is shared by the agreement its allocation was settled by.

    None while commission depends on an invoice that was not told yet: between topics there is no order, so the line
    waits for the next run.
    """
    version = line.original_version or place.agreement_version
    if line.kind == "DEFERRAL":
        return line, line.own, version
    agreement = agreements[place.creditor_id, version]
    if agreement.commission_tiers and line.claim is None:
        return None
    return line, own_share_of(line.collected, agreement, line.claim), version


def _parts(
    settlement_id: UUID, lines: Sequence[tuple[OpenLine, OwnShare, int]], totals: Totals, *, per_invoice: bool
) -> list[PayoutPart]:
    shares = [
        Share(line.line_id, line.case_id, line.payment_reference, line.collected.allocated_minor - own.total_minor)
        for line, own, _ in lines
    ]
    if totals.deferred is not None:
        shares.append(Share(_deferred_line_id(settlement_id), None, "", totals.deferred.total_minor))
    return paid_per_invoice(shares) if per_invoice else paid_at_once(shares)


def _deferred_line_id(settlement_id: UUID) -> UUID:
    """The line that takes our negative share out of a settlement."""
    return uuid5(settlement_id, "deferred")


async def _save(
    session: Session, decisions: Sequence[_Decision], agreements: Agreements, accounts: Accounts, day: date
) -> None:
    numbers = await queries.next_settlement_numbers(session, day, len(decisions))
    rows = [_settlement(decision, number, day) for decision, number in zip(decisions, numbers, strict=True)]
    payouts: list[dict[str, Any]] = []
    for row, decision in zip(rows, decisions, strict=True):
        place = decision.place
        agreement = agreements[place.creditor_id, place.agreement_version]
        payouts += _payouts(row, decision.parts, agreement, accounts, day)
    await queries.save_settlements(session, rows)
    await line_queries.close_lines(session, [row for decision in decisions for row in _closed(decision)])
    await line_queries.save_lines(session, [row for decision in decisions for row in _deferred(decision, day)])
    await save_payouts(session, payouts)
    with traced({str(row["creditor_id"]): row["traceparent"] for row in rows}):
        await publish(session, [_announced(row) for row in rows])


def _settlement(decision: _Decision, number: int, day: date) -> dict[str, Any]:
    totals = decision.totals
    return {
        "settlement_id": decision.settlement_id,
        "settlement_number": number,
        "creditor_id": decision.place.creditor_id,
        "currency": decision.place.currency,
        "account_id": decision.place.account_id,
        "settlement_date": day,
        "line_count": sum(line.kind != "DEFERRAL" for line, _, _ in decision.lines),
        "allocated_minor": totals.allocated_minor,
        "principal_minor": totals.principal_minor,
        "interest_minor": totals.interest_minor,
        "fees_minor": totals.fees_minor,
        "fee_share_minor": totals.own.fee_share_minor,
        "commission_minor": totals.own.commission_minor,
        "vat_minor": totals.own.vat_minor,
        "own_share_minor": totals.own.total_minor,
        "net_minor": totals.net_minor,
        "traceparent": next((line.traceparent for line, _, _ in decision.lines if line.traceparent), None),
    }


def _payouts(
    row: Mapping[str, Any], parts: Sequence[PayoutPart], agreement: Agreement, accounts: Accounts, day: date
) -> list[dict[str, Any]]:
    """The creditor's net, and our own share where there is one."""
    payouts = [
        new_payout(row, "CREDITOR", 1, part.amount_minor, agreement, accounts, day, part.number, part.reference)
        for part in parts
    ]
    if row["own_share_minor"] > 0:
        payouts.append(new_payout(row, "OWN", 1, row["own_share_minor"], agreement, accounts, day))
    return payouts


def _closed(decision: _Decision) -> list[dict[str, Any]]:
    part_of = decision.part_of()
    return [
        {
            "line_id": line.line_id,
            "settlement_id": decision.settlement_id,
            "agreement_version": version,
            "fee_share_minor": own.fee_share_minor,
            "commission_minor": own.commission_minor,
            "vat_minor": own.vat_minor,
            "payout_part": part_of[line.line_id],
        }
        for line, own, version in decision.lines
    ]


def _deferred(decision: _Decision, day: date) -> list[dict[str, Any]]:
    """Two lines that cancel out: one takes our negative share out of this settlement, one keeps it for the next."""
    deferred = decision.totals.deferred
    if deferred is None:
        return []
    line_id = _deferred_line_id(decision.settlement_id)
    closing = _deferral(decision, -deferred, line_id, decision.settlement_id, day)
    return [
        closing | {"payout_part": decision.part_of()[line_id]},
        _deferral(decision, deferred, uuid5(decision.settlement_id, "open"), None, day),
    ]


def _deferral(
    decision: _Decision, own: OwnShare, line_id: UUID, settlement_id: UUID | None, day: date
) -> dict[str, Any]:
    return {
        "line_id": line_id,
        "kind": "DEFERRAL",
        "creditor_id": decision.place.creditor_id,
        "currency": decision.place.currency,
        "account_id": decision.place.account_id,
        "invoice_number": "",
        "payment_reference": "",
        "principal_minor": 0,
        "interest_minor": 0,
        "reminder_fee_minor": 0,
        "collection_fee_minor": 0,
        "compensation_minor": 0,
        "allocated_minor": 0,
        "value_date": day,
        "as_of": day,
        "settlement_id": settlement_id,
        "fee_share_minor": own.fee_share_minor,
        "commission_minor": own.commission_minor,
        "vat_minor": own.vat_minor,
    }


def _announced(row: Mapping[str, Any]) -> SettlementCreated:
    return SettlementCreated(event_id=uuid5(row["settlement_id"], "settlement.created"), **row)
