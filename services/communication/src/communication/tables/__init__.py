"""Communication's tables, by subject."""

from communication.tables.copies import AgreementRow, CreditorRow, DebtorRow, InvoiceRow
from communication.tables.correspondence import (
    DataKeyRow,
    DocumentAccessRow,
    DocumentRow,
    DocumentUploadRow,
    DocumentVersionRow,
    NoteRow,
    PreferenceHistoryRow,
    PreferenceRow,
    SystemMessageRow,
    ThreadRow,
    UnmatchedMailRow,
)
from communication.tables.messages import CaseStateRow, DeliveryEventRow, MessageRow
from communication.tables.rights import DebtorEventRow, LetterToShredRow
from communication.tables.table import Table
from communication.tables.templates import MessageTemplateRow

__all__ = [
    "AgreementRow",
    "CaseStateRow",
    "CreditorRow",
    "DataKeyRow",
    "DebtorEventRow",
    "DebtorRow",
    "DeliveryEventRow",
    "DocumentAccessRow",
    "DocumentRow",
    "DocumentUploadRow",
    "DocumentVersionRow",
    "InvoiceRow",
    "LetterToShredRow",
    "MessageRow",
    "MessageTemplateRow",
    "NoteRow",
    "PreferenceHistoryRow",
    "PreferenceRow",
    "SystemMessageRow",
    "Table",
    "ThreadRow",
    "UnmatchedMailRow",
]
