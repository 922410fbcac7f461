"""Composition root of accounting."""

from pathlib import Path

from fastapi import FastAPI

from accounting.handlers import consumer
from accounting.routes import router, statuses
from accounting.settings import Settings
from delivery import Blueprint, build_app, run


def plan() -> Blueprint:
    return Blueprint(
        name="accounting",
        settings=Settings(),  # pyright: ignore[reportCallIssue] - required values come from the environment
        migrations=Path(__file__).parent / "migrations",
        consumer=consumer,
        routers=[router],
        statuses=statuses,
    )


def create_app() -> FastAPI:
    return build_app(plan())


def main() -> None:
    run(plan())
