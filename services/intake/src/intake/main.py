"""Composition root of intake."""

from pathlib import Path

from delivery import Blueprint, run
from intake import agreement_routes
from intake.handlers import consumer
from intake.routes import router, statuses
from intake.settings import Settings


def plan() -> Blueprint:
    return Blueprint(
        name="intake",
        settings=Settings(),  # pyright: ignore[reportCallIssue] - required values come from the environment
        migrations=Path(__file__).parent / "migrations",
        consumer=consumer,
        routers=[router, agreement_routes.router],
        statuses=statuses | agreement_routes.statuses,
    )


def main() -> None:
    run(plan())
