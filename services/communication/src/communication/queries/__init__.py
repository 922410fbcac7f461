"""Every SQL statement of communication, by subject; each takes a whole batch."""

from communication.queries.case_states import save_claims, save_closings, save_holds
from communication.queries.cases import count_sent_this_week, find_cases, lock_case_state
from communication.queries.copies import (
    find_contacts,
    find_invoices,
    has_case,
    save_agreements,
    save_creditors,
    save_debtors,
    save_invoices,
)
from communication.queries.correspondence import (
    find_message,
    find_thread,
    list_correspondence,
    list_events,
    list_thread_messages,
    list_threads,
    save_correspondence,
    save_deadlines,
    save_system_messages,
    save_threads,
    set_thread_status,
)
from communication.queries.courier import count_due, divert, give_back, lease, lock_due, record_outcomes
from communication.queries.distribution import list_distribution
from communication.queries.documents import (
    add_documents,
    list_access,
    list_documents,
    list_objects,
    list_versions,
    lock_document,
    lock_expired,
    mark_purged,
    note_access,
)
from communication.queries.keys import add_keys, destroy_key, find_keys
from communication.queries.messages import count_messages, list_messages, recall_blocked, save_messages
from communication.queries.notes import add_note, list_notes
from communication.queries.preferences import find_preferences, list_preference_history, save_preferences
from communication.queries.reports import lock_reported, save_reports

__all__ = [
    "add_documents",
    "add_keys",
    "add_note",
    "count_due",
    "count_messages",
    "count_sent_this_week",
    "destroy_key",
    "divert",
    "find_cases",
    "find_contacts",
    "find_invoices",
    "find_keys",
    "find_message",
    "find_preferences",
    "find_thread",
    "give_back",
    "has_case",
    "lease",
    "list_access",
    "list_correspondence",
    "list_distribution",
    "list_documents",
    "list_events",
    "list_messages",
    "list_notes",
    "list_objects",
    "list_preference_history",
    "list_thread_messages",
    "list_threads",
    "list_versions",
    "lock_case_state",
    "lock_document",
    "lock_due",
    "lock_expired",
    "lock_reported",
    "mark_purged",
    "note_access",
    "recall_blocked",
    "record_outcomes",
    "save_agreements",
    "save_claims",
    "save_closings",
    "save_correspondence",
    "save_creditors",
    "save_deadlines",
    "save_debtors",
    "save_holds",
    "save_invoices",
    "save_messages",
    "save_preferences",
    "save_reports",
    "save_system_messages",
    "save_threads",
    "set_thread_status",
]
