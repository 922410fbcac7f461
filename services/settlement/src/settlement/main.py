"""Composition root of settlement."""

from pathlib import Path

from delivery import Blueprint, run
from settlement.couriers import PickupFolder, backlog, couriers
from settlement.handlers import consumer
from settlement.routes import router, statuses
from settlement.settings import Settings
from settlement.timers import timers


def plan() -> Blueprint:
    settings = Settings()  # pyright: ignore[reportCallIssue] - required values come from the environment
    pickup = PickupFolder(settings.bank_pickup_folder)
    return Blueprint(
        name="settlement",
        settings=settings,
        migrations=Path(__file__).parent / "migrations",
        consumer=consumer,
        routers=[router],
        statuses=statuses,
        timers=timers(settings),
        couriers=couriers(settings, pickup),
        backlog=backlog(pickup),
    )


def main() -> None:
    run(plan())
