"""What the law wants a notice to hold, found again in the letter that was written."""

from collections.abc import Mapping, Sequence
from typing import Any

from statutes.conduct import required_fields

_STRUCTURE = {
    "form": lambda view: [view["title"]],
    "heading": lambda view: [view["title"]],
    "basis": lambda view: view["lead"][1:],
    "amount": lambda view: [view["total"][1]],
    "amount_split": lambda view: [text for row in view["rows"] for text in row],
    "interest_basis": lambda view: view["interest"],
    "consequence": lambda view: view["consequence"],
    "collection_announced": lambda view: view["consequence"],
    "deadline": lambda view: [view["lead"][0], view["slip"]["due"][1]],
    "objection": lambda view: view["objection"],
    "payment_details": lambda view: [view["slip"][name][1] for name in ("account", "reference", "amount")],
    "creditor": lambda view: [view["creditor"]],
    "complaint_body": lambda view: view["objection"],
    "after_default": lambda view: view["lead"][:1],
}
"""Fields that every letter of the kind has a place for; the others are sentences of their own, among its notes."""


def find_contents(
    view: Mapping[str, Any], notes: Mapping[str, str], jurisdiction: str, notice: str
) -> dict[str, Sequence[str]]:
    """By required field: the words of the letter that fulfil it; none where the letter has no place for it."""
    return {
        field.field: [notes[field.field]] if field.field in notes else _in_structure(view, field.field)
        for field in required_fields(jurisdiction, notice)
    }


def _in_structure(view: Mapping[str, Any], field: str) -> Sequence[str]:
    return [text for text in _STRUCTURE[field](view) if text] if field in _STRUCTURE else []
