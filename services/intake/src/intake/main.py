"""Composition root of intake."""

from pathlib import Path

from delivery import Blueprint, run
from intake.handlers import consumer
from intake.routes import router, statuses
from intake.settings import Settings


def plan() -> Blueprint:
    return Blueprint(
        name="intake",
        settings=Settings(),  # pyright: ignore[reportCallIssue] - required values come from the environment
        migrations=Path(__file__).parent / "migrations",
        consumer=consumer,
        routers=[router],
        statuses=statuses,
    )


def main() -> None:
    run(plan())
