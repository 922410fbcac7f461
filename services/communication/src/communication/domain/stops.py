"""What may still be said on a case that is settled, closed or on hold; the SQL of recalls is built from these lists."""

from typing import Final

PASSES_WHEN_SETTLED: Final = ("payment_confirmation", "case_update", "document_request")
"""Talk about a debt ends with it; a receipt, a notice of the state and a request for papers do not press anybody."""

PASSES_WHEN_HELD: Final = ("invoice", *PASSES_WHEN_SETTLED, "appointment")
"""A hold stops dunning, not the invoice, nor the talk that may end it."""

HOLDS: Final = ("the case is on hold", "the case is stopped by a flag")
"""Reasons of recalls that end with the hold."""


def stop_reason(category: str, *, settled: bool, closed: bool, held: bool, hold_reason: str) -> str | None:
    """Why a message of this category must not leave; None where it may."""
    if held and hold_reason == "FLAG":
        return "the case is stopped by a flag"
    if settled and category not in PASSES_WHEN_SETTLED:
        return "the claim is settled"
    if closed and category not in PASSES_WHEN_SETTLED:
        return "the case is closed"
    return "the case is on hold" if held and category not in PASSES_WHEN_HELD else None
