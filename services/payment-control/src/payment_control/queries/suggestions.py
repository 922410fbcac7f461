"""What may be tried for payments in the queue; computed when somebody looks, stored nowhere."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import text

from payment_control.domain.claim import Claim
from payment_control.domain.owed import OpenItems
from payment_control.domain.suggestions import Candidate, Queued, Sign, Suggestion, suggest
from payment_control.domain.tokens import Wanted, near_misses, read_wanted
from payment_control.queries import bank_files, candidates
from runtime.database import Session

_MOST_OF_AN_AMOUNT = 20
_NAMES_OF_A_DEBTOR = 5
_ENDLESS = 40
"""Stated references longer than any scheme's are text; their neighbours are not looked for."""

_QUEUED = text(
    """
    SELECT payment_id, account_id, unmatched_minor AS amount_minor, currency, reference, remittance_text, payer_name, payer_account
    FROM payment WHERE payment_id = ANY(CAST(:payment_ids AS uuid[]))
    """
)
_OF_THE_AMOUNT = text(
    f"""
    SELECT wanted.payment_id, claim.claim_id
    FROM unnest(CAST(:payment_ids AS uuid[]), CAST(:accounts AS text[]), CAST(:amounts AS bigint[]))
            AS wanted (payment_id, account_id, amount_minor),
        LATERAL (SELECT claim_id FROM open_claim
            WHERE account_id = wanted.account_id AND original_minor = wanted.amount_minor
            ORDER BY due_date LIMIT {_MOST_OF_AN_AMOUNT}) AS claim
    """
)
_CLAIMS = text("SELECT claim.* FROM claim WHERE claim_id = ANY(CAST(:claim_ids AS uuid[]))")
_NAMES = text(
    f"""
    SELECT wanted.debtor_id, known.payer_name
    FROM unnest(CAST(:debtor_ids AS uuid[])) AS wanted (debtor_id),
        LATERAL (SELECT p.payer_name FROM claim c JOIN allocation a USING (claim_id)
                JOIN payment p ON p.payment_id = a.payment_id
            WHERE c.debtor_id = wanted.debtor_id AND p.payer_name <> '' AND NOT a.reversed
            LIMIT {_NAMES_OF_A_DEBTOR}) AS known
    """
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A queued payment with what it says, and numbers near to what it states."""

    row: Any
    wanted: Wanted
    near: frozenset[str]


async def list_suggestions(session: Session, payment_ids: Collection[UUID]) -> dict[UUID, list[Suggestion]]:
    """For each payment the likeliest claims, best first; six statements, whatever the number of payments."""
    rows = (await session.execute(_QUEUED, {"payment_ids": sorted(payment_ids)})).all()
    if not rows:
        return {}
    schemes = await bank_files.list_schemes(session, {row.account_id for row in rows})
    asked = [_asked(row, schemes[row.account_id]) for row in rows]
    answers = await candidates.find_claims(session, _search(asked))
    by_amount = await _of_the_amount(session, rows)
    claim_ids = answers.claim_ids | {claim_id for found in by_amount.values() for claim_id in found}
    claims = {row.claim_id: _claim(row) for row in await session.execute(_CLAIMS, {"claim_ids": sorted(claim_ids)})}
    names = await _names(session, claims.values())
    return {
        one.row.payment_id: suggest(
            Queued(one.row.payment_id, one.row.amount_minor, one.row.currency, one.row.payer_name),
            _candidates(one, answers, by_amount.get(one.row.payment_id, ()), claims, names),
        )
        for one in asked
    }


def _asked(row: Any, schemes: Collection[str]) -> _Asked:
    stated = tuple(row.reference.split(" ")) if row.reference else ()
    wanted = read_wanted(stated, row.remittance_text, schemes)
    near = frozenset(
        miss
        for number in stated
        if number.isdigit() and len(number) <= _ENDLESS
        for scheme in schemes
        for miss in near_misses(scheme, number)
    )
    return _Asked(row, wanted, near - wanted.reference_numbers)


def _search(asked: Sequence[_Asked]) -> candidates.Search:
    search = candidates.Search()
    for one in asked:
        account_id = one.row.account_id
        search.references.update((account_id, number) for number in one.wanted.reference_numbers | one.near)
        search.numbers.update((account_id, number) for number in one.wanted.numbers)
        if one.row.payer_account:
            search.payers.add((account_id, one.row.payer_account))
    return search


def _candidates(
    one: _Asked,
    answers: candidates.Answers,
    of_the_amount: Sequence[UUID],
    claims: Mapping[UUID, Claim],
    names: Mapping[UUID, set[str]],
) -> list[Candidate]:
    account_id = one.row.account_id
    found: dict[UUID, set[Sign]] = {claim_id: set() for claim_id in of_the_amount}
    looked_up: list[tuple[Sign, list[UUID]]] = [
        ("REFERENCE", answers.of("REFERENCE", account_id, one.wanted.reference_numbers)),
        ("REFERENCE_NEARLY", answers.of("REFERENCE", account_id, one.near)),
        ("INVOICE_NUMBER", answers.of("NUMBER", account_id, one.wanted.numbers)),
        ("PAYER_ACCOUNT", answers.of("PAYER", account_id, [one.row.payer_account])),
    ]
    for sign, claim_ids in looked_up:
        for claim_id in claim_ids:
            found.setdefault(claim_id, set()).add(sign)
    return [
        Candidate(claims[claim_id], frozenset(signs), names.get(claims[claim_id].debtor_id, ()))
        for claim_id, signs in found.items()
        if claim_id in claims
    ]


async def _of_the_amount(session: Session, rows: Sequence[Any]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    answers = await session.execute(
        _OF_THE_AMOUNT,
        {
            "payment_ids": [row.payment_id for row in rows],
            "accounts": [row.account_id for row in rows],
            "amounts": [row.amount_minor for row in rows],
        },
    )
    for row in answers:
        found.setdefault(row.payment_id, []).append(row.claim_id)
    return found


async def _names(session: Session, claims: Collection[Claim]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = {}
    debtor_ids = sorted({claim.debtor_id for claim in claims})
    for row in await session.execute(_NAMES, {"debtor_ids": debtor_ids}):
        found.setdefault(row.debtor_id, set()).add(row.payer_name)
    return found


def _claim(row: Any) -> Claim:
    owed = OpenItems(**{part.name: getattr(row, part.name) for part in fields(OpenItems)})
    own = {part.name: getattr(row, part.name) for part in fields(Claim) if part.name != "owed"}
    return Claim(owed=owed, **own)
