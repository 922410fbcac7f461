"""Composition root of the gateway."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from delivery import Blueprint, build_app, run
from gateway.access import Gate
from gateway.couriers import couriers
from gateway.downstream import Downstream
from gateway.handlers import consumer
from gateway.limits import LimitBodies, RateLimit
from gateway.openapi import serve_documentation
from gateway.routes import routers
from gateway.settings import Settings
from gateway.use_cases.clock import ClockDriver
from gateway.use_cases.webhook_sending import WebhookSender

MIGRATIONS = Path(__file__).parent / "migrations"


def plan(settings: Settings) -> Blueprint:
    downstream = Downstream(settings)
    driver = ClockDriver(settings, downstream)
    sender = WebhookSender(settings, downstream)

    def configure(app: FastAPI) -> None:
        app.state.gate = Gate(
            settings, app.state.database, downstream, driver, sender, RateLimit(settings.rate_limit_per_second)
        )
        app.add_middleware(
            LimitBodies, limit_bytes=settings.body_limit_bytes, large_limit_bytes=settings.bank_file_limit_bytes
        )
        serve_documentation(app)
        _close_with(app, downstream, sender)

    return Blueprint(
        name="gateway",
        settings=settings,
        migrations=MIGRATIONS,
        consumer=consumer,
        routers=routers,
        couriers=couriers(settings, driver, sender),
        configure=configure,
    )


def _close_with(app: FastAPI, downstream: Downstream, sender: WebhookSender) -> None:
    """Close the connections to services and webhooks when the application stops."""
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with inner(app):
            yield
        await downstream.close()
        await sender.close()

    app.router.lifespan_context = lifespan


def create_app() -> FastAPI:
    return build_app(plan(Settings()))  # pyright: ignore[reportCallIssue] - required values come from the environment


def main() -> None:
    run(plan(Settings()))  # pyright: ignore[reportCallIssue] - required values come from the environment
