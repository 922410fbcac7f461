"""Composition root of lifecycle."""

from pathlib import Path

from fastapi import FastAPI

from delivery import Blueprint, build_app, run
from lifecycle.collector_routes import router as collector_router
from lifecycle.collector_routes import statuses
from lifecycle.couriers import ReportFolders, backlog, build_couriers
from lifecycle.handlers import consumer
from lifecycle.policy_routes import router as policy_router
from lifecycle.routes import router
from lifecycle.settings import Settings
from lifecycle.timers import timers
from lifecycle.work_routes import router as work_router

MIGRATIONS = Path(__file__).parent / "migrations"


def plan() -> Blueprint:
    settings = Settings()  # pyright: ignore[reportCallIssue] - required values come from the environment
    folders = ReportFolders(settings.collector_folder)
    return Blueprint(
        name="lifecycle",
        settings=settings,
        migrations=MIGRATIONS,
        consumer=consumer,
        routers=[router, work_router, policy_router, collector_router],
        statuses=statuses,
        timers=timers,
        couriers=build_couriers(settings, folders),
        backlog=backlog(folders),
    )


def create_app() -> FastAPI:
    return build_app(plan())


def main() -> None:
    run(plan())
