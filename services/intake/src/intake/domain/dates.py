"""Dates that can only be mistakes: law is on file for years, not for centuries."""

from datetime import date, timedelta

MOST_DAYS_AHEAD = 366
"""How far ahead an invoice or credit note may be dated."""
MOST_DAYS_OF_TERM = 5 * 366
"""How long a debtor may be given to pay, or a case may rest."""
MOST_DAYS_BACK = 30 * 366
"""No claim lives longer: limitation is far shorter everywhere."""


def misdated(day: date, today: date) -> str | None:
    """What is wrong with the date of a document, None if nothing."""
    if day > today + timedelta(days=MOST_DAYS_AHEAD):
        return f"must not lie more than a year after today, {today}"
    if day < today - timedelta(days=MOST_DAYS_BACK):
        return f"must not lie more than 30 years before today, {today}"
    return None


def beyond_term(day: date, start: date) -> str | None:
    """What is wrong with a day until which something is put off, None if nothing."""
    if day > start + timedelta(days=MOST_DAYS_OF_TERM):
        return f"must not lie more than five years after {start}"
    return None
