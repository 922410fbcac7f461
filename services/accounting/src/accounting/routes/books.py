"""A creditor's own book: what its accounts are called, closed periods, reversals."""

from typing import Annotated

from fastapi import APIRouter, Path

from accounting import chart_queries, queries
from accounting.chart_queries import Mapping
from accounting.schemas import AccountMappings, ChartRead, ClosedPeriods, PeriodClose, VoucherReverse, VouchersRead
from accounting.use_cases import books
from runtime.database import RequestTransaction
from runtime.tokens import ServiceCaller

router = APIRouter()

Number = Annotated[int, Path(gt=0, lt=2**63)]


@router.get("/accounts")
async def list_accounts(caller: ServiceCaller, session: RequestTransaction) -> ChartRead:
    return ChartRead.of(await chart_queries.list_chart(session, caller.creditor()))


@router.post("/accounts")
async def map_accounts(body: AccountMappings, caller: ServiceCaller, session: RequestTransaction) -> ChartRead:
    """Accounts that are not named keep what they are called."""
    mappings = [Mapping(**account.model_dump()) for account in body.accounts]
    return ChartRead.of(await books.map_accounts(session, caller.creditor(), mappings))


@router.get("/closed-periods")
async def list_closed_periods(caller: ServiceCaller, session: RequestTransaction) -> ClosedPeriods:
    """The creditor's own; for the house, those of the office's books."""
    return ClosedPeriods.of(await chart_queries.list_history(session, caller.creditor_id))


@router.post("/closed-periods")
async def close_period(body: PeriodClose, caller: ServiceCaller, session: RequestTransaction) -> ClosedPeriods:
    """For ever: there is no way to open a period again."""
    await books.close_period(session, caller.creditor_id, body.closed_through)
    return ClosedPeriods.of(await chart_queries.list_history(session, caller.creditor_id))


@router.post("/vouchers/{number}/reversal")
async def reverse_voucher(
    number: Number, body: VoucherReverse, caller: ServiceCaller, session: RequestTransaction
) -> VouchersRead:
    """The voucher that takes it back."""
    new_id = await books.reverse_voucher(session, caller.creditor(), number, body.reason)
    return VouchersRead.of(await queries.list_voucher(session, caller.creditor(), new_id))
