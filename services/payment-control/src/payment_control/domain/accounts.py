"""The office's bank accounts, and which lines of a bank file are theirs to post."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from bankfiles import AccountStatement, BankFile, BankTransaction, Rejected
from payment_control.domain.ids import id_of_day
from payment_control.domain.matching import Line, Stated

Source = Literal["CAMT", "CAMT_STATEMENT", "NETS_OCR", "BGMAX", "MT940", "KTL"]
ToldSource = Literal["CAMT", "NETS_OCR", "BGMAX", "MT940"]
FARTHEST = timedelta(days=366)
PAYMENTS = UUID("6f4a1d3e-58f1-5f0b-9a53-0d3c7b0e7a11")
SOURCE_OF_FORMAT: dict[str, Source] = {
    "camt.054": "CAMT",
    "camt.053": "CAMT_STATEMENT",
    "ocr-giro": "NETS_OCR",
    "bgmax": "BGMAX",
    "mt940": "MT940",
    "ktl": "KTL",
}


class ClientAccount(BaseModel):
    """A bank account of the office; client funds and own money never share one.

    `source` is the one kind of file its payments are posted from; CAMT is camt.054, CAMT_STATEMENT camt.053.
    """

    model_config = ConfigDict(frozen=True)

    account_id: str
    iban: str
    bic: str = ""
    currency: str
    kind: Literal["CLIENT_FUNDS", "OWN"]
    source: Source = "CAMT"

    numbers_in_files: tuple[str, ...] = ()
    """Other numbers under which bank files name it, such as a bankgiro number."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """How bank files write it: the IBAN, the national number inside, or a number of its own."""
        iban = "".join(self.iban.split()).upper()
        return iban, iban[4:], *(bare_number(number) for number in self.numbers_in_files)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A line that concerns client funds: money that arrived, or money that was taken back."""

    payment_id: UUID
    account_id: str
    source: Source
    transaction: BankTransaction

    @property
    def told_source(self) -> ToldSource:
        """The source as other services know it: they do not care which camt it was, or KTL, which camt replaces."""
        return "CAMT" if self.source in ("CAMT_STATEMENT", "KTL") else self.source

    @property
    def line(self) -> Line:
        """What matching needs to know."""
        bank = self.transaction
        return Line(
            amount_minor=bank.amount_minor,
            currency=bank.currency,
            booking_date=bank.booking_date,
            payer=bank.payer_account,
            stated=tuple(Stated(part.reference, part.amount_minor) for part in bank.parts),
            reverses=bank.is_reversal,
        )

    @property
    def searched_text(self) -> str:
        """Where numbers are looked for when no reference is stated; payers also write them into the end-to-end id."""
        return f"{self.transaction.text}\n{self.transaction.end_to_end_id}"

    @property
    def stated_references(self) -> tuple[str, ...]:
        if self.transaction.references:
            return self.transaction.references
        return (self.transaction.reference,) if self.transaction.reference else ()

    @property
    def reference(self) -> str:
        return " ".join(self.stated_references)

    @property
    def reversal_key(self) -> str:
        """What a payment and its reversal have in common, besides account and amount; "" if nothing."""
        line = self.transaction
        return self.reference or line.end_to_end_id or line.payer_account or " ".join(line.text.split())


@dataclass(frozen=True, slots=True)
class Sorted:
    """A file's lines by what is done with them; `skipped` are payouts, lump sums and other people's accounts."""

    credits: tuple[Arrival, ...]
    reversals: tuple[Arrival, ...]
    skipped: int


def without_far_future(file: BankFile, today: date) -> BankFile:
    """The file with lines dated more than a year ahead rejected: interest would be reckoned up to a mistyped day."""
    latest = today + FARTHEST
    rejected: list[Rejected] = []
    statements: list[AccountStatement] = []
    for statement in file.statements:
        late = [line for line in statement.transactions if max(line.booking_date, line.value_date) > latest]
        rejected += [
            Rejected(
                f"statement {statement.statement_id}, {line.direction.lower()} of {line.amount_minor} {line.currency}",
                f"booked {line.booking_date}, value date {line.value_date}: more than a year ahead",
            )
            for line in late
        ]
        kept = tuple(line for line in statement.transactions if line not in late) if late else statement.transactions
        statements.append(replace(statement, transactions=kept))
    return replace(file, statements=tuple(statements), rejected=(*file.rejected, *rejected)) if rejected else file


def sort_lines(file: BankFile, accounts: Sequence[ClientAccount]) -> Sorted:
    """One import source per account, so that what two channels tell is posted once; other files give balances only.

    A credit that takes back a debit is money too: it is registered and waits for a person. A payout of ours that came
    back is settlement's.
    """
    ours = client_funds(accounts)
    source = SOURCE_OF_FORMAT.get(file.format)
    received: list[Arrival] = []
    taken_back: list[Arrival] = []
    for line in file.transactions:
        account = ours.get(bare_number(line.account))
        if account is None or account.source != source:
            continue
        payment_id = id_of_day(line.booking_date, PAYMENTS, line.fingerprint)
        arrival = Arrival(payment_id, account.account_id, account.source, line)
        if line.direction == "DEBIT" and (line.is_reversal or line.return_reason):
            taken_back.append(arrival)
        elif line.direction == "CREDIT" and not line.return_reason:
            received.append(arrival)
    return Sorted(tuple(received), tuple(taken_back), len(file.transactions) - len(received) - len(taken_back))


def bare_number(number: str) -> str:
    """An account number as it is compared: letters and digits, without the zeros some formats fill up with."""
    return "".join(character for character in number.upper() if character.isalnum()).lstrip("0")


def client_funds(accounts: Iterable[ClientAccount]) -> dict[str, ClientAccount]:
    """Accounts that hold client funds, by every number under which bank files name them."""
    return {
        bare_number(number): account
        for account in accounts
        if account.kind == "CLIENT_FUNDS"
        for number in account.numbers
    }
