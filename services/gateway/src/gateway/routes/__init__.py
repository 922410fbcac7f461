"""HTTP in: parse, call one use case, shape the answer."""

from fastapi import APIRouter

from gateway.routes import agreements, invoices, money, office, onboarding, sandbox, webhooks

routers: list[APIRouter] = [
    onboarding.router,
    agreements.router,
    invoices.router,
    money.router,
    webhooks.router,
    sandbox.router,
    office.router,
]
