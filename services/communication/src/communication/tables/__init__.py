"""Communication's tables, by subject."""

from communication.tables.copies import CreditorRow, DebtorRow, InvoiceRow
from communication.tables.messages import CaseStateRow, DeliveryEventRow, MessageRow
from communication.tables.table import Table
from communication.tables.templates import MessageTemplateRow

__all__ = [
    "CaseStateRow",
    "CreditorRow",
    "DebtorRow",
    "DeliveryEventRow",
    "InvoiceRow",
    "MessageRow",
    "MessageTemplateRow",
    "Table",
]
