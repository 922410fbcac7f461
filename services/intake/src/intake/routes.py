"""HTTP in, from the gateway alone."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, status

from intake import queries
from intake.domain.accounts import ClientAccount
from intake.domain.agreements import CountryNotOffered, CurrencyNotOffered, PolicyNotOffered, SchemeNotOffered
from intake.schemas import (
    ActionResults,
    ActionsCreate,
    CreditorCreate,
    CreditorRead,
    InvoicePlace,
    InvoiceResults,
    InvoicesCreate,
)
from intake.settings import Settings
from intake.use_cases import actions, creditors, invoices
from runtime.clock import today
from runtime.database import RequestTransaction
from runtime.problems import Problem
from runtime.tokens import ServiceCaller

router = APIRouter(prefix="/internal")
statuses: dict[type[Exception], int] = {
    CountryNotOffered: 422,
    PolicyNotOffered: 422,
    SchemeNotOffered: 422,
    CurrencyNotOffered: 422,
    invoices.CreditorNotFound: 404,
}


def _accounts(request: Request) -> tuple[ClientAccount, ...]:
    settings: Settings = request.app.state.settings
    return settings.client_accounts


ClientAccounts = Annotated[tuple[ClientAccount, ...], Depends(_accounts)]


@router.post("/creditors", status_code=status.HTTP_201_CREATED)
async def onboard_creditor(
    body: CreditorCreate, caller: ServiceCaller, accounts: ClientAccounts, session: RequestTransaction
) -> CreditorRead:
    return await creditors.onboard_creditor(session, body, accounts)


@router.post("/invoices")
async def accept_invoices(
    body: InvoicesCreate, caller: ServiceCaller, accounts: ClientAccounts, session: RequestTransaction
) -> InvoiceResults:
    by_id = {account.account_id: account for account in accounts}
    results = await invoices.accept_invoices(
        session, caller.creditor(), body.request_id, body.invoices, by_id, await today(session)
    )
    return InvoiceResults(results=results)


@router.post("/actions")
async def request_actions(body: ActionsCreate, caller: ServiceCaller, session: RequestTransaction) -> ActionResults:
    results = await actions.request_actions(
        session, caller.creditor(), body.request_id, body.actions, await today(session)
    )
    return ActionResults(results=results)


@router.get("/invoices/by-number/{number:path}")
async def get_invoice_by_number(number: str, caller: ServiceCaller, session: RequestTransaction) -> InvoicePlace:
    rows = await queries.list_invoices(session, caller.creditor(), {number})
    if not rows:
        raise Problem(404, f"You have no invoice {number}.")
    row = rows[0]
    return InvoicePlace(
        invoice_id=row.invoice_id, invoice_number=row.number, case_id=row.case_id, currency=row.currency
    )
