"""Composition root of accounting."""

from pathlib import Path

from fastapi import FastAPI

from accounting import document_queries
from accounting.couriers import build_couriers
from accounting.handlers import consumer
from accounting.routes import router, statuses
from accounting.settings import Settings
from delivery import Backlog, Blueprint, build_app, run


def plan() -> Blueprint:
    settings = Settings()  # pyright: ignore[reportCallIssue] - required values come from the environment
    return Blueprint(
        name="accounting",
        settings=settings,
        migrations=Path(__file__).parent / "migrations",
        consumer=consumer,
        routers=[router],
        statuses=statuses,
        couriers=build_couriers(settings),
        backlog=Backlog(rows=document_queries.COUNT_DUE),
    )


def create_app() -> FastAPI:
    return build_app(plan())


def main() -> None:
    run(plan())
