"""HTTP in, from the gateway alone."""

from fastapi import APIRouter

from accounting.domain.documents import DocumentChanged, EndpointRefused
from accounting.domain.periods import PeriodClosed, PeriodUnfinished
from accounting.domain.reversal import AlreadyReversed
from accounting.routes import books, documents, reports, vouchers
from accounting.use_cases.books import UnknownAccount, VoucherNotFound
from accounting.use_cases.documents import InvoicesUnknown

router = APIRouter(prefix="/internal")
for _routes in (vouchers, books, documents, reports):
    router.include_router(_routes.router)

statuses: dict[type[Exception], int] = {
    AlreadyReversed: 409,
    DocumentChanged: 409,
    EndpointRefused: 422,
    InvoicesUnknown: 422,
    PeriodClosed: 409,
    PeriodUnfinished: 422,
    UnknownAccount: 422,
    VoucherNotFound: 404,
}
