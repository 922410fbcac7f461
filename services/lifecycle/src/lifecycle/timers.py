"""Time in: the sweep over cases whose day has come."""

from lifecycle.use_cases.dispute_deadlines import warn_of_disputes
from lifecycle.use_cases.handovers import return_overdue
from lifecycle.use_cases.limitation import warn_of_limitation
from lifecycle.use_cases.reviews import review_cases
from runtime.clock import Timer

timers = (
    Timer("review cases", review_cases),
    Timer("warn of limitation", warn_of_limitation),
    Timer("warn of disputes", warn_of_disputes),
    Timer("return from collectors", return_overdue),
)
