"""Reader of payment returns (pacs.004): a transfer that had settled and came back."""

from dataclasses import dataclass
from datetime import date

from bankfiles.values import BankFileRefused, LineRefused
from bankfiles.xml_tree import Element, amount_of, first_text, iso_date, parse_document, text_at, texts_at


@dataclass(frozen=True, slots=True)
class PaymentReturn:
    """One transfer that came back: what returned, when, and why."""

    return_id: str
    original_message_id: str
    end_to_end_id: str
    amount_minor: int
    currency: str
    settlement_date: date
    reason_code: str
    reason_text: str


def read_returns(content: bytes) -> tuple[PaymentReturn, ...]:
    """Read a pacs.004 of any version; one return that cannot be read refuses the file, as it is the bank's own."""
    _, root = parse_document(content)
    message = root.find("PmtRtr")
    if message is None:
        raise BankFileRefused("Document", "not a payment return (pacs.004)")
    header_day = text_at(message, "GrpHdr/IntrBkSttlmDt")
    original = text_at(message, "OrgnlGrpInf/OrgnlMsgId")
    returns: list[PaymentReturn] = []
    for transaction in message.iterfind("TxInf"):
        try:
            returns.append(_payment_return(transaction, original, header_day))
        except LineRefused as reason:
            raise BankFileRefused(f"line {transaction.sourceline}, TxInf", str(reason)) from reason
    stated = text_at(message, "GrpHdr/NbOfTxs")
    if stated != str(len(returns)):
        raise BankFileRefused("PmtRtr/GrpHdr/NbOfTxs", f"{stated or 'no'} returns announced, {len(returns)} present")
    return tuple(returns)


def _payment_return(transaction: Element, original: str, header_day: str) -> PaymentReturn:
    amount = transaction.find("RtrdIntrBkSttlmAmt")
    end_to_end_id = text_at(transaction, "OrgnlEndToEndId")
    if amount is None or not end_to_end_id:
        raise LineRefused("a return without amount or end-to-end id")
    money = amount_of(amount)
    return PaymentReturn(
        return_id=text_at(transaction, "RtrId"),
        original_message_id=text_at(transaction, "OrgnlGrpInf/OrgnlMsgId") or original,
        end_to_end_id=end_to_end_id,
        amount_minor=money.minor,
        currency=money.currency,
        settlement_date=iso_date(text_at(transaction, "IntrBkSttlmDt") or header_day, "IntrBkSttlmDt"),
        reason_code=first_text(transaction, "RtrRsnInf/Rsn/Cd", "RtrRsnInf/Rsn/Prtry"),
        reason_text=" ".join(texts_at(transaction, "RtrRsnInf/AddtlInf")),
    )
