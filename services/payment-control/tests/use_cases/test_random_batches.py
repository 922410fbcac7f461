"""Random batches of everything against the database: the columns stay the sums of the entries, and no money is lost."""

import random
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from payment_control.domain.decisions import DecisionConflict, DecisionRefused, OfficeDecision
from payment_control.domain.owed import Part
from payment_control.domain.relief import ClaimNotOpen, MoreThanOwed, NotCorrectable
from payment_control.use_cases.decisions import (
    HandShare,
    correct_claim,
    disown,
    lower_claim,
    match_by_hand,
)
from payment_control.use_cases.refunds import RefundAsked, ask_refund
from payment_control.use_cases.second_person import Word
from runtime.database import Session

LIMITS = {"NOK": 10_000_000}
CLAIMS = range(1, 13)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_happens_columns_agree_with_entries_and_payments_add_up(office: Any, seed: int) -> None:
    chance = random.Random(seed)
    await office.has_claims(
        *(office.invoice(number, gross_minor=chance.randint(1_000, 200_000)) for number in CLAIMS),
        small_balance_minor=2_000,
    )
    paid: list[tuple[str, int]] = []
    for turn in range(8):
        day = date(2025, 9, 20) + timedelta(days=7 * turn)
        await office.handle(*some_events(office, chance, turn, day))
        lines = [(office.kid(chance.choice(CLAIMS)), chance.randint(1, 120_000)) for _ in range(chance.randint(1, 9))]
        back = [paid.pop(chance.randrange(len(paid))) for _ in range(chance.randint(0, min(3, len(paid))))]
        await office.imports(
            office.ocr(
                *(office.giro(kid, amount, day, archive_number=str(turn)) for kid, amount in lines),
                *(office.giro(kid, amount, day, transaction_type=18) for kid, amount in back),
            )
        )
        paid += lines
        await decide_something(office, chance)
        await some_refunds(office, chance)
        await every_line_is_in_one_place(office)

    assert await office.unexplained_claims() == []
    [sums] = await office.rows(
        """
        SELECT sum(amount_minor) AS received, count(*) AS payments,
            (SELECT coalesce(sum(-amount_minor), 0) FROM claim_entry
             WHERE kind IN ('PAYMENT_ALLOCATED', 'REVERSED')) AS kept,
            sum(allocated_minor) FILTER (WHERE status <> 'REVERSED') AS allocated
        FROM payment
        """
    )
    assert sums.kept == sums.allocated
    assert sums.payments == len(await office.announced("payment.registered"))
    await versions_are_told_without_a_gap(office)


async def decide_something(office: Any, chance: random.Random) -> None:
    """What a clerk may do, possible or not: what is refused leaves nothing behind."""
    for queued in await office.rows(
        "SELECT payment_id, unmatched_minor AS amount_minor FROM payment WHERE status = 'UNMATCHED'"
    ):
        if chance.random() < 0.3:
            await attempt(
                office, lambda session, word, line=queued: disown(session, word, line.payment_id, office.today, LIMITS)
            )
            continue
        first, second = chance.sample(CLAIMS, 2)
        keep = chance.random() < 0.4
        part = chance.randint(1, queued.amount_minor)
        shares = [
            HandShare(100_000 + first, part),
            HandShare(100_000 + second, 0 if keep else queued.amount_minor - part),
        ]
        shares = [share for share in shares if share.amount_minor]
        await attempt(
            office,
            lambda session, word, line=queued, to=shares, rest=keep: match_by_hand(
                session, word, line.payment_id, to, office.today, keep_rest=rest
            ),
        )
    for number in CLAIMS:
        if chance.random() < 0.1:
            parts = [Part("REMINDER_FEE", chance.randint(1, 5_000))] if chance.random() < 0.7 else None
            done = await attempt(
                office,
                lambda session, word, case=100_000 + number, given=parts: lower_claim(
                    session, word, case, given, office.today, LIMITS
                ),
            )
            if done is not None and chance.random() < 0.5:
                await attempt(
                    office,
                    lambda session, word, case=100_000 + number, undone=done: correct_claim(
                        session, word, case, undone.decision_id, office.today
                    ),
                )


async def some_refunds(office: Any, chance: random.Random) -> None:
    """Ask for some, and let settlement tell of some: in any order, some twice."""
    for payment in await office.rows("SELECT payment_id, amount_minor FROM payment ORDER BY payment_id"):
        if chance.random() < 0.4:
            asked = RefundAsked(
                payment.payment_id,
                chance.choice([None, chance.randint(1, payment.amount_minor)]),
                case_id=chance.choice([None, None, 100_000 + chance.choice(CLAIMS)]),
                payee_name="Kari Nordmann",
                payee_account="NO9386011117947",
            )
            await attempt(office, lambda session, word, it=asked: ask_refund(session, word, it, office.today, LIMITS))
    told = [
        event
        for refund in await office.rows("SELECT * FROM refund WHERE status <> 'FAILED' ORDER BY refund_id")
        if chance.random() < 0.6
        for event in chance.sample(office.words_on(refund), chance.randint(1, 3))
    ]
    await office.handle(*told, *chance.sample(told, len(told) // 3))


async def attempt(office: Any, act: Callable[[Session, Word], Awaitable[OfficeDecision]]) -> OfficeDecision | None:
    try:
        async with office.database.transaction() as session:
            return await act(session, Word(uuid4(), "anne", "chance"))
    except (DecisionConflict, DecisionRefused, ClaimNotOpen, MoreThanOwed, NotCorrectable):
        return None


async def every_line_is_in_one_place(office: Any) -> None:
    wrong = await office.rows(
        """
        SELECT payment_id FROM payment
        WHERE amount_minor <> allocated_minor + surplus_minor + refunded_minor + not_ours_minor + unmatched_minor
            OR (status = 'UNMATCHED') <> (unmatched_minor > 0 AND status <> 'REVERSED')
            OR (status = 'UNMATCHED' AND reason IS NULL)
            OR (status = 'NOT_OURS') <> (not_ours_minor > 0 AND unmatched_minor = 0 AND status <> 'REVERSED')
            OR (status = 'REFUNDED' AND refunded_minor <> amount_minor)
            OR refunded_minor <> (SELECT coalesce(sum(r.amount_minor), 0) FROM refund r
                WHERE r.payment_id = payment.payment_id AND r.status IN ('APPROVED', 'SENT', 'PAID'))
            OR (status <> 'REVERSED' AND allocated_minor + surplus_minor + (
                SELECT coalesce(sum(r.amount_minor), 0) FROM refund r WHERE r.payment_id = payment.payment_id
                    AND r.source = 'SURPLUS' AND r.status IN ('APPROVED', 'SENT', 'PAID')) <> (
                SELECT coalesce(sum(principal_minor + interest_minor + reminder_fee_minor + collection_fee_minor
                    + compensation_minor + a.surplus_minor), 0)
                FROM allocation a WHERE a.payment_id = payment.payment_id AND NOT reversed))
        """
    )
    assert wrong == []
    assert await office.unexplained_claims() == []


def some_events(office: Any, chance: random.Random, turn: int, day: date) -> list[Any]:
    steps = [
        office.step(number, level=turn + 1, fee_minor=chance.choice([0, 3_500]), as_of=day)
        for number in CLAIMS
        if chance.random() < 0.5
    ]
    actions = [
        office.action(chance.choice(["DIRECTPAYMENT", "CREDITNOTE"]), chance.randint(1, 60_000), number)
        for number in CLAIMS
        if chance.random() < 0.15
    ]
    return [*steps, *actions]


async def versions_are_told_without_a_gap(office: Any) -> None:
    told: dict[int, list[int]] = {}
    for event in await office.announced("claim.charged", "claim.changed"):
        told.setdefault(event.case_id, [1]).append(event.claim_version)
    for case_id, versions in told.items():
        assert versions == list(range(1, len(versions) + 1))
        assert (await office.claim(case_id - 100_000)).claim_version == versions[-1]
