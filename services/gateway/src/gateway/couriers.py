"""Loops beside the HTTP server: webhooks, the test clock's driver, and forgetting what is past its time."""

from collections.abc import Callable, Sequence

from delivery import Worker
from gateway.settings import Settings
from gateway.use_cases.clock import ClockDriver
from gateway.use_cases.idempotency import forget_old_answers
from gateway.use_cases.webhook_sending import WebhookSender
from gateway.use_cases.webhooks import forget_old_deliveries
from runtime.database import Database

_FORGET_SECONDS = 600
_WEBHOOK_SECONDS = 5


def couriers(settings: Settings, driver: ClockDriver, sender: WebhookSender) -> Callable[[Database], Sequence[Worker]]:
    """The workers of one process; in production there is no test clock to drive."""

    def start(database: Database) -> Sequence[Worker]:
        forgetting = Worker("forgetting", lambda: _forget(database), idle_seconds=_FORGET_SECONDS, can_be_woken=False)
        webhooks = Worker("webhooks", lambda: sender.deliver_due(database), idle_seconds=_WEBHOOK_SECONDS)
        if settings.environment == "production":
            return [forgetting, webhooks]
        return [forgetting, webhooks, driver.worker(database)]

    return start


async def _forget(database: Database) -> int:
    """Idempotency records and webhook deliveries past their keeping time."""
    return await forget_old_answers(database) + await forget_old_deliveries(database)
