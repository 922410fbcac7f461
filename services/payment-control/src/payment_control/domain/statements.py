"""What a bank statement says of the accounts that hold client funds: balances, and the lines nobody posts from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bankfiles import AccountStatement, BankFile, BankTransaction
from payment_control.domain.accounts import SOURCE_OF_FORMAT, ClientAccount, bare_number, client_funds

LineKind = Literal["CREDIT", "RETURN", "DEBIT", "REVERSAL"]
"""Money that came; money of ours that came back; money that went; money that was taken back."""


@dataclass(frozen=True, slots=True)
class StatedBalance:
    """What the bank says stood on an account at the end of a statement; its lines are booked from `covers_from` on."""

    account_id: str
    statement_id: str
    balance_date: date
    currency: str
    opening_minor: int | None
    closing_minor: int
    unexplained_minor: int | None
    covers_from: date | None


@dataclass(frozen=True, slots=True)
class StatedLine:
    """A line of a statement; `amount_minor` is signed. `remittance_text` may name people: never logged, never in an event."""

    fingerprint: str
    account_id: str
    statement_id: str
    balance_date: date
    booking_date: date
    amount_minor: int
    currency: str
    kind: LineKind
    end_to_end_id: str
    reference: str
    remittance_text: str


def stated_balances(file: BankFile, accounts: Sequence[ClientAccount]) -> list[StatedBalance]:
    """The closing balances of client-funds accounts in a statement file."""
    return [_balance(account, statement, day) for account, statement, day in _of_client_funds(file, accounts)]


def stated_lines(file: BankFile, accounts: Sequence[ClientAccount]) -> list[StatedLine]:
    """The lines of statements of client funds, without those that are posted from this very file."""
    source = SOURCE_OF_FORMAT.get(file.format)
    return [
        _line(account, statement, day, line)
        for account, statement, day in _of_client_funds(file, accounts)
        for line in statement.transactions
        if account.source != source or _kind(line) in ("DEBIT", "RETURN")
    ]


def _of_client_funds(
    file: BankFile, accounts: Sequence[ClientAccount]
) -> list[tuple[ClientAccount, AccountStatement, date]]:
    ours = client_funds(accounts)
    found: list[tuple[ClientAccount, AccountStatement, date]] = []
    for statement in file.statements:
        account = ours.get(bare_number(statement.account))
        closing = statement.find_balance("CLBD")
        if account is not None and closing is not None and closing.balance_date is not None:
            found.append((account, statement, closing.balance_date))
    return found


def _balance(account: ClientAccount, statement: AccountStatement, day: date) -> StatedBalance:
    opening, closing = statement.find_balance("OPBD", "PRCD"), statement.find_balance("CLBD")
    assert closing is not None, "statements without a closing balance were left out"
    return StatedBalance(
        account_id=account.account_id,
        statement_id=statement.statement_id,
        balance_date=day,
        currency=closing.currency,
        opening_minor=opening.amount_minor if opening else None,
        closing_minor=closing.amount_minor,
        unexplained_minor=statement.unexplained_minor(),
        covers_from=min((day, *(line.booking_date for line in statement.transactions))),
    )


def _line(account: ClientAccount, statement: AccountStatement, day: date, line: BankTransaction) -> StatedLine:
    return StatedLine(
        fingerprint=line.fingerprint,
        account_id=account.account_id,
        statement_id=statement.statement_id,
        balance_date=day,
        booking_date=line.booking_date,
        amount_minor=line.signed_minor,
        currency=line.currency,
        kind=_kind(line),
        end_to_end_id=line.end_to_end_id,
        reference=line.reference or " ".join(line.references),
        remittance_text=line.text,
    )


def _kind(line: BankTransaction) -> LineKind:
    if line.direction == "DEBIT":
        return "REVERSAL" if line.is_reversal or line.return_reason else "DEBIT"
    return "RETURN" if line.return_reason else "CREDIT"
