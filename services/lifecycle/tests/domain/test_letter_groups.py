"""Which steps share a letter: the same whoever comes first, and one fee for each letter."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.domain.charges import StepCharge
from lifecycle.domain.letter_groups import Reached, share_letters

DEBTOR, OTHER_DEBTOR = (UUID(int=number) for number in (1, 2))


def a_fee(amount_minor: int, component: Any = "REMINDER_FEE") -> StepCharge:
    return StepCharge(component.lower(), component, amount_minor, 0, "NOK", "row")


def a_step(case_id: int, **changes: Any) -> Reached:
    values: dict[str, Any] = {
        "case_id": case_id,
        "step_key": f"{case_id}:1:1",
        "creditor_id": UUID(int=9),
        "debtor_id": DEBTOR,
        "currency": "NOK",
        "policy": "no_consumer:1",
        "level": 1,
        "stage": "REMINDER",
        "channel": "EMAIL",
        "template": "no_purring",
        "deadline_date": date(2026, 2, 16),
        "charges": (a_fee(3500),),
    }
    return Reached(**values | changes)


@pytest.mark.parametrize(
    "difference",
    [
        {"debtor_id": OTHER_DEBTOR},
        {"creditor_id": UUID(int=8)},
        {"currency": "SEK"},
        {"policy": "gentle:1"},
        {"level": 2},
        {"channel": "LETTER"},
        {"template": "no_inkassovarsel"},
        {"deadline_date": date(2026, 2, 17)},
    ],
    ids=lambda difference: next(iter(difference)),
)
def test_steps_that_differ_have_letters_of_their_own(difference: dict[str, Any]) -> None:
    assert share_letters([a_step(1), a_step(2, **difference)]) == {}


@pytest.mark.parametrize(
    "kind",
    [{"stage": "COLLECTION"}, {"template": "nl_aanmaning", "stage": "NOTICE"}],
    ids=["collection", "Dutch notice"],
)
def test_letters_whose_costs_go_by_the_one_claim_are_never_shared(kind: dict[str, Any]) -> None:
    assert share_letters([a_step(1, **kind), a_step(2, **kind)]) == {}


def test_the_claim_that_may_bear_most_bears_the_fee_and_compensation_stays_with_each() -> None:
    compensation = a_fee(45_000, "COMPENSATION")
    shares = share_letters(
        [a_step(1, charges=(a_fee(1000), compensation)), a_step(2, charges=(a_fee(3500), compensation)), a_step(3)]
    )

    assert {case_id: share.bearer_id for case_id, share in shares.items()} == {1: 2, 2: 2, 3: 2}
    assert [[c.component for c in shares[case_id].charges] for case_id in (1, 2, 3)] == [
        ["COMPENSATION"], ["REMINDER_FEE", "COMPENSATION"], []
    ]  # fmt: skip


STEPS = st.lists(
    st.builds(
        a_step,
        case_id=st.integers(1, 30),
        debtor_id=st.sampled_from([DEBTOR, OTHER_DEBTOR]),
        charges=st.lists(st.builds(a_fee, st.integers(1, 9_000), st.sampled_from(["REMINDER_FEE", "COMPENSATION"])), max_size=3).map(tuple),
    ),
    max_size=12,
    unique_by=lambda step: step.case_id,
)  # fmt: skip


@given(STEPS, st.randoms(use_true_random=False))
def test_any_order_shares_alike_and_no_letter_costs_twice(steps: list[Reached], chance: Any) -> None:
    shares = share_letters(steps)
    mixed = list(steps)
    chance.shuffle(mixed)

    assert share_letters(mixed) == shares
    by_case = {step.case_id: step for step in steps}
    for group_id in {share.group_id for share in shares.values()}:
        members = {case_id: share for case_id, share in shares.items() if share.group_id == group_id}
        assert len(members) > 1
        assert {share.size for share in members.values()} == {len(members)}
        charged = {id_ for id_, share in members.items() if any(c.component == "REMINDER_FEE" for c in share.charges)}
        assert len(charged) <= 1
        wanted = {
            id_: sum(c.amount_minor for c in by_case[id_].charges if c.component == "REMINDER_FEE") for id_ in members
        }
        got = sum(c.amount_minor for s in members.values() for c in s.charges if c.component == "REMINDER_FEE")
        assert got == max(wanted.values())
