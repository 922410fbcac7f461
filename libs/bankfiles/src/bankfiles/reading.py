"""One door for the bank's payment files: the content decides the format, never the file name."""

import re
from typing import Literal

from bankfiles import ktl
from bankfiles.bgmax import read_bgmax
from bankfiles.camt import REPORTS, read_camt
from bankfiles.mt940 import read_mt940
from bankfiles.nets_ocr import read_ocr
from bankfiles.text_lines import opening_of
from bankfiles.values import BankFile, BankFileRefused
from bankfiles.xml_tree import find_message

MessageKind = Literal[
    "ocr-giro", "bgmax", "ktl", "mt940", "camt.052", "camt.053", "camt.054", "pain.001", "pain.002", "pacs.004",
    "bankgirot-lb", "unknown"
]  # fmt: skip

_MESSAGES: dict[str, MessageKind] = {
    "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrStmt": "camt.053",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
    "CstmrCdtTrfInitn": "pain.001",
    "CstmrPmtStsRpt": "pain.002",
    "PmtRtr": "pacs.004",
}
_WHERE_TO: dict[MessageKind, str] = {
    "pain.001": "a payment order (pain.001) goes to a bank; it does not tell what arrived",
    "pain.002": "a payment status report (pain.002) is no account movement; read it with read_status_report",
    "pacs.004": "a payment return (pacs.004) is no account movement; read it with read_returns",
    "bankgirot-lb": "Bankgirot's report of payments to suppliers (Leverantörsbetalningar) tells of money paid out; what "
    "arrives on a bankgiro number comes as BgMax",
}
_LINES: tuple[tuple[MessageKind, re.Pattern[str]], ...] = (
    ("ocr-giro", re.compile(r"NY")),
    ("bgmax", re.compile(r"01BGMAX")),
    ("bankgirot-lb", re.compile(r"11\d{10}.{6}LEVERANT", re.IGNORECASE)),
    ("ktl", ktl.OPENING),
    ("mt940", re.compile(r"(?:.*\n)*?\x01?:20:")),
)
_SHOWN = 30


def detect(content: bytes) -> MessageKind:
    """What kind of bank file this is; "unknown" for anything else, including broken XML."""
    opening = opening_of(content)
    if not _is_xml(content, opening):
        return _kind_of_lines(opening)
    try:
        return _MESSAGES.get(find_message(content, _MESSAGES), "unknown")
    except BankFileRefused:
        return "unknown"


def read(content: bytes) -> BankFile:
    """Read OCR giro, BgMax, KTL, MT940 or camt.052, camt.053, camt.054; anything else is refused with the reason."""
    opening = opening_of(content)
    if not opening.strip():
        raise BankFileRefused("", "the file is empty")
    if _is_xml(content, opening):
        return _read_xml(content)
    kind = _kind_of_lines(opening)
    match kind:
        case "ocr-giro":
            return read_ocr(content)
        case "bgmax":
            return read_bgmax(content)
        case "ktl":
            return ktl.read_ktl(content)
        case "mt940":
            return read_mt940(content)
        case _:
            known = "OCR giro, BgMax, KTL, MT940, camt.052, camt.053 and camt.054 are read"
            shown = opening.strip()[:_SHOWN]
            raise BankFileRefused("line 1", _WHERE_TO.get(kind, f"no bank file starts with {shown!r}; {known}"))


def _kind_of_lines(opening: str) -> MessageKind:
    for kind, pattern in _LINES:
        if pattern.match(opening):
            return kind
    return "unknown"


def _read_xml(content: bytes) -> BankFile:
    message = find_message(content, _MESSAGES)
    if message in REPORTS:
        return read_camt(content, message)
    if message:
        raise BankFileRefused("Document", _WHERE_TO[_MESSAGES[message]])
    raise BankFileRefused("Document", "neither a camt.053 statement nor a camt.054 notification nor a camt.052 report")


def _is_xml(content: bytes, opening: str) -> bool:
    # UTF-16 without a mark shows as zero bytes between the characters.
    return opening.lstrip().startswith("<") or content[:2] in (b"<\x00", b"\x00<")
