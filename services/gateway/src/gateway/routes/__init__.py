"""HTTP in: parse, call one use case, shape the answer."""

from fastapi import APIRouter

from gateway.routes import (
    accounting,
    accounting_documents,
    agreements,
    case_work,
    claims,
    communication,
    documents,
    invoices,
    money,
    office,
    onboarding,
    reports,
    sandbox,
    settlement_holds,
    templates,
    unmatched,
    webhooks,
)

routers: list[APIRouter] = [
    onboarding.router,
    agreements.router,
    invoices.router,
    case_work.router,
    money.router,
    accounting.router,
    accounting_documents.router,
    reports.router,
    webhooks.router,
    communication.router,
    templates.router,
    documents.router,
    sandbox.router,
    office.router,
    accounting.office,
    settlement_holds.router,
    claims.router,
    claims.office,
    unmatched.router,
]
