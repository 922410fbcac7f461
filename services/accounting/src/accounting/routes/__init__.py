"""HTTP in, from the gateway alone."""

from fastapi import APIRouter

from accounting.domain.periods import PeriodClosed, PeriodUnfinished
from accounting.domain.reversal import AlreadyReversed
from accounting.routes import books, reports, vouchers
from accounting.use_cases.books import UnknownAccount, VoucherNotFound

router = APIRouter(prefix="/internal")
for _routes in (vouchers, books, reports):
    router.include_router(_routes.router)

statuses: dict[type[Exception], int] = {
    AlreadyReversed: 409,
    PeriodClosed: 409,
    PeriodUnfinished: 422,
    UnknownAccount: 422,
    VoucherNotFound: 404,
}
