"""Composition root of payment-control."""

from pathlib import Path

from delivery import Backlog, Blueprint, run
from payment_control import client_money_routes, collected_routes, refund_routes
from payment_control.couriers import PickupFolder
from payment_control.handlers import consumer
from payment_control.routes import router, statuses
from payment_control.settings import Settings
from payment_control.timers import timers


def plan() -> Blueprint:
    settings = Settings()  # pyright: ignore[reportCallIssue] - required values come from the environment
    pickup = PickupFolder(settings.bank_pickup_folder, settings.client_accounts)
    return Blueprint(
        name="payment-control",
        settings=settings,
        migrations=Path(__file__).parent / "migrations",
        consumer=consumer,
        routers=[router, client_money_routes.router, refund_routes.router, collected_routes.router],
        statuses=statuses,
        timers=timers(settings),
        couriers=pickup.workers,
        backlog=Backlog(outside=pickup.count_unseen),
    )


def main() -> None:
    run(plan())
