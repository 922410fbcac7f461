"""What the gateway asks communication: signed calls, answered for the caller's creditor only."""

from fastapi import APIRouter

from communication.routes import distribution, messages, templates

routers: list[APIRouter] = [
    distribution.router,
    messages.router,
    templates.router,
]
