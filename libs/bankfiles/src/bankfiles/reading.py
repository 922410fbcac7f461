"""One door for the bank's payment files: the content decides the format, never the file name."""

import re
from typing import Literal

from bankfiles.bgmax import read_bgmax
from bankfiles.camt import camt_file
from bankfiles.mt940 import read_mt940
from bankfiles.nets_ocr import read_ocr
from bankfiles.values import BankFile, BankFileRefused
from bankfiles.xml_tree import Element, parse_document

MessageKind = Literal[
    "ocr-giro", "bgmax", "mt940", "camt.052", "camt.053", "camt.054", "pain.002", "pacs.004", "unknown"
]

_UTF8_MARK = b"\xef\xbb\xbf"
_ROOTS: dict[str, MessageKind] = {
    "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrStmt": "camt.053",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
    "CstmrPmtStsRpt": "pain.002",
    "PmtRtr": "pacs.004",
}
_WHERE_TO: dict[MessageKind, str] = {
    "camt.052": "an intraday report (camt.052) may still change; wait for the statement of the day",
    "pain.002": "a payment status report (pain.002) is no account movement; read it with read_status_report",
    "pacs.004": "a payment return (pacs.004) is no account movement; read it with read_returns",
}


def detect(content: bytes) -> MessageKind:
    """What kind of bank file this is; "unknown" for anything else, including broken XML."""
    if _is_ocr(content):
        return "ocr-giro"
    if _is_bgmax(content):
        return "bgmax"
    if _is_mt940(content):
        return "mt940"
    try:
        _, root = parse_document(content)
    except BankFileRefused:
        return "unknown"
    return _kind(root)


def read(content: bytes) -> BankFile:
    """Read an OCR giro file, BgMax, MT940, a camt.053 or a camt.054; anything else is refused with the reason."""
    if not content.strip():
        raise BankFileRefused("", "the file is empty")
    if _is_ocr(content):
        return read_ocr(content.removeprefix(_UTF8_MARK))
    if _is_bgmax(content):
        return read_bgmax(content.removeprefix(_UTF8_MARK))
    if _is_mt940(content):
        return read_mt940(content.removeprefix(_UTF8_MARK))
    namespace, root = parse_document(content)
    if advice := _WHERE_TO.get(_kind(root)):
        raise BankFileRefused("Document", advice)
    return camt_file(namespace, root)


def _kind(root: Element) -> MessageKind:
    for child in root:
        if kind := _ROOTS.get(str(child.tag)):
            return kind
    return "unknown"


def _is_ocr(content: bytes) -> bool:
    return content.removeprefix(_UTF8_MARK).startswith(b"NY")


def _is_bgmax(content: bytes) -> bool:
    return content.removeprefix(_UTF8_MARK).startswith(b"01BGMAX")


def _is_mt940(content: bytes) -> bool:
    return not content.lstrip().startswith(b"<") and bool(re.search(rb"(?m)^\x01?:20:", content[:1_000]))
