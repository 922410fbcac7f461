"""Every SQL statement of communication, by subject; each takes a whole batch."""

from communication.queries.case_states import save_claims, save_closings, save_holds
from communication.queries.copies import (
    find_contacts,
    find_invoices,
    has_case,
    save_creditors,
    save_debtors,
    save_invoices,
)
from communication.queries.courier import count_due, give_back, lease, lock_due, record_outcomes
from communication.queries.distribution import list_distribution
from communication.queries.messages import count_messages, list_messages, recall_blocked, save_messages

__all__ = [
    "count_due",
    "count_messages",
    "find_contacts",
    "find_invoices",
    "give_back",
    "has_case",
    "lease",
    "list_distribution",
    "list_messages",
    "lock_due",
    "recall_blocked",
    "record_outcomes",
    "save_claims",
    "save_closings",
    "save_creditors",
    "save_debtors",
    "save_holds",
    "save_invoices",
    "save_messages",
]
