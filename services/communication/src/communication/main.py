"""Composition root: the only file that sees everything."""

from pathlib import Path

from fastapi import FastAPI

from communication import queries
from communication.couriers import build_couriers
from communication.handlers import consumer
from communication.routes import routers
from communication.settings import Settings
from communication.use_cases.failure_summaries import queue_failure_summaries
from communication.use_cases.system_messages import note_deadlines
from communication.vault.store import open_vault
from delivery import Backlog, Blueprint, build_app, run
from runtime.clock import Timer

MIGRATIONS = Path(__file__).parent / "migrations"


def blueprint(settings: Settings) -> Blueprint:
    vault = open_vault(settings)

    def configure(app: FastAPI) -> None:
        app.state.vault = vault

    return Blueprint(
        name="communication",
        settings=settings,
        migrations=MIGRATIONS,
        consumer=consumer,
        routers=routers,
        couriers=build_couriers(settings, vault),
        timers=[Timer("deadlines", note_deadlines), Timer("failures", queue_failure_summaries)],
        configure=configure,
        backlog=Backlog(rows=queries.COUNT_DUE),
    )


def create_app() -> FastAPI:
    return build_app(blueprint(_settings()))


def main() -> None:
    run(blueprint(_settings()))


def _settings() -> Settings:
    return Settings()  # type: ignore[call-arg] # the environment fills it
