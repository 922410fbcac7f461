"""Reader of ISO 20022 statements (camt.053) and notifications (camt.054), versions 2 to 13."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bankfiles.values import (
    AccountStatement,
    Balance,
    BankFile,
    BankFileRefused,
    BankTransaction,
    Direction,
    FileFormat,
    LineRefused,
    Rejected,
    with_fingerprints,
)
from bankfiles.xml_tree import (
    Element,
    account_at,
    amount_of,
    date_at,
    first_text,
    parse_document,
    position_of,
    text_at,
    texts_at,
)

_REPORTS: dict[str, tuple[FileFormat, str]] = {
    "BkToCstmrStmt": ("camt.053", "Stmt"),
    "BkToCstmrDbtCdtNtfctn": ("camt.054", "Ntfctn"),
}
_VERSION = re.compile(r"camt\.05[34]\.001\.(\d{2})$")
_VERSIONS = range(2, 14)
_DIRECTIONS: dict[str, Direction] = {"CRDT": "CREDIT", "DBIT": "DEBIT"}


@dataclass(frozen=True, slots=True)
class _Entry:
    """The parts of an entry its details fall back on."""

    account: str
    booking_date: date
    value_date: date
    amount_minor: int
    currency: str
    direction: Direction
    is_reversal: bool
    servicer_reference: str
    text: str


def read_camt(content: bytes) -> BankFile:
    """Read a camt.053 or camt.054; an unreadable entry is rejected with its reason, a broken file is refused."""
    namespace, root = parse_document(content)
    return camt_file(namespace, root)


def camt_file(namespace: str, root: Element) -> BankFile:
    """The same, from a document that is already parsed."""
    message = next((child for child in root if child.tag in _REPORTS), None)
    if message is None:
        raise BankFileRefused("Document", "neither a camt.053 statement nor a camt.054 notification")
    file_format, report_name = _REPORTS[str(message.tag)]
    _check_version(namespace)
    reports = message.findall(report_name)
    if not reports:
        raise BankFileRefused(f"Document/{message.tag}", f"no {report_name} in the file; nothing to read")
    rejected: list[Rejected] = []
    statements = [_statement(report, rejected) for report in reports]
    return BankFile(file_format, text_at(message, "GrpHdr/MsgId"), tuple(statements), tuple(rejected))


def _check_version(namespace: str) -> None:
    version = _VERSION.search(namespace)
    if version and int(version[1]) not in _VERSIONS:
        raise BankFileRefused("Document", f"version {version[1]} is unknown; 02 to {_VERSIONS[-1]} are read")


def _statement(report: Element, rejected: list[Rejected]) -> AccountStatement:
    account = account_at(report, "Acct")
    where = f"line {report.sourceline}, {report.tag}"
    if not account:
        raise BankFileRefused(f"{where}/Acct/Id", "no account number, neither IBAN nor other")
    entries = report.findall("Ntry")
    stated = text_at(report, "TxsSummry/TtlNtries/NbOfNtries")
    if stated and stated.lstrip("0") != str(len(entries) or ""):
        raise BankFileRefused(f"{where}/TxsSummry", f"{stated} entries are announced but {len(entries)} are present")

    currency = text_at(report, "Acct/Ccy")
    booked: list[BankTransaction] = []
    not_booked = 0
    for number, entry in enumerate(entries, start=1):
        try:
            if first_text(entry, "Sts/Cd", "Sts/Prtry", "Sts") != "BOOK":
                not_booked += 1
                continue
            booked += _transactions(entry, account, currency)
        except LineRefused as reason:
            rejected.append(Rejected(position_of(entry, number), str(reason)))
    balances = _balances(report, rejected)
    return AccountStatement(
        account=account,
        currency=currency or _common_currency(booked, balances),
        statement_id=text_at(report, "Id"),
        balances=tuple(balances),
        transactions=tuple(with_fingerprints(booked)),
        not_booked=not_booked,
    )


def _common_currency(booked: Sequence[BankTransaction], balances: Sequence[Balance]) -> str:
    currencies = {line.currency for line in (*booked, *balances)}
    return currencies.pop() if len(currencies) == 1 else ""


def _balances(report: Element, rejected: list[Rejected]) -> list[Balance]:
    balances: list[Balance] = []
    for number, element in enumerate(report.findall("Bal"), start=1):
        try:
            amount = amount_of(_required(element, "Amt"))
            sign = -1 if _direction(element) == "DEBIT" else 1
            kind = first_text(element, "Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry")
            balances.append(Balance(kind, sign * amount.minor, amount.currency, date_at(element, "Dt")))
        except LineRefused as reason:
            rejected.append(Rejected(position_of(element, number), str(reason)))
    return balances


def _transactions(entry: Element, account: str, account_currency: str) -> list[BankTransaction]:
    """One transaction per detail whose amount is known, else one for the whole entry."""
    booked = _entry(entry, account, account_currency)
    details = entry.findall("NtryDtls/TxDtls")
    if not details:
        return [_transaction(booked, entry, booked.amount_minor, booked.direction)]
    if len(details) == 1:
        # What was booked counts; a detail may show the amount before charges or in the payer's currency.
        return [_transaction(booked, details[0], booked.amount_minor, booked.direction)]
    amounts = [_detail_amount(detail, booked.currency) for detail in details]
    if any(amount is None for amount in amounts):
        return [_lump(booked, details)]
    return _batch(booked, details, [amount or 0 for amount in amounts])


def _batch(booked: _Entry, details: Sequence[Element], amounts: Sequence[int]) -> list[BankTransaction]:
    directions: list[Direction] = [_direction(detail, booked.direction) for detail in details]
    total = sum(
        amount if direction == booked.direction else -amount
        for amount, direction in zip(amounts, directions, strict=True)
    )
    if total != booked.amount_minor:
        raise LineRefused(
            f"its {len(details)} transactions sum to {total} but {booked.amount_minor} was booked "
            f"({booked.currency}, minor units)"
        )
    if 0 in amounts:
        raise LineRefused("one of its transactions has the amount zero")
    return [
        _transaction(booked, detail, amount, direction)
        for detail, amount, direction in zip(details, amounts, directions, strict=True)
    ]


def _entry(entry: Element, account: str, account_currency: str) -> _Entry:
    amount = amount_of(_required(entry, "Amt"))
    if amount.minor == 0:
        raise LineRefused("the amount is zero")
    if account_currency and amount.currency != account_currency:
        raise LineRefused(f"booked in {amount.currency} on an account held in {account_currency}")
    booking_date = date_at(entry, "BookgDt") or date_at(entry, "ValDt")
    if booking_date is None:
        raise LineRefused("neither a booking date nor a value date")
    return _Entry(
        account=account,
        booking_date=booking_date,
        value_date=date_at(entry, "ValDt") or booking_date,
        amount_minor=amount.minor,
        currency=amount.currency,
        direction=_direction(entry),
        is_reversal=text_at(entry, "RvslInd").lower() in ("true", "1"),
        servicer_reference=text_at(entry, "AcctSvcrRef"),
        text=text_at(entry, "AddtlNtryInf"),
    )


def _transaction(booked: _Entry, detail: Element, amount_minor: int, direction: Direction) -> BankTransaction:
    references = _references(detail)
    return_reason = first_text(detail, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/RtrRsn/Cd")
    # Parties keep the roles of the original payment when it is reversed or returned.
    turned = booked.is_reversal or bool(return_reason)
    payer_name, payer_account = _other_side(detail, "Dbtr" if (direction == "CREDIT") != turned else "Cdtr")
    end_to_end_id = text_at(detail, "Refs/EndToEndId")
    return BankTransaction(
        account=booked.account,
        booking_date=booked.booking_date,
        value_date=booked.value_date,
        amount_minor=amount_minor,
        currency=booked.currency,
        direction=direction,
        is_reversal=booked.is_reversal,
        reference=references[0] if len(references) == 1 else "",
        text=_remittance_text(detail) or booked.text,
        payer_name=payer_name,
        payer_account=payer_account,
        end_to_end_id="" if end_to_end_id == "NOTPROVIDED" else end_to_end_id,
        servicer_reference=text_at(detail, "Refs/AcctSvcrRef") or booked.servicer_reference,
        references=references,
        return_reason=return_reason,
    )


def _lump(booked: _Entry, details: Sequence[Element]) -> BankTransaction:
    """The whole entry as one sum, when the bank does not say how it divides among its transactions."""
    parts = [_transaction(booked, detail, booked.amount_minor, booked.direction) for detail in details]
    references = tuple(dict.fromkeys(reference for part in parts for reference in part.references))
    return BankTransaction(
        account=booked.account,
        booking_date=booked.booking_date,
        value_date=booked.value_date,
        amount_minor=booked.amount_minor,
        currency=booked.currency,
        direction=booked.direction,
        is_reversal=booked.is_reversal,
        reference=references[0] if len(references) == 1 else "",
        text="\n".join(dict.fromkeys(part.text for part in parts if part.text)) or booked.text,
        payer_name="",
        payer_account="",
        end_to_end_id="",
        servicer_reference=booked.servicer_reference,
        references=references,
    )


def _detail_amount(detail: Element, currency: str) -> int | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        element = detail.find(path)
        if element is not None and element.get("Ccy") == currency:
            return amount_of(element).minor
    return None


def _references(detail: Element) -> tuple[str, ...]:
    """The distinct creditor references: SCOR, a proprietary kind such as QRR, or of no stated kind."""
    found: list[str] = []
    for information in detail.iterfind("RmtInf/Strd/CdtrRefInf"):
        kind = first_text(information, "Tp/CdOrPrtry/Cd", "Tp/Cd")
        reference = "".join(text_at(information, "Ref").split())
        if reference and kind in ("", "SCOR"):
            found.append(reference)
    return tuple(dict.fromkeys(found))


def _remittance_text(detail: Element) -> str:
    """Free text line by line, then numbers of the documents paid; banks cut lines anywhere, so breaks are kept."""
    lines = [
        *texts_at(detail, "RmtInf/Ustrd"),
        *texts_at(detail, "RmtInf/Strd/RfrdDocInf/Nb"),
        *texts_at(detail, "RmtInf/Strd/AddtlRmtInf"),
    ]
    return "\n".join(lines) or text_at(detail, "AddtlTxInf")


def _other_side(detail: Element, role: str) -> tuple[str, str]:
    other = "Cdtr" if role == "Dbtr" else "Dbtr"
    for party in (role, other):
        name = first_text(
            detail,
            f"RltdPties/{party}/Nm",
            f"RltdPties/{party}/Pty/Nm",
            f"RltdPties/{party}/Agt/FinInstnId/Nm",
            f"RltdPties/Ultmt{party}/Nm",
            f"RltdPties/Ultmt{party}/Pty/Nm",
        )
        account = account_at(detail, f"RltdPties/{party}Acct")
        if name or account:
            return name, account
    return "", ""


def _direction(element: Element, default: Direction | None = None) -> Direction:
    code = text_at(element, "CdtDbtInd")
    direction: Direction | None = _DIRECTIONS.get(code) if code else default
    if direction is None:
        raise LineRefused(f"CdtDbtInd: {code!r} is neither CRDT nor DBIT")
    return direction


def _required(element: Element, path: str) -> Element:
    found = element.find(path)
    if found is None:
        raise LineRefused(f"{element.tag}/{path} is missing")
    return found
