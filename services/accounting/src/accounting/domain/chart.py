"""The accounts of the three books. A code may name one of several alike after a colon: `1930:client-nok`."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Book = Literal["CLIENT_MONEY", "CREDITOR", "OWN"]
Kind = Literal["ASSET", "LIABILITY", "INCOME", "EXPENSE"]

RECEIVABLE = "1500"
INTEREST_RECEIVABLE = "1510"
FEES_RECEIVABLE = "1520"
DUE_FROM_COLLECTORS = "1575"
DUE_FROM_OFFICE = "1580"
PAYOUT_UNDERWAY = "1585"
CREDITORS_BANK = "1920"
OUTPUT_VAT = "2700"
INPUT_VAT = "2710"
SALES = "3000"
FEE_INCOME = "3900"
COLLECTION_COST = "7770"
ROUNDING = "7790"
BAD_DEBT = "7830"
INTEREST_INCOME = "8050"

CLIENT_FUNDS_BANK = "1930"
OWED_TO_CREDITOR = "2400"
UNALLOCATED_RECEIPTS = "2410"
OWED_TO_DEBTORS = "2420"
NOT_OURS = "2430"
CREDITOR_PAYOUTS_UNDERWAY = "2440"
OWN_SHARE_UNDERWAY = "2450"

DUE_FROM_CLIENT_FUNDS = "1510"
OWN_BANK = "1940"
OFFICE_COMMISSION = "3100"
OFFICE_FEES = "3110"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of one book; in the book CREDITOR every creditor has their own."""

    book: Book
    creditor_id: UUID | None
    code: str
    name: str
    kind: Kind


CREDITOR_ACCOUNTS: dict[str, tuple[str, Kind]] = {
    RECEIVABLE: ("Receivables", "ASSET"),
    INTEREST_RECEIVABLE: ("Late interest receivable", "ASSET"),
    FEES_RECEIVABLE: ("Fees receivable", "ASSET"),
    DUE_FROM_COLLECTORS: ("Due from collectors", "ASSET"),
    DUE_FROM_OFFICE: ("Due from collection office", "ASSET"),
    PAYOUT_UNDERWAY: ("Payout underway", "ASSET"),
    CREDITORS_BANK: ("Bank", "ASSET"),
    OUTPUT_VAT: ("Output VAT", "LIABILITY"),
    INPUT_VAT: ("Input VAT", "ASSET"),
    SALES: ("Sales", "INCOME"),
    FEE_INCOME: ("Fee income", "INCOME"),
    COLLECTION_COST: ("Collection cost", "EXPENSE"),
    ROUNDING: ("Rounding", "EXPENSE"),
    BAD_DEBT: ("Bad debt", "EXPENSE"),
    INTEREST_INCOME: ("Late interest income", "INCOME"),
}
CLIENT_MONEY_ACCOUNTS: dict[str, tuple[str, Kind]] = {
    CLIENT_FUNDS_BANK: ("Client funds", "ASSET"),
    OWED_TO_CREDITOR: ("Owed to creditor", "LIABILITY"),
    UNALLOCATED_RECEIPTS: ("Unallocated receipts", "LIABILITY"),
    OWED_TO_DEBTORS: ("Surplus owed to debtors", "LIABILITY"),
    NOT_OURS: ("Receipts that are not ours", "LIABILITY"),
    CREDITOR_PAYOUTS_UNDERWAY: ("Creditor payouts underway", "LIABILITY"),
    OWN_SHARE_UNDERWAY: ("Own share underway", "LIABILITY"),
}
OWN_ACCOUNTS: dict[str, tuple[str, Kind]] = {
    DUE_FROM_CLIENT_FUNDS: ("Due from client funds", "ASSET"),
    OWN_BANK: ("Own bank", "ASSET"),
    OUTPUT_VAT: ("Output VAT", "LIABILITY"),
    OFFICE_COMMISSION: ("Commission income", "INCOME"),
    OFFICE_FEES: ("Fee income", "INCOME"),
}
CHARTS: dict[Book, dict[str, tuple[str, Kind]]] = {
    "CLIENT_MONEY": CLIENT_MONEY_ACCOUNTS,
    "CREDITOR": CREDITOR_ACCOUNTS,
    "OWN": OWN_ACCOUNTS,
}


def account(book: Book, creditor_id: UUID | None, code: str) -> Account:
    """The account behind a code; one of several alike carries in its name which it is."""
    main, _, which = code.partition(":")
    name, kind = CHARTS[book][main]
    return Account(book, creditor_id, code, f"{name} {which}".strip(), kind)


def creditor_accounts(creditor_id: UUID) -> list[Account]:
    """What a new creditor starts with: their own chart, and what the office owes them of the client funds."""
    own = [account("CREDITOR", creditor_id, code) for code in CREDITOR_ACCOUNTS]
    return [*own, account("CLIENT_MONEY", None, f"{OWED_TO_CREDITOR}:{creditor_id}")]


RECEIVABLES = (RECEIVABLE, INTEREST_RECEIVABLE, FEES_RECEIVABLE)
"""What debtors owe a creditor: principal, interest, fees."""


def receivable_of(component: str) -> str:
    """Where a creditor books what is owed of a claim's component."""
    return {"PRINCIPAL": RECEIVABLE, "INTEREST": INTEREST_RECEIVABLE}.get(component, FEES_RECEIVABLE)


def income_of(component: str) -> str:
    """Where a creditor books what a claim's component earned."""
    return {"PRINCIPAL": SALES, "INTEREST": INTEREST_INCOME}.get(component, FEE_INCOME)
