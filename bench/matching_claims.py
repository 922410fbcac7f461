"""Claims to be found: any number of them, each computed from its own number, so that none need be remembered.

Forty creditors share one bank account. They number their invoices each in their own way and from one upwards, so plain
numbers meet; subscriptions cost everybody the same; a debtor has one to four open claims, and some share an account.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from fordring.stack.postgres import plain_url
from payment_control.domain.accounts import PAYMENTS
from payment_control.domain.ids import id_beside, id_of_day
from payment_control.domain.tokens import cut_number
from statutes import references

ACCOUNT_ID, IBAN, CURRENCY = "NOK-CLIENT", "NO8330001234567", "NOK"
TODAY = date(2025, 11, 3)
CREDITORS = 40
SCHEMES = ("NO_KID_MOD10", "NO_KID_MOD11")
FEE_MINOR = 3_500
SETTLED_OF = 4
"""For every fourth open claim its debtor has paid another one before."""

_BLOCK = (0, 1, 2, 3, 4, 4, 5, 5, 5, 5)
"""Which debtor of its block each of ten claims in a row belongs to."""
DEBTORS_OF_BLOCK = 6
_PRICES = (29_900, 39_900, 49_900, 59_900, 79_900)
_FIRST_NAMES = ("Anne", "Berit", "Dag", "Egil", "Frode", "Grete", "Hilde", "Ivar", "Kari", "Lars", "Mari", "Nils")
_LAST_NAMES = ("Hansen", "Johansen", "Olsen", "Larsen", "Andersen", "Nilsen", "Moen", "Berg", "Dahl", "Lund", "Solberg")
_BITS = (1 << 64) - 1


def mix(*numbers: int) -> int:
    """64 well-stirred bits of some numbers (splitmix64): the same everywhere, and no state."""
    value = 0
    for number in numbers:
        value = (value + number + 0x9E3779B97F4A7C15) & _BITS
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _BITS
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _BITS
        value ^= value >> 31
    return value


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who owes; `account` is where the money comes from when the debtor pays by hand."""

    number: int

    @property
    def creditor(self) -> int:
        return mix(self.number, 1) % CREDITORS

    @property
    def name(self) -> str:
        bits = mix(self.number, 2)
        return f"{_FIRST_NAMES[bits % len(_FIRST_NAMES)]} {_LAST_NAMES[bits // 64 % len(_LAST_NAMES)]}"

    @property
    def account(self) -> str:
        # The second debtor of every fifth block lives with the first and pays from the same account.
        shared = self.number % (DEBTORS_OF_BLOCK * 5) == 1
        return f"NO93{80_000_000_000 + self.number - (1 if shared else 0)}"

    @property
    def claim_numbers(self) -> tuple[int, ...]:
        block, place = divmod(self.number, DEBTORS_OF_BLOCK)
        return tuple(block * len(_BLOCK) + claim for claim, debtor in enumerate(_BLOCK) if debtor == place)

    @property
    def has_paid(self) -> bool:
        return any(number % SETTLED_OF == 0 for number in self.claim_numbers)


@dataclass(frozen=True, slots=True)
class ClaimToFind:
    """One claim; a settled one is the earlier claim of the open claim with the same number."""

    number: int
    settled: bool = False

    @property
    def debtor(self) -> Debtor:
        block, place = divmod(self.number, len(_BLOCK))
        return Debtor(block * DEBTORS_OF_BLOCK + _BLOCK[place])

    @property
    def claim_id(self) -> UUID:
        return self._id(3)

    @property
    def case_id(self) -> int:
        return 100_000 + self.number * 2 + self.settled

    @property
    def scheme(self) -> str:
        return SCHEMES[self.debtor.creditor % 4 == 3]

    @property
    def reference(self) -> str:
        base = f"{1000 + self.debtor.creditor}{self.case_id:08}"
        try:
            return references.generate(self.scheme, f"{base}0")
        except references.CheckCharacterAvoided:
            return references.generate(self.scheme, f"{base}1")

    @property
    def invoice_number(self) -> str:
        creditor = self.debtor.creditor
        running = 10_001 + self.case_id - 100_000 + creditor * 977  # once for each creditor, again for another
        written = ("{}", "F-2025/{:06}", "INV{:07}", "{}", "2025{:06}")[creditor % 5]
        return written.format(running)

    @property
    def amount_minor(self) -> int:
        bits = mix(self.number, 4, self.settled)
        if self.debtor.creditor % 3 == 0:
            return _PRICES[bits % len(_PRICES)]
        amount = 5_000 + bits % 500_000
        return amount // 10_000 * 10_000 + 10_000 if bits // 2**32 % 4 == 0 else amount

    @property
    def fee_minor(self) -> int:
        """One in five was reminded."""
        return FEE_MINOR if not self.settled and mix(self.number, 5) % 5 == 0 else 0

    @property
    def owed_minor(self) -> int:
        return self.amount_minor + self.fee_minor

    @property
    def due_date(self) -> date:
        return date(2025, 8, 1) + timedelta(days=mix(self.number, 6, self.settled) % 90)

    @property
    def payment_id(self) -> UUID:
        return id_of_day(self.due_date, PAYMENTS, str(self.case_id))

    def _id(self, salt: int) -> UUID:
        high, low = mix(self.number, salt, self.settled), mix(self.number, salt + 10, self.settled)
        return UUID(int=(high << 64) | low)


def creditor_id(creditor: int) -> UUID:
    return UUID(int=mix(creditor, 30) << 64 | 1)


def debtor_id(debtor: Debtor) -> UUID:
    return UUID(int=mix(debtor.number, 31) << 64 | 2)


FILE_ID = UUID(int=mix(32) << 64 | 3)
_CLAIM = (
    "claim_id", "case_id", "creditor_id", "debtor_id", "invoice_number", "payment_reference", "reference_scheme",
    "account_id", "currency", "jurisdiction", "debtor_kind", "due_date", "original_minor", "principal_minor",
    "interest_minor", "reminder_fee_minor", "collection_fee_minor", "compensation_minor", "claim_version", "stage",
    "status", "interest_enabled", "interest_runs", "interest_through", "small_balance_minor", "closing_version",
)  # fmt: skip
_OPEN = ("debtor_id", "due_date", "claim_id", "account_id", "original_minor")
_TOKEN = ("account_id", "token", "claim_id", "kind")
_ENTRY = (
    "claim_id", "kind", "component", "amount_minor", "currency", "as_of", "statute_row", "cause_id", "booked_date"
)  # fmt: skip
_PAYMENT = (
    "payment_id", "fingerprint", "file_id", "account_id", "source", "amount_minor", "currency", "booking_date",
    "value_date", "reference", "remittance_text", "payer_name", "payer_account", "reversal_key", "status",
    "allocated_minor", "surplus_minor", "refunded_minor", "unmatched_minor",
)  # fmt: skip
_ALLOCATION = (
    "allocation_id", "payment_id", "claim_id", "principal_minor", "interest_minor", "reminder_fee_minor",
    "collection_fee_minor", "compensation_minor", "stage", "reversed",
)  # fmt: skip


async def load_claims(url: str, open_claims: int) -> None:
    """Fill a migrated database: the open claims, a quarter as many settled ones with what paid them, and entries."""
    connection = await asyncpg.connect(plain_url(url))
    await connection.execute("SET session_replication_role = replica")  # every key is there: rows need no asking
    await connection.execute("SET synchronous_commit = off")
    await connection.executemany("INSERT INTO account_scheme VALUES ($1, $2)", [(ACCOUNT_ID, name) for name in SCHEMES])
    await connection.execute(
        "INSERT INTO bank_file (file_id, name, sha256, format, source, status, transactions, registered, duplicates,"
        " skipped, rejected, raw) VALUES ($1, 'earlier', '', 'camt.054', 'UPLOAD', 'IMPORTED', 0, 0, 0, 0, '[]', '')",
        FILE_ID,
    )
    settled = range(0, open_claims, SETTLED_OF)
    for table, names, rows in (
        ("claim", _CLAIM, (_claim(claim) for claim in _all_claims(open_claims))),
        ("open_claim", _OPEN, (_open(ClaimToFind(number)) for number in range(open_claims))),
        ("claim_token", _TOKEN, (row for claim in _all_claims(open_claims) for row in _tokens(claim))),
        ("claim_entry", _ENTRY, (row for claim in _all_claims(open_claims) for row in _entries(claim))),
        ("payment", _PAYMENT, (_payment(ClaimToFind(number, settled=True)) for number in settled)),
        ("allocation", _ALLOCATION, (_allocation(ClaimToFind(number, settled=True)) for number in settled)),
    ):
        await connection.copy_records_to_table(table, columns=names, records=rows)
    await connection.execute("VACUUM (ANALYZE)")
    await connection.close()


def _all_claims(open_claims: int) -> Iterator[ClaimToFind]:
    for number in range(open_claims):
        yield ClaimToFind(number)
        if number % SETTLED_OF == 0:
            yield ClaimToFind(number, settled=True)


def _claim(claim: ClaimToFind) -> tuple[Any, ...]:
    due, fee = claim.due_date, claim.fee_minor
    return (
        claim.claim_id, claim.case_id, creditor_id(claim.debtor.creditor), debtor_id(claim.debtor),
        claim.invoice_number, claim.reference, claim.scheme, ACCOUNT_ID, CURRENCY, "NO", "CONSUMER", due,
        claim.amount_minor, 0 if claim.settled else claim.amount_minor, 0, fee, 0, 0, 2 if claim.settled or fee else 1,
        "REMINDER" if fee else "INVOICED", "SETTLED" if claim.settled else "OPEN", True, False, due, 0, 0,
    )  # fmt: skip


def _open(claim: ClaimToFind) -> tuple[Any, ...]:
    return debtor_id(claim.debtor), claim.due_date, claim.claim_id, ACCOUNT_ID, claim.amount_minor


def _tokens(claim: ClaimToFind) -> Iterator[tuple[Any, ...]]:
    for token, kind in cut_number(claim.invoice_number).items():
        yield ACCOUNT_ID, token, claim.claim_id, kind


def _entries(claim: ClaimToFind) -> Iterator[tuple[Any, ...]]:
    claim_id, opened, due = claim.claim_id, date(2025, 7, 20), claim.due_date
    yield claim_id, "OPENED", "PRINCIPAL", claim.amount_minor, CURRENCY, opened, "", claim_id, opened
    if claim.fee_minor:
        yield claim_id, "FEE_CHARGED", "REMINDER_FEE", claim.fee_minor, CURRENCY, due, "", claim_id, due
    if claim.settled:
        paid = -claim.amount_minor
        yield claim_id, "PAYMENT_ALLOCATED", "PRINCIPAL", paid, CURRENCY, due, "", claim.payment_id, due


def _payment(claim: ClaimToFind) -> tuple[Any, ...]:
    payment_id, amount, due = claim.payment_id, claim.amount_minor, claim.due_date
    return (
        payment_id, str(payment_id), FILE_ID, ACCOUNT_ID, "CAMT", amount, CURRENCY, due, due, claim.reference, "",
        claim.debtor.name, claim.debtor.account, claim.reference, "ALLOCATED", amount, 0, 0, 0,
    )  # fmt: skip


def _allocation(claim: ClaimToFind) -> tuple[Any, ...]:
    payment_id, amount = claim.payment_id, claim.amount_minor
    return id_beside(payment_id, "allocation"), payment_id, claim.claim_id, amount, 0, 0, 0, 0, "INVOICED", False
