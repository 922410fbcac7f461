"""Loops beside the HTTP server: the test clock's driver, and forgetting old idempotency records."""

from collections.abc import Callable, Sequence

from delivery import Worker
from gateway.settings import Settings
from gateway.use_cases.clock import ClockDriver
from gateway.use_cases.idempotency import forget_old_answers
from runtime.database import Database

_FORGET_SECONDS = 600


def couriers(settings: Settings, driver: ClockDriver) -> Callable[[Database], Sequence[Worker]]:
    """The workers of one process; in production there is no test clock to drive."""

    def start(database: Database) -> Sequence[Worker]:
        forgetting = Worker("forgetting", lambda: forget_old_answers(database), idle_seconds=_FORGET_SECONDS)
        if settings.environment == "production":
            return [forgetting]
        return [forgetting, driver.worker(database)]

    return start
