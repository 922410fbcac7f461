"""Lists: distribution, payments, settlements; by default of the last 30 days of the business date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from pydantic.alias_generators import to_camel

from gateway.downstream import Downstream
from gateway.schemas.cases import (
    DistributionAttempt,
    DistributionFilters,
    DistributionMeta,
    DistributionRead,
    DistributionRecord,
)
from gateway.schemas.money import (
    Beneficiary,
    BreakdownPart,
    Deduction,
    PaymentRead,
    SettlementAllocation,
    SettlementList,
    SettlementRead,
    SettlementReport,
)
from gateway.schemas.wire import check_period, major
from gateway.use_cases.cases import AGENCY, midnight
from runtime.clock import today, wall_now
from runtime.database import Database

_WINDOW = timedelta(days=30)
_EVER = date(2000, 1, 1)
_SPELLING = {"principal": "capital_amount", "settlement_number": "settlement_id"}
_PAGE = 1_000
_METHODS = {"LETTER": "PRINT"}


@dataclass(frozen=True, slots=True)
class DistributionQuery:
    """What a caller filters distribution by."""

    invoice_number: str | None
    from_date: date | None
    to_date: date | None
    fetch_type: str | None


async def _period(database: Database, from_date: date | None, to_date: date | None) -> tuple[date, date]:
    if to_date is None:
        async with database.transaction() as session:
            to_date = await today(session)
        to_date = max(to_date, from_date) if from_date else to_date
    return from_date or to_date - _WINDOW, to_date


async def list_distributions(
    database: Database, downstream: Downstream, creditor_id: UUID, query: DistributionQuery
) -> DistributionRead:
    """The latest distribution of each invoice; a number alone finds it whatever its date."""
    default = query.from_date is None and query.to_date is None and query.invoice_number is None
    from_date, to_date = query.from_date, query.to_date
    if default or (from_date is None) != (to_date is None):
        from_date, to_date = await _period(database, from_date, to_date)
    if from_date and to_date:
        check_period(from_date, to_date, "query.fromInvDate")
    filters = {
        "invoice_number": query.invoice_number,
        "from_invoice_date": from_date,
        "to_invoice_date": to_date,
    }
    records = [_record(row) for row in await _all_distributions(downstream, creditor_id, filters)]
    if query.fetch_type not in {None, "ALL"}:
        records = [record for record in records if record.status == query.fetch_type]
    return DistributionRead(
        meta_data=DistributionMeta(
            total_count=len(records),
            successful_count=sum(record.status == "SUCCESSFUL" for record in records),
            failed_count=sum(record.status == "FAILED" for record in records),
            filters_applied=DistributionFilters(
                invoice_number=query.invoice_number,
                from_inv_date=from_date,
                to_inv_date=to_date,
                fetch_type=query.fetch_type,
                default_last30_days=default,
            ),
        ),
        distributions=records,
    )


async def _all_distributions(
    downstream: Downstream, creditor_id: UUID, filters: Mapping[str, object]
) -> list[dict[str, Any]]:
    """Page by page, since the partner API's answer has no pages."""
    rows: list[dict[str, Any]] = []
    while True:
        page = await downstream.get(
            "communication",
            "/internal/distribution",
            creditor_id,
            {**filters, "limit": _PAGE, "offset": len(rows)},
        )
        rows += page
        if len(page) < _PAGE:
            return rows


def _record(row: dict[str, Any]) -> DistributionRecord:
    return DistributionRecord(
        invoice_number=row["invoice_number"],
        case_id=row["case_id"],
        invoice_date=row["invoice_date"],
        method=_METHODS.get(row["channel"]) or str(row["channel"]),
        status=row["status"],
        reason=row["reason"] or None,
        distributed_at=row["sent_at"],
        message_id=row["message_id"],
        payment_control_enabled=row["payment_control"],
        attempts=[_attempt(attempt) for attempt in row["attempts"]],
    )


def _attempt(row: dict[str, Any]) -> DistributionAttempt:
    return DistributionAttempt(
        method=_METHODS.get(row["channel"]) or str(row["channel"]),
        status=row["status"],
        reason=row["reason"] or None,
        queued_at=row["queued_at"],
        distributed_at=row["sent_at"],
    )


async def list_payments(
    database: Database, downstream: Downstream, creditor_id: UUID, from_date: date | None, to_date: date | None
) -> list[PaymentRead]:
    """What was allocated to the creditor's invoices in the period, by booking date."""
    from_date, to_date = await _period(database, from_date, to_date)
    check_period(from_date, to_date, "query.fromDate")
    answer = await downstream.get(
        "payment-control", "/internal/payments", creditor_id, {"from_date": from_date, "to_date": to_date}
    )
    return [_payment(row) for row in answer]


def _payment(row: dict[str, Any]) -> PaymentRead:
    return PaymentRead(
        case_id=row["case_id"],
        invoice_number=row["invoice_number"],
        invoice_payment_reference=row["invoice_payment_reference"],
        original_payment_reference=row["original_payment_reference"],
        account_name=row["payer_name"],
        booking_date=midnight(row["booking_date"]),
        payment_date=midnight(row["value_date"]),
        amount=major(int(row["amount_minor"]), row["currency"]),
        currency=row["currency"],
    )


async def list_settlements(
    database: Database,
    downstream: Downstream,
    creditor_id: UUID,
    from_date: date | None,
    to_date: date | None,
    *,
    unfetched_only: bool,
    exclude_closed: bool,
) -> SettlementList:
    """Settlements of the period; unfetched or open ones, when no period is given, whatever their date."""
    if (unfetched_only or exclude_closed) and from_date is None:
        from_date = _EVER
    from_date, to_date = await _period(database, from_date, to_date)
    check_period(from_date, to_date, "query.fromDate")
    answer = await downstream.get(
        "settlement",
        "/internal/settlements",
        creditor_id,
        {
            "from_date": from_date,
            "to_date": to_date,
            "unfetched_only": unfetched_only,
            "exclude_closed": exclude_closed or None,
        },
    )
    return SettlementList(created_at=wall_now(), settlements=[_settlement(row) for row in answer["settlements"]])


def _settlement(row: dict[str, Any]) -> SettlementRead:
    currency = row["currency"]
    beneficiary = row["beneficiary"]
    return SettlementRead(
        settlement_id=row["settlement_number"],
        settlement_date=row["settlement_date"],
        agency=AGENCY,
        remittance_reference=row["remittance_reference"],
        beneficiary=Beneficiary.model_validate(beneficiary) if beneficiary else None,
        settlement_amount=major(int(row["settlement_amount_minor"]), currency),
        currency=currency,
        api_fetch_date=row["api_fetch_date"],
        bookkept_date=row["bookkept_date"],
        internal_accounting_id=row["internal_accounting_id"],
        payout_status=row["payout_status"],
        allocations=[_allocation(line) for line in row["allocations"]],
        deductions=[
            Deduction(type=part["type"], amount=major(int(part["amount_minor"]), currency))
            for part in row["deductions"]
        ],
    )


def _allocation(line: dict[str, Any]) -> SettlementAllocation:
    currency = line["currency"]
    return SettlementAllocation(
        allocation_id=line["allocation_id"],
        kind=line["kind"],
        allocated_total_amount=major(int(line["allocated_total_minor"]), currency),
        allocation_date=line["allocation_date"],
        currency=currency,
        case_id=line["case_id"],
        original_invoice_number=line["original_invoice_number"],
        original_payment_reference=line["original_payment_reference"] or "",
        breakdown=[
            BreakdownPart(type=part["type"], amount=major(int(part["amount_minor"]), currency))
            for part in line["breakdown"]
        ],
    )


async def read_settlement_report(downstream: Downstream, creditor_id: UUID, number: int) -> SettlementReport:
    """The report as its service keeps it, in the partner API's names and decimals."""
    report = await downstream.get("settlement", f"/internal/settlements/{number}/report.json", creditor_id)
    return SettlementReport(worded(report, report["currency"]))


def worded(value: Any, currency: str) -> Any:
    """camelCase names; `<what>_minor` becomes `<what>Amount` in major units."""
    if isinstance(value, list):
        return [worded(item, currency) for item in value]
    if not isinstance(value, dict):
        return value
    spelt: dict[str, Any] = {}
    names: dict[str, Any] = value
    for name, part in names.items():
        if name.endswith("_minor"):
            what = name.removesuffix("_minor").removesuffix("_amount").removesuffix("amount")
            # major() is exact; JSON has no other number than a double
            spelled = _SPELLING.get(what) or (f"{what}_amount" if what else "amount")
            spelt[to_camel(spelled)] = float(major(part, currency))
        else:
            spelt[to_camel(_SPELLING.get(name) or name)] = worded(part, currency)
    return spelt
