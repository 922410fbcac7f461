"""Composition root of settlement."""

from pathlib import Path

from delivery import Blueprint, run
from runtime.database import Session
from settlement.couriers import PickupFolder, count_backlog, couriers
from settlement.handlers import consumer
from settlement.routes import router, statuses
from settlement.settings import Settings
from settlement.timers import timers


def plan() -> Blueprint:
    settings = Settings()  # pyright: ignore[reportCallIssue] - required values come from the environment
    pickup = PickupFolder(settings.bank_pickup_folder)

    async def backlog(session: Session) -> int:
        return await count_backlog(session, pickup)

    return Blueprint(
        name="settlement",
        settings=settings,
        migrations=Path(__file__).parent / "migrations",
        consumer=consumer,
        routers=[router],
        statuses=statuses,
        timers=timers(settings),
        couriers=couriers(settings, pickup),
        backlog=backlog,
    )


def main() -> None:
    run(plan())
