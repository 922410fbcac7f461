"""Composition root of lifecycle."""

from pathlib import Path

from fastapi import FastAPI

from delivery import Blueprint, build_app, run
from lifecycle.handlers import consumer
from lifecycle.routes import router
from lifecycle.settings import Settings
from lifecycle.timers import timers
from lifecycle.work_routes import router as work_router

MIGRATIONS = Path(__file__).parent / "migrations"


def plan() -> Blueprint:
    return Blueprint(
        name="lifecycle",
        settings=Settings(),  # pyright: ignore[reportCallIssue] - required values come from the environment
        migrations=MIGRATIONS,
        consumer=consumer,
        routers=[router, work_router],
        timers=timers,
    )


def create_app() -> FastAPI:
    return build_app(plan())


def main() -> None:
    run(plan())
