"""Reader of the bank's answer to a payment file (pain.002): what it took and what it rejected."""

from collections.abc import Iterator
from dataclasses import dataclass

from bankfiles.values import BankFileRefused
from bankfiles.xml_tree import Element, first_text, parse_document, text_at, texts_at

_ABSENT = ("", "NOTPROVIDED")


@dataclass(frozen=True, slots=True)
class TransferStatus:
    """The bank's word on one transfer; `status` as sent (ACCP, ACSC, PDNG, RJCT, ...)."""

    end_to_end_id: str
    status: str
    reason_code: str
    reason_text: str
    batch_id: str

    @property
    def is_rejected(self) -> bool:
        """The bank will not pay this one."""
        return self.status == "RJCT"


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """The bank's word on one batch of the file."""

    batch_id: str
    status: str
    reason_code: str
    reason_text: str


@dataclass(frozen=True, slots=True)
class StatusReport:
    """One pain.002; `group_status` is "" in a later report that speaks only of single transfers.

    `original_message_id` is "" when the bank could not read it. A group rejected with DUPL names a message that was
    taken before: that earlier message stands.
    """

    message_id: str
    original_message_id: str
    group_status: str
    reason_code: str
    reason_text: str
    batches: tuple[BatchStatus, ...]
    transfers: tuple[TransferStatus, ...]

    @property
    def is_duplicate(self) -> bool:
        """The bank had this message before; the first copy is what counts."""
        return self.group_status == "RJCT" and self.reason_code in ("DUPL", "AM05", "DU01")

    @property
    def is_rejected(self) -> bool:
        """Nothing of the file is paid; when transfers are listed, each has its own reason."""
        return self.group_status == "RJCT" and not self.is_duplicate


def read_status_report(content: bytes) -> StatusReport:
    """Read a pain.002 of any version; a file that is none is refused."""
    _, root = parse_document(content)
    report = root.find("CstmrPmtStsRpt")
    if report is None:
        raise BankFileRefused("Document", "not a payment status report (pain.002)")
    group = report.find("OrgnlGrpInfAndSts")
    if group is None:
        raise BankFileRefused("Document/CstmrPmtStsRpt", "OrgnlGrpInfAndSts is missing; the report answers no message")
    original = text_at(group, "OrgnlMsgId")
    code, text = _reason(group)
    return StatusReport(
        message_id=text_at(report, "GrpHdr/MsgId"),
        original_message_id="" if original in _ABSENT else original,
        group_status=text_at(group, "GrpSts"),
        reason_code=code,
        reason_text=text,
        batches=tuple(_batch(batch) for batch in report.iterfind("OrgnlPmtInfAndSts")),
        transfers=tuple(_transfers(report)),
    )


def _batch(batch: Element) -> BatchStatus:
    code, text = _reason(batch)
    return BatchStatus(text_at(batch, "OrgnlPmtInfId"), text_at(batch, "PmtInfSts"), code, text)


def _transfers(report: Element) -> Iterator[TransferStatus]:
    for batch in report.iterfind("OrgnlPmtInfAndSts"):
        for transaction in batch.iterfind("TxInfAndSts"):
            yield _transfer(transaction, batch)


def _transfer(transaction: Element, batch: Element) -> TransferStatus:
    status = text_at(transaction, "TxSts") or text_at(batch, "PmtInfSts")
    end_to_end_id = text_at(transaction, "OrgnlEndToEndId")
    if end_to_end_id in _ABSENT or not status:
        raise BankFileRefused(
            f"line {transaction.sourceline}, TxInfAndSts", "a transfer without end-to-end id or status; ask the bank"
        )
    code, text = _reason(transaction)
    return TransferStatus(end_to_end_id, status, code, text, text_at(batch, "OrgnlPmtInfId"))


def _reason(element: Element) -> tuple[str, str]:
    """The first reason code, and all the bank wrote about it."""
    code = first_text(element, "StsRsnInf/Rsn/Cd", "StsRsnInf/Rsn/Prtry")
    return code, " ".join(texts_at(element, "StsRsnInf/AddtlInf"))
