"""Claims that a payment may be for, found through indexes: by reference, by invoice number, by who paid before."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text

from payment_control.domain.claim import Claim
from payment_control.domain.matching import Earlier, History
from payment_control.domain.tokens import tokens_of
from runtime.database import Session, columns

Via = Literal["REFERENCE", "NUMBER", "PAYER"]

MOST_OF_A_NUMBER = 20
MOST_OF_A_PAYER = 40
_PAYMENTS_REMEMBERED = 50

# Every branch starts from what the payments say and reaches claims through an index, with a limit for each word; so a
# look-up costs the same among a thousand and among a million open claims.
_FIND = text(
    f"""
    SELECT 'REFERENCE' AS via, wanted.account_id, wanted.word, claim.claim_id
    FROM unnest(CAST(:reference_accounts AS text[]), CAST(:references AS text[])) AS wanted (account_id, word),
        LATERAL (SELECT claim_id FROM claim
            WHERE account_id = wanted.account_id AND payment_reference = wanted.word
            LIMIT {MOST_OF_A_NUMBER}) AS claim
    UNION ALL
    SELECT 'NUMBER', wanted.account_id, wanted.word, claim.claim_id
    FROM unnest(CAST(:number_accounts AS text[]), CAST(:numbers AS text[])) AS wanted (account_id, word),
        LATERAL (SELECT claim_id FROM claim_token
            WHERE account_id = wanted.account_id AND token = wanted.word
            LIMIT {MOST_OF_A_NUMBER + 1}) AS claim
    UNION ALL
    SELECT 'PAYER', wanted.account_id, wanted.word, claim.claim_id
    FROM unnest(CAST(:payer_accounts AS text[]), CAST(:payers AS text[])) AS wanted (account_id, word),
        LATERAL (SELECT DISTINCT paid.debtor_id
            FROM (SELECT payment_id FROM payment
                WHERE payer_account = wanted.word AND payer_account <> '' AND status = 'ALLOCATED'
                ORDER BY booking_date DESC LIMIT {_PAYMENTS_REMEMBERED}) AS recent
            JOIN allocation USING (payment_id) JOIN claim AS paid ON paid.claim_id = allocation.claim_id) AS debtor,
        LATERAL (SELECT claim_id FROM open_claim
            WHERE debtor_id = debtor.debtor_id AND account_id = wanted.account_id
            ORDER BY due_date LIMIT {MOST_OF_A_PAYER + 1}) AS claim
    """
)
_HISTORIES = text(
    """
    SELECT wanted.claim_id, coalesce(fallen.kind, '') = 'CREDITED' AS credited, paid.amount_minor, paid.payer_account,
        paid.booking_date
    FROM unnest(CAST(:claim_ids AS uuid[])) AS wanted (claim_id)
    LEFT JOIN LATERAL (SELECT kind FROM claim_entry
        WHERE claim_id = wanted.claim_id AND component = 'PRINCIPAL' AND amount_minor < 0
        ORDER BY entry_id DESC LIMIT 1) AS fallen ON true
    LEFT JOIN LATERAL (SELECT p.amount_minor, p.payer_account, p.booking_date
        FROM allocation a JOIN payment p USING (payment_id)
        WHERE a.claim_id = wanted.claim_id AND NOT a.reversed) AS paid ON true
    """
)
_SAVE_TOKENS = text(
    """
    INSERT INTO claim_token (account_id, token, claim_id, kind)
    SELECT * FROM unnest(CAST(:account_id AS text[]), CAST(:token AS text[]), CAST(:claim_id AS uuid[]),
        CAST(:kind AS text[]))
    ON CONFLICT DO NOTHING
    """
)


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for: (account, word) pairs of each kind; the same pair is looked up once."""

    references: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    numbers: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    payers: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])


@dataclass(frozen=True, slots=True)
class Answers:
    """The ids of claims that answered, by what was looked for."""

    by_word: Mapping[tuple[Via, str, str], Sequence[UUID]]

    @property
    def claim_ids(self) -> set[UUID]:
        return {claim_id for found in self.by_word.values() for claim_id in found}

    def of(self, via: Via, account_id: str, words: Iterable[str]) -> list[UUID]:
        """The claims of these words, each once, in the order of the words."""
        return list(dict.fromkeys(key for word in words for key in self.by_word.get((via, account_id, word), ())))


async def find_claims(session: Session, search: Search) -> Answers:
    """One statement for all payments together; nothing is locked."""
    rows = await session.execute(
        _FIND,
        {
            "reference_accounts": [account for account, _ in sorted(search.references)],
            "references": [word for _, word in sorted(search.references)],
            "number_accounts": [account for account, _ in sorted(search.numbers)],
            "numbers": [word for _, word in sorted(search.numbers)],
            "payer_accounts": [account for account, _ in sorted(search.payers)],
            "payers": [word for _, word in sorted(search.payers)],
        },
    )
    by_word: dict[tuple[Via, str, str], list[UUID]] = {}
    for row in rows:
        by_word.setdefault((row.via, row.account_id, row.word), []).append(row.claim_id)
    return Answers(by_word)


async def list_histories(session: Session, claim_ids: Collection[UUID]) -> dict[UUID, History]:
    """What became of claims that are not open any more, to tell paid twice from paid already from credited."""
    rows = (await session.execute(_HISTORIES, {"claim_ids": sorted(claim_ids)})).all()
    found: dict[UUID, History] = {}
    for row in rows:
        known = found.get(row.claim_id, History(row.credited))
        if row.amount_minor is not None:
            earlier = Earlier(row.amount_minor, row.payer_account, row.booking_date)
            known = History(row.credited, (*known.payments, earlier))
        found[row.claim_id] = known
    return found


async def save_tokens(session: Session, claims: Sequence[Claim]) -> None:
    """Make new claims findable by their invoice numbers."""
    rows: list[dict[str, Any]] = [
        {"account_id": claim.account_id, "token": token, "claim_id": claim.claim_id, "kind": kind}
        for claim in claims
        for token, kind in tokens_of(claim).items()
    ]
    if rows:
        await session.execute(_SAVE_TOKENS, columns(rows, *rows[0]))
