"""What every bank file becomes: statements of booked transactions, and the lines that could not be read."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

Direction = Literal["CREDIT", "DEBIT"]
FileFormat = Literal["ocr-giro", "camt.052", "camt.053", "camt.054", "bgmax", "mt940", "ktl"]

_OPENING_BALANCES = ("OPBD", "PRCD")
_CLOSING_BALANCES = ("CLBD",)


class BankFileRefused(Exception):
    """The file as a whole cannot be trusted; nothing of it may be stored."""

    def __init__(self, position: str, reason: str) -> None:
        super().__init__(f"{position}: {reason}" if position else reason)
        self.position = position
        self.reason = reason


class LineRefused(ValueError):
    """One entry of a good file cannot be read; the reader records it and goes on."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that was left out: where it stands in the file and what a person must know about it."""

    position: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReferencedAmount:
    """The part of a transaction that the payer states for one reference; a deduction is negative."""

    reference: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class BankTransaction:
    """One booked movement on our account; `amount_minor` is positive, `direction` carries the sign.

    `payer_name` and `payer_account` are the other side: who paid us, or for a plain debit whom we paid.
    `reference` is the one structured reference as sent, unchecked; with several different ones it is "" and they stand
    in `references`, with what each is for in `parts` where the bank tells. `return_reason` is set when money we sent
    comes back, or money we got is taken back.
    """

    account: str
    booking_date: date
    value_date: date
    amount_minor: int
    currency: str
    direction: Direction
    is_reversal: bool
    reference: str
    text: str
    payer_name: str
    payer_account: str
    end_to_end_id: str
    servicer_reference: str
    fingerprint: str = ""
    references: tuple[str, ...] = ()
    return_reason: str = ""
    parts: tuple[ReferencedAmount, ...] = ()

    @property
    def signed_minor(self) -> int:
        """The change of the account's balance, in minor units."""
        return self.amount_minor if self.direction == "CREDIT" else -self.amount_minor


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance the bank states, signed, in minor units; `kind` is the bank's code (OPBD, CLBD, PRCD, ...)."""

    kind: str
    amount_minor: int
    currency: str
    balance_date: date | None


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """What one file says about one account; `not_booked` counts pending entries, which are left out."""

    account: str
    currency: str
    statement_id: str
    balances: tuple[Balance, ...]
    transactions: tuple[BankTransaction, ...]
    not_booked: int = 0

    def find_balance(self, *kinds: str) -> Balance | None:
        """The first stated balance of one of these kinds."""
        return next((balance for balance in self.balances if balance.kind in kinds), None)

    def unexplained_minor(self) -> int | None:
        """Closing balance less opening balance less transactions; 0 is right, None when a balance is missing."""
        opening, closing = self.find_balance(*_OPENING_BALANCES), self.find_balance(*_CLOSING_BALANCES)
        if opening is None or closing is None:
            return None
        moved = sum(transaction.signed_minor for transaction in self.transactions)
        return closing.amount_minor - opening.amount_minor - moved


@dataclass(frozen=True, slots=True)
class BankFile:
    """A bank file that was read; every line of it is in `statements`, in `rejected`, or not booked yet."""

    format: FileFormat
    message_id: str
    statements: tuple[AccountStatement, ...]
    rejected: tuple[Rejected, ...]

    @property
    def transactions(self) -> tuple[BankTransaction, ...]:
        """The transactions of all statements, in the order of the file."""
        return tuple(transaction for statement in self.statements for transaction in statement.transactions)


def assembled(
    file_format: FileFormat, message_id: str, statements: Sequence[AccountStatement], rejected: Sequence[Rejected]
) -> BankFile:
    """The file with an identity for each transaction, so that a re-sent or re-ordered file brings nothing new.

    Equal transactions are told apart by counting through the whole file. A second copy of a statement inside the same
    file is set aside: it would count on.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    told: set[tuple[object, ...]] = set()
    copies: list[Rejected] = []
    kept: list[AccountStatement] = []
    for statement in statements:
        identities = [_identity(transaction) for transaction in statement.transactions]
        whole = (statement.account, statement.statement_id, tuple(identities))
        if statement.statement_id and identities and whole in told:
            copies.append(Rejected(f"statement {statement.statement_id}", "stands in this file twice; read once"))
            continue
        told.add(whole)
        marked: list[BankTransaction] = []
        for transaction, identity in zip(statement.transactions, identities, strict=True):
            marked.append(replace(transaction, fingerprint=_digest((*identity, str(seen[identity])))))
            seen[identity] += 1
        kept.append(replace(statement, transactions=tuple(marked)))
    return BankFile(file_format, message_id, tuple(kept), (*rejected, *copies))


def _identity(transaction: BankTransaction) -> tuple[str, ...]:
    # The bank's own reference is in, because two equal payments of one day may come in two files; it may be
    # missing or repeat inside a file, which the ordinal covers. Numbers of the message and of the entry are out.
    remittance = transaction.reference or " ".join(transaction.references) or " ".join(transaction.text.split())
    return (
        transaction.account,
        transaction.booking_date.isoformat(),
        str(transaction.amount_minor),
        transaction.currency,
        transaction.direction,
        "reversal" if transaction.is_reversal else "",
        remittance,
        transaction.payer_account or transaction.payer_name,
        transaction.end_to_end_id,
        transaction.servicer_reference,
    )


def _digest(parts: tuple[str, ...]) -> str:
    # Lengths keep "ab"+"c" apart from "a"+"bc".
    return hashlib.sha256("".join(f"{len(part)}:{part};" for part in parts).encode()).hexdigest()
