"""HTTP in: parse, call one use case, shape the answer."""

from fastapi import APIRouter

from gateway.routes import invoices, money, office, onboarding, sandbox

routers: list[APIRouter] = [
    onboarding.router,
    invoices.router,
    money.router,
    sandbox.router,
    office.router,
]
