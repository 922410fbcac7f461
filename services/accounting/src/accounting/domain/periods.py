"""Closing a period: what is closed stays closed."""

from datetime import date


class PeriodClosed(ValueError):
    """A closed period is not closed to an earlier day; reopening is forbidden."""

    def __init__(self, closed_through: date) -> None:
        super().__init__(
            f"The books are already closed through {closed_through}. A closed period is never opened again:"
            " close a later day, and correct with vouchers in the open period."
        )


class PeriodUnfinished(ValueError):
    """Today and later days are still being booked."""

    def __init__(self, today: date) -> None:
        super().__init__(f"closed_through: must lie before today, {today}; facts of that day are still to come")


def check_closing(closed_through: date, already: date | None, today: date) -> None:
    """Whether the books may be closed through this day; PeriodClosed or PeriodUnfinished if not."""
    if closed_through >= today:
        raise PeriodUnfinished(today)
    if already is not None and closed_through <= already:
        raise PeriodClosed(already)
