"""Bank files: bytes in, values out. No files are opened, no clock is read."""

from bankfiles.bgmax import read_bgmax
from bankfiles.ktl import read_ktl
from bankfiles.nets_ocr import OcrAssignment, OcrPayment, read_ocr, write_ocr
from bankfiles.pacs004 import PaymentReturn, read_returns
from bankfiles.pain001 import Party, Transfer, TransferRefused, write_pain001
from bankfiles.pain002 import BatchStatus, StatusReport, TransferStatus, read_status_report
from bankfiles.payee import AccountRefused, payee_bic, payee_iban
from bankfiles.reading import MessageKind, detect, read
from bankfiles.values import (
    AccountStatement,
    Balance,
    BankFile,
    BankFileRefused,
    BankTransaction,
    Direction,
    FileFormat,
    ReferencedAmount,
    Rejected,
)

__all__ = [
    "AccountRefused",
    "AccountStatement",
    "Balance",
    "BankFile",
    "BankFileRefused",
    "BankTransaction",
    "BatchStatus",
    "Direction",
    "FileFormat",
    "MessageKind",
    "OcrAssignment",
    "OcrPayment",
    "Party",
    "PaymentReturn",
    "ReferencedAmount",
    "Rejected",
    "StatusReport",
    "Transfer",
    "TransferRefused",
    "TransferStatus",
    "detect",
    "payee_bic",
    "payee_iban",
    "read",
    "read_bgmax",
    "read_ktl",
    "read_ocr",
    "read_returns",
    "read_status_report",
    "write_ocr",
    "write_pain001",
]
