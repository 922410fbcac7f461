"""How a day's payments reach the house: credits at the bank, and one Nets OCR file with a lump sum."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bankfiles import OcrAssignment, OcrPayment, write_ocr
from fordring.demo.portfolio import unknown_reference, wrong_digit
from fordring.demo.script import Payment, Writes
from fordring.stack.topology import CLIENT_ACCOUNTS

_SENDER, _RECIPIENT, _AGREEMENT = "00008080", "00999901", "000099901"
_GIRO, _REVERSAL = 10, 18


@dataclass(frozen=True, slots=True)
class Remittance:
    """A payment with its amount and its invoice's reference known; minor units."""

    payment: Payment
    amount_minor: int
    reference: str

    @property
    def account_id(self) -> str:
        return self.payment.invoice.creditor.account_id

    @property
    def stated(self) -> str:
        """The reference that the payer's bank sends in its own field."""
        match self.payment.writes:
            case Writes.REFERENCE:
                return self.reference
            case Writes.WRONG_DIGIT:
                return wrong_digit(self.reference)
            case Writes.UNKNOWN:
                return unknown_reference(self.payment)
            case Writes.NOTHING | Writes.IN_TEXT:
                return ""


def bank_credit(remittance: Remittance, value_date: date) -> dict[str, Any]:
    """The credit as the bank takes it; those of one coming value date are told in one notification for each account."""
    payment = remittance.payment
    debtor = payment.invoice.debtor
    credit: dict[str, Any] = {
        "account": remittance.account_id,
        "amount": remittance.amount_minor,
        "debtor": {"name": debtor.name, "iban": debtor.iban},
        "end_to_end_id": payment.end_to_end_id,
        "value_date": value_date.isoformat(),
    }
    if remittance.stated:
        return credit | {"reference": remittance.stated}
    if payment.writes is Writes.IN_TEXT:
        return credit | {"note": f"Faktura {payment.invoice.number}, ref {_in_groups(remittance.reference)}"}
    return credit | {"note": "Betaling"}


def _in_groups(reference: str) -> str:
    """As people copy a number from a letter."""
    return " ".join(reference[start : start + 4] for start in range(0, len(reference), 4))


def ocr_file(
    day: date, account_id: str, received: Sequence[Remittance], taken_back: Sequence[Remittance]
) -> tuple[bytes, int]:
    """The day's OCR giro file of one account, and the net sum that the bank books for it."""
    payments = [_ocr_payment(day, number, remittance, _GIRO) for number, remittance in enumerate(received, start=1)]
    payments += [
        _ocr_payment(day, number, remittance, _REVERSAL)
        for number, remittance in enumerate(taken_back, start=len(payments) + 1)
    ]
    [iban] = [account.iban for account in CLIENT_ACCOUNTS if account.account_id == account_id]
    assignment = OcrAssignment(iban[4:], _AGREEMENT, f"{day:%y%j}", payments)
    net_minor = sum(paid.amount_minor for paid in received) - sum(back.amount_minor for back in taken_back)
    return write_ocr(_SENDER, f"{day:%y%j}", _RECIPIENT, [assignment]), net_minor


def _ocr_payment(day: date, number: int, remittance: Remittance, kind: int) -> OcrPayment:
    if remittance.payment.writes is Writes.IN_TEXT:
        kind, kid = 21, ""
        text = f"KID {remittance.reference}"
    else:
        kid, text = remittance.stated, ""
    return OcrPayment(
        kid=kid,
        amount_minor=remittance.amount_minor,
        settlement_date=day,
        payer_account=remittance.payment.invoice.debtor.iban[4:],
        transaction_type=kind,
        text=text,
        archive_number=f"{day:%y%j}{number:05}",
    )


def by_account(remittances: Iterable[Remittance]) -> dict[str, list[Remittance]]:
    """The accounts that are reported by OCR file, each with its payments; the others come as single credits."""
    found: dict[str, list[Remittance]] = defaultdict(list)
    for remittance in remittances:
        if remittance.payment.invoice.creditor.by_ocr_file:
            found[remittance.account_id].append(remittance)
    return found
