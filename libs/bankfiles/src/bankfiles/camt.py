"""Reader of ISO 20022 statements (camt.053), notifications (camt.054) and intraday reports (camt.052), versions 2 to 13."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bankfiles.camt_entries import direction_of, required, transactions_of
from bankfiles.values import (
    AccountStatement,
    Balance,
    BankFile,
    BankFileRefused,
    BankTransaction,
    FileFormat,
    LineRefused,
    Rejected,
    assembled,
)
from bankfiles.xml_tree import (
    Element,
    account_at,
    amount_of,
    date_at,
    first_text,
    forget,
    local_name,
    namespace_of,
    position_of,
    strip_namespaces,
    text_at,
    walk,
)
from money import Money

REPORTS: dict[str, tuple[FileFormat, str]] = {
    "BkToCstmrStmt": ("camt.053", "Stmt"),
    "BkToCstmrDbtCdtNtfctn": ("camt.054", "Ntfctn"),
    "BkToCstmrAcctRpt": ("camt.052", "Rpt"),
}
_VERSION = re.compile(r"camt\.05[234]\.001\.(\d{2})")
_VERSIONS = range(2, 14)


@dataclass(slots=True)
class _Report:
    """A statement while its entries come by; `moved` is their sum by direction, None once one cannot be read."""

    account: str
    currency: str
    where: str
    entries: int = 0
    not_booked: int = 0
    booked: list[BankTransaction] = field(default_factory=list[BankTransaction])
    counts: dict[str, int] = field(default_factory=lambda: {"CREDIT": 0, "DEBIT": 0})
    moved: dict[str, int] | None = field(default_factory=lambda: {"CREDIT": 0, "DEBIT": 0})


def read_camt(content: bytes, message: str) -> BankFile:
    """Read the message of that name, one of `REPORTS`, entry by entry, so that memory is bounded by what is read.

    An unreadable entry is rejected with its reason; a broken file is refused.
    """
    file_format, report_name = REPORTS[message]
    statements: list[AccountStatement] = []
    rejected: list[Rejected] = []
    message_id = ""
    current: _Report | None = None
    for element in walk(content, "Ntry", report_name, message):
        parent = element.getparent()
        match local_name(element):
            case "Ntry" if parent is not None and local_name(parent) == report_name:
                current = current or _opened(parent)
                _take(element, current, rejected)
                forget(element)
            case name if name == report_name:
                statements.append(_closed(element, current or _opened(element), rejected))
                current = None
                forget(element)
            case name if name == message:
                _check_version(namespace_of(element))
                strip_namespaces(element)
                message_id = text_at(element, "GrpHdr/MsgId")
            case _:
                pass  # an element of the same name deep inside, such as a bank's own extension
    if not statements:
        raise BankFileRefused(f"Document/{message}", f"no {report_name} in the file; nothing to read")
    return assembled(file_format, message_id, statements, rejected)


def _check_version(namespace: str) -> None:
    version = _VERSION.search(namespace)
    if version and int(version[1]) not in _VERSIONS:
        raise BankFileRefused("Document", f"version {version[1]} is unknown; 02 to {_VERSIONS[-1]} are read")


def _opened(report: Element) -> _Report:
    """What stands before the entries."""
    where = f"line {report.sourceline}, {local_name(report)}"
    for head in report.iterchildren("{*}Acct"):
        strip_namespaces(head)
    account = account_at(report, "Acct")
    if not account:
        raise BankFileRefused(f"{where}/Acct/Id", "no account number, neither IBAN nor other")
    return _Report(account, text_at(report, "Acct/Ccy"), where)


def _take(entry: Element, report: _Report, rejected: list[Rejected]) -> None:
    strip_namespaces(entry)
    report.entries += 1
    try:
        amount, direction = amount_of(required(entry, "Amt")), direction_of(entry)
        report.counts[direction] += 1
        if report.moved is not None:
            report.moved[direction] += amount.minor
    except LineRefused as reason:
        report.moved = None
        rejected.append(Rejected(position_of(entry, report.entries), str(reason)))
        return
    if first_text(entry, "Sts/Cd", "Sts/Prtry", "Sts") != "BOOK":
        report.not_booked += 1
        return
    try:
        report.booked += transactions_of(entry, report.account, report.currency)
    except LineRefused as reason:
        rejected.append(Rejected(position_of(entry, report.entries), str(reason)))


def _closed(element: Element, report: _Report, rejected: list[Rejected]) -> AccountStatement:
    strip_namespaces(element)
    balances = _balances(element, rejected)
    currency = report.currency or _common_currency(report.booked, balances)
    _check_totals(element, report, currency)
    return AccountStatement(
        account=report.account,
        currency=currency,
        statement_id=text_at(element, "Id"),
        balances=tuple(balances),
        transactions=tuple(report.booked),
        not_booked=report.not_booked,
    )


def _check_totals(element: Element, report: _Report, currency: str) -> None:
    """Counts and sums the bank states of its entries; one that differs means that the file is not whole."""
    for name, counted in (
        ("TtlNtries", report.entries),
        ("TtlCdtNtries", report.counts["CREDIT"]),
        ("TtlDbtNtries", report.counts["DEBIT"]),
    ):
        stated = text_at(element, f"TxsSummry/{name}/NbOfNtries")
        if stated and stated.lstrip("0") != str(counted or "") and (report.moved or name == "TtlNtries"):
            raise BankFileRefused(
                f"{report.where}/TxsSummry/{name}", f"{stated} entries are announced but {counted} are present"
            )
    if report.moved is None or not currency:
        return
    credit, debit = report.moved["CREDIT"], report.moved["DEBIT"]
    for path, summed in (
        ("TtlNtries/Sum", credit + debit),
        ("TtlNtries/TtlNetNtryAmt", abs(credit - debit)),
        ("TtlNtries/TtlNetNtry/Amt", abs(credit - debit)),
        ("TtlCdtNtries/Sum", credit),
        ("TtlDbtNtries/Sum", debit),
    ):
        stated = text_at(element, f"TxsSummry/{path}")
        if stated and _minor(stated, currency, f"{report.where}/TxsSummry/{path}") != summed:
            raise BankFileRefused(
                f"{report.where}/TxsSummry/{path}",
                f"{stated} is announced but the entries sum to {Money(summed, currency).to_decimal()} {currency}",
            )


def _minor(stated: str, currency: str, where: str) -> int:
    try:
        return Money.parse(stated, currency).minor
    except ValueError as error:
        raise BankFileRefused(where, str(error)) from error


def _common_currency(booked: Sequence[BankTransaction], balances: Sequence[Balance]) -> str:
    currencies = {line.currency for line in (*booked, *balances)}
    return currencies.pop() if len(currencies) == 1 else ""


def _balances(report: Element, rejected: list[Rejected]) -> list[Balance]:
    balances: list[Balance] = []
    for number, element in enumerate(report.findall("Bal"), start=1):
        try:
            amount = amount_of(required(element, "Amt"))
            sign = -1 if direction_of(element) == "DEBIT" else 1
            kind = first_text(element, "Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry")
            balances.append(Balance(kind, sign * amount.minor, amount.currency, date_at(element, "Dt")))
        except LineRefused as reason:
            rejected.append(Rejected(position_of(element, number), str(reason)))
    return balances
