"""Random batches of everything against the database: the columns stay the sums of the entries, and no money is lost."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

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

    assert await office.unexplained_claims() == []
    [sums] = await office.rows(
        """
        SELECT sum(amount_minor) AS received, count(*) AS payments,
            (SELECT coalesce(sum(-amount_minor), 0) FROM claim_entry
             WHERE kind IN ('PAYMENT_ALLOCATED', 'REVERSED')) AS kept,
            sum(allocated_minor) FILTER (WHERE status = 'ALLOCATED') AS allocated
        FROM payment
        """
    )
    assert sums.kept == sums.allocated
    assert sums.payments == len(await office.announced("payment.registered"))
    await versions_are_told_without_a_gap(office)


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
