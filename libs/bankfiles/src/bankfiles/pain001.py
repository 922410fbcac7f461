"""Writer of credit transfers (pain.001.001.09): SEPA for EUR, domestic transfers for NOK, SEK, DKK and CHF."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from lxml import etree
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from bankfiles.xml_tree import Element
from money import Money

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_CURRENCIES = ("EUR", "NOK", "SEK", "DKK", "CHF")
_SEPA_LARGEST_MINOR = 99_999_999_999
_NAME_LENGTH = 70
_TEXT_LENGTH = 140
_IDENTIFIER = re.compile(r"[A-Za-z0-9?:().,'+ -](?:[A-Za-z0-9/?:().,'+ -]{0,33}[A-Za-z0-9?:().,'+ -])?")


class TransferRefused(ValueError):
    """A payment file that no bank would take; nothing is written."""

    def __init__(self, position: str, reason: str) -> None:
        super().__init__(f"{position}: {reason}")
        self.position = position
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Party:
    """Who pays: name, and the organisation number when the bank wants one."""

    name: str
    organisation_number: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer to write: either a structured `reference` or a `remittance_text`, or neither."""

    end_to_end_id: str
    amount_minor: int
    currency: str
    creditor_name: str
    creditor_iban: str
    creditor_bic: str | None = None
    remittance_text: str | None = None
    reference: str | None = None


def write_pain001(
    message_id: str,
    created_at: datetime,
    debtor: Party,
    debtor_account: str,
    requested_date: date,
    transfers: Sequence[Transfer],
    debtor_bic: str | None = None,
) -> bytes:
    """A pain.001.001.09 with one batch in one currency; the same input gives the same bytes."""
    total = _checked_total(transfers)
    _identifier(message_id, "message id")
    if created_at.tzinfo is None:
        raise TransferRefused("created_at", "has no time zone; pass an instant in UTC")

    document = etree.fromstring(f'<Document xmlns="{_NAMESPACE}"/>')
    initiation = _child(document, "CstmrCdtTrfInitn")
    header = _child(initiation, "GrpHdr")
    _text(header, "MsgId", message_id)
    _text(header, "CreDtTm", f"{created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
    _totals(header, transfers, total)
    _party(_child(header, "InitgPty"), debtor)

    batch = _child(initiation, "PmtInf")
    _text(batch, "PmtInfId", f"{message_id}-1" if len(message_id) <= 33 else message_id)
    _text(batch, "PmtMtd", "TRF")
    _totals(batch, transfers, total)
    _text(batch, "PmtTpInf/SvcLvl/Cd", "SEPA" if total.currency == "EUR" else "NURG")
    _text(batch, "ReqdExctnDt/Dt", requested_date.isoformat())
    _party(_child(batch, "Dbtr"), debtor)
    account = _child(batch, "DbtrAcct")
    _text(account, "Id/IBAN", _iban(debtor_account, "debtor account"))
    _text(account, "Ccy", total.currency)
    _agent(_child(batch, "DbtrAgt"), debtor_bic, "debtor bank")
    _text(batch, "ChrgBr", "SLEV" if total.currency == "EUR" else "SHAR")
    for number, transfer in enumerate(transfers, start=1):
        _transfer(_child(batch, "CdtTrfTxInf"), transfer, _position(number, transfer))
    etree.indent(document)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8") + b"\n"


def _checked_total(transfers: Sequence[Transfer]) -> Money:
    """The control sum; refuses an empty file, mixed currencies, bad amounts and repeated end-to-end ids."""
    if not transfers:
        raise TransferRefused("transfers", "there is nothing to pay")
    currency = transfers[0].currency
    if currency not in _CURRENCIES:
        raise TransferRefused(_position(1, transfers[0]), f"{currency} is not paid out; {', '.join(_CURRENCIES)} are")
    seen: set[str] = set()
    for position, transfer in _numbered(transfers):
        if transfer.currency != currency:
            raise TransferRefused(
                position, f"in {transfer.currency}, but the file is in {currency}; write one per currency"
            )
        if transfer.amount_minor <= 0:
            raise TransferRefused(position, f"the amount must be positive, got {transfer.amount_minor}")
        if currency == "EUR" and transfer.amount_minor > _SEPA_LARGEST_MINOR:
            raise TransferRefused(position, "more than 999999999.99 EUR, the largest SEPA transfer")
        if transfer.end_to_end_id in seen:
            raise TransferRefused(position, "the end-to-end id is used twice in this file")
        seen.add(transfer.end_to_end_id)
    return Money(sum(transfer.amount_minor for transfer in transfers), currency)


def _transfer(element: Element, transfer: Transfer, position: str) -> None:
    _identifier(transfer.end_to_end_id, position)
    _text(element, "PmtId/EndToEndId", transfer.end_to_end_id)
    amount = Money(transfer.amount_minor, transfer.currency)
    _text(element, "Amt/InstdAmt", str(amount.to_decimal())).set("Ccy", transfer.currency)
    if transfer.creditor_bic:
        _agent(_child(element, "CdtrAgt"), transfer.creditor_bic, position)
    _text(element, "Cdtr/Nm", _name(transfer.creditor_name, position))
    _text(element, "CdtrAcct/Id/IBAN", _iban(transfer.creditor_iban, position))
    if transfer.reference and transfer.remittance_text:
        raise TransferRefused(position, "give a structured reference or a text, not both; banks forward only one")
    if transfer.reference:
        _reference(_child(element, "RmtInf/Strd/CdtrRefInf"), transfer.reference, position)
    elif transfer.remittance_text:
        _text(element, "RmtInf/Ustrd", _printable(transfer.remittance_text, _TEXT_LENGTH, position, "text"))


def _reference(element: Element, reference: str, position: str) -> None:
    _text(element, "Tp/CdOrPrtry/Cd", "SCOR")
    _text(element, "Ref", _printable("".join(reference.split()), 35, position, "reference"))


def _totals(element: Element, transfers: Sequence[Transfer], total: Money) -> None:
    _text(element, "NbOfTxs", str(len(transfers)))
    _text(element, "CtrlSum", str(total.to_decimal()))


def _party(element: Element, party: Party) -> None:
    _text(element, "Nm", _name(party.name, "debtor"))
    if party.organisation_number:
        other = _child(element, "Id/OrgId/Othr")
        _text(other, "Id", _printable(party.organisation_number, 35, "debtor", "organisation number"))
        _text(other, "SchmeNm/Cd", "BANK")


def _agent(element: Element, bic: str | None, position: str) -> None:
    if bic is None:
        _text(element, "FinInstnId/Othr/Id", "NOTPROVIDED")
        return
    try:
        _text(element, "FinInstnId/BICFI", BIC(bic).compact)
    except SchwiftyException as error:
        raise TransferRefused(position, f"{bic!r} is not a BIC ({error})") from error


def _iban(text: str, position: str) -> str:
    try:
        return IBAN(text).compact
    except SchwiftyException as error:
        raise TransferRefused(
            position, f"{text!r} is not an IBAN ({error}); ask the creditor for the account"
        ) from error


def _name(name: str, position: str) -> str:
    """The name, cut to what every bank forwards."""
    if not name.strip():
        raise TransferRefused(position, "the name is empty")
    return _printable(name.strip()[:_NAME_LENGTH].strip(), _NAME_LENGTH, position, "name")


def _printable(text: str, longest: int, position: str, what: str) -> str:
    if not text.strip() or len(text) > longest or not text.isprintable():
        raise TransferRefused(position, f"the {what} must be 1 to {longest} printable characters, got {text!r}")
    return text


def _identifier(text: str, position: str) -> None:
    if not _IDENTIFIER.fullmatch(text) or "//" in text or text != text.strip():
        raise TransferRefused(
            position, f"{text!r} is not an identifier: at most 35 letters, digits and ?:().,'+-, no slash at an end"
        )


def _numbered(transfers: Sequence[Transfer]) -> Iterator[tuple[str, Transfer]]:
    for number, transfer in enumerate(transfers, start=1):
        yield _position(number, transfer), transfer


def _position(number: int, transfer: Transfer) -> str:
    return f"transfer {number} ({transfer.end_to_end_id})"


def _child(parent: Element, path: str) -> Element:
    """A new element at the end of `path`, with the elements on the way to it."""
    element = parent
    for name in path.split("/"):
        element = etree.SubElement(element, f"{{{_NAMESPACE}}}{name}")
    return element


def _text(parent: Element, path: str, text: str) -> Element:
    element = _child(parent, path)
    element.text = text
    return element
