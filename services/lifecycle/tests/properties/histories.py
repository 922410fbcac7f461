"""Random histories, and the ladders they climb: all lawful in Norway, each different in what it knows."""

from datetime import date, timedelta
from random import Random
from typing import Any, Final

from services.lifecycle.tests.properties.brute_force import Fact, History, Kind, Rung

DUE: Final = date(2025, 10, 1)
UNTIL: Final = date(2026, 2, 10)

PLAIN: Final = (
    Rung("purring", after_due=14),
    Rung("inkassovarsel", after_deadline=1),
    Rung("betalingsoppfordring", after_deadline=1),
    Rung("betalingsoppfordring_tung", after_deadline=20),
)
PATIENT: Final = (
    Rung("purring", after_due=20, tolerance=40_000),
    Rung("inkassovarsel", after_deadline=10, deadline_days=20, not_when=("PARTLY_PAID",)),
    Rung("betalingsoppfordring", after_deadline=5),
)
BY_AMOUNT: Final = (
    Rung("purring", after_due=14, at_least=60_000),
    Rung("inkassovarsel", after_due=30),
    Rung("betalingsoppfordring", after_deadline=2, tolerance=20_000),
)
BRIEF: Final = (Rung("inkassovarsel", after_due=15), Rung("betalingsoppfordring", after_deadline=3))
BY_CALENDAR: Final = (
    Rung("purring", after_due=14),
    Rung("inkassovarsel", after_due=30),
    Rung("betalingsoppfordring", after_due=46),
)
LADDERS: Final = (PLAIN, PATIENT, BY_AMOUNT, BRIEF, BY_CALENDAR)
MOST_FACTS: Final = 15
KINDS: Final[tuple[Kind, ...]] = (
    *("PAY", "PAY", "PAY", "TAKE_BACK", "TAKE_BACK", "INTEREST", "INTEREST", "CREDIT"),
    *("PAUSE", "RESUME", "OBJECT", "DISPUTE_PART", "RESOLVE", "PROMISE", "PROMISE", "PLAN", "PLAN"),
    *("FLAG", "UNFLAG", "MOVE_DUE", "OVERRIDE", "OVERRIDE", "AGREED"),
)
STAGES: Final = {"purring": "REMINDER", "inkassovarsel": "NOTICE"}


def random_history(rng: Random) -> History:
    """Facts on days from the due date on; several may fall on one day."""
    days = sorted(rng.randrange(1, 110) for _ in range(rng.randrange(MOST_FACTS)))
    facts = tuple(_fact(rng, DUE + timedelta(days=day)) for day in days)
    return History(DUE, rng.randrange(10_000, 150_000), rng.choice(LADDERS), facts)


def _fact(rng: Random, day: date) -> Fact:
    later = day + timedelta(days=rng.randrange(0, 40))
    kind = rng.choice(KINDS)
    until = None if kind == "PAUSE" and rng.randrange(3) == 0 else later
    amount = rng.choice([2_000, 8_000, 8_000, 20_000, 60_000]) + rng.randrange(1_000)
    return Fact(day, kind, amount, until, rng.randrange(2, 5), rng.choice(LADDERS))


def document(ladder: tuple[Rung, ...], code: str = "own") -> dict[str, Any]:
    """A ladder as the document of a policy."""
    return {
        "code": code,
        "version": 1,
        "name": "",
        "debtor_kind": "CONSUMER",
        "steps": [
            {
                "level": level,
                "code": rung.code,
                "stage": STAGES.get(rung.code, "COLLECTION"),
                "days_after_due": rung.after_due,
                "days_after_previous_deadline": rung.after_deadline,
                "deadline_days": rung.deadline_days,
                "fee_codes": [],
                "template": f"no_{rung.code}",
                "channel": "EMAIL",
                "transfers": rung.code == "betalingsoppfordring",
                "conditions": {
                    "amount_from_minor": rung.at_least,
                    "amount_to_minor": rung.at_most,
                    "debtor_kinds": [],
                    "debtor_countries": [],
                },
                "stop_conditions": list(rung.not_when),
                "tolerance_minor": rung.tolerance,
            }
            for level, rung in enumerate(ladder, 1)
        ],
    }
