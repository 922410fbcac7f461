"""A creditor's own policy: read from its agreement, judged by the law, and climbed by its conditions."""

from collections.abc import Mapping
from typing import Any

import pytest

from statutes import (
    Policy,
    PolicyForbidden,
    PolicyInvalid,
    UnknownPolicy,
    agreed_policy,
    check_policy,
    named_policy,
    policy,
    policy_faults,
    policy_from_document,
    statute_book,
)


def a_step(level: int, code: str, stage: str, **fields: Any) -> dict[str, Any]:
    step: dict[str, Any] = {
        "level": level,
        "code": code,
        "stage": stage,
        "days_after_due": 14 if level == 1 else None,
        "days_after_previous_deadline": None if level == 1 else 1,
        "deadline_days": 14,
        "fee_codes": (code,),
        "template": f"no_{code}",
        "channel": "LETTER",
        "transfers": False,
    }
    return step | fields


REMINDER = a_step(1, "purring", "REMINDER")
WARNING = a_step(2, "inkassovarsel", "NOTICE")
DEMAND = a_step(3, "betalingsoppfordring", "COLLECTION", fee_codes=("inkassosalaer_lett",), transfers=True)


def own(*steps: dict[str, Any], kind: str = "CONSUMER", jurisdiction: str = "NO") -> Policy:
    document = {"code": "gentle", "name": "Patient", "version": 2, "debtor_kind": None, "steps": steps}
    return policy_from_document(document, jurisdiction, kind)


def faults(*steps: dict[str, Any]) -> list[tuple[str, str]]:
    return [(fault.field, fault.row_id) for fault in policy_faults(own(*steps))]


def test_a_lawful_policy_of_a_creditor_has_no_fault() -> None:
    gentle = own(REMINDER, WARNING, DEMAND)
    check_policy(gentle)
    assert (gentle.code, gentle.version, gentle.name, gentle.jurisdiction) == ("gentle", 2, "Patient", "NO")
    assert [step.debtor_kind for step in gentle.steps] == ["consumer"] * 3


def test_its_step_keys_never_meet_those_of_a_policy_on_file() -> None:
    assert own(REMINDER).key == "gentle.2"
    assert policy("no_consumer").key == "1"


def test_every_fault_names_field_rule_row_and_source() -> None:
    with pytest.raises(PolicyForbidden) as forbidden:
        check_policy(own(REMINDER | {"days_after_due": 10}, WARNING | {"deadline_days": 7}))
    early, short = forbidden.value.faults
    assert (early.field, early.row_id) == ("steps[0].fee_codes", "NO-WAIT-DUE-DATE-PURRING-WITH-FEE-2020-10-01")
    assert early.rule == "step 1: the fee purring comes 10 days after due, the law allows it from day 14"
    assert (short.field, short.rule) == (
        "steps[1].deadline_days",
        "step 2 (inkassovarsel) gives 7 days, the law at least 14",
    )
    for fault in (early, short):
        assert fault.source == statute_book().get_facts(fault.row_id).source


@pytest.mark.parametrize(
    ("steps", "field", "row_id"),
    [
        pytest.param((REMINDER | {"code": "vennlig_brev"},), "steps[0].code", "", id="a letter the law does not know"),
        pytest.param((REMINDER | {"stage": "NOTICE"},), "steps[0].stage", "", id="a letter in the stage of another"),
        pytest.param((REMINDER | {"level": 4},), "steps[0].level", "", id="a level left out"),
        pytest.param(
            (REMINDER | {"conditions": {"amount_from_minor": 2, "amount_to_minor": 1}},),
            "steps[0].conditions.amount_to_minor",
            "",
            id="an amount nothing fits",
        ),
        pytest.param((REMINDER | {"tolerance_minor": -1},), "steps[0].tolerance_minor", "", id="a negative tolerance"),
        pytest.param(
            (REMINDER, WARNING, DEMAND | {"days_after_previous_deadline": 0}),
            "steps[2].days_after_previous_deadline",
            "NO-WAIT-INKASSOVARSEL-DEADLINE-BETALINGSOPPFORDRING-2020-10-01",
            id="a demand on the last day of the warning",
        ),
        pytest.param(
            (REMINDER | {"fee_codes": ("standardkompensasjon",)},),
            "steps[0].fee_codes",
            "NO-FEE-STANDARDKOMPENSASJON-2022-01-01",
            id="compensation from a consumer",
        ),
        pytest.param(
            (REMINDER | {"fee_codes": ("purring", "purring", "purring")},),
            "steps[0].fee_codes",
            "NO-FEE-PURRING-2026-01-01",
            id="three fees for one reminder",
        ),
    ],
)
def test_what_is_forbidden_is_told_with_its_field(steps: tuple[dict[str, Any], ...], field: str, row_id: str) -> None:
    assert (field, row_id) in faults(*steps)


def test_a_step_that_may_be_passed_over_must_not_be_one_the_law_needs() -> None:
    large = {"amount_from_minor": 100_000}
    optional_warning = WARNING | {"conditions": large}
    needs_warning = "NO-WAIT-INKASSOVARSEL-DEADLINE-BETALINGSOPPFORDRING-2020-10-01"
    assert needs_warning in {row for _, row in faults(REMINDER, optional_warning, DEMAND)}
    assert faults(REMINDER | {"conditions": large}, WARNING | {"days_after_previous_deadline": 14}, DEMAND) == []


def test_a_step_for_debtors_of_one_country_leaves_the_others_a_ladder_of_their_own() -> None:
    abroad = WARNING | {"conditions": {"debtor_countries": ("SE", "DK")}}
    needs_warning = "NO-WAIT-INKASSOVARSEL-DEADLINE-BETALINGSOPPFORDRING-2020-10-01"
    assert needs_warning in {row for _, row in faults(REMINDER, abroad, DEMAND)}
    home = WARNING | {"level": 3, "fee_codes": ()}
    assert faults(REMINDER, abroad, home, DEMAND | {"level": 4}) == []


def test_too_many_steps_that_depend_on_the_amount_are_refused_and_not_tried() -> None:
    steps = [
        REMINDER | {"level": level, "fee_codes": (), "conditions": {"amount_from_minor": level}}
        for level in range(1, 9)
    ]
    later = [step | {"days_after_due": None, "days_after_previous_deadline": 1} for step in steps[1:]]
    (fault,) = policy_faults(own(steps[0], *later))
    assert (fault.field, fault.rule) == ("steps", "more than 6 steps depend on the amount owed")


def test_the_next_step_is_the_first_whose_conditions_fit() -> None:
    gentle = own(
        REMINDER | {"conditions": {"amount_to_minor": 99_999}},
        REMINDER | {"level": 2, "conditions": {"debtor_countries": ("SE",)}},
        WARNING | {"level": 3, "conditions": {"debtor_kinds": ("CONSUMER",)}},
    )

    def level(after: int, owed_minor: int, **debtor: str) -> int | None:
        found = gentle.next_step(after, owed_minor=owed_minor, **debtor)
        return found.level if found else None

    assert level(0, 99_999) == 1
    assert level(0, 100_000) == 3
    assert level(0, 100_000, debtor_country="SE") == 2
    assert level(0, 100_000, debtor_kind="BUSINESS") is None
    assert level(3, 1) is None


def an_agreement(**fields: Any) -> Mapping[str, object]:
    gentle = {"code": "gentle", "version": 1, "debtor_kind": None, "steps": (REMINDER,)}
    return {"jurisdiction": "NO", "policy_code": "no_business", "dunning_policies": (gentle,)} | fields


def test_the_agreement_says_which_policy_a_kind_of_debtor_has() -> None:
    agreement = an_agreement(policy_code_by_debtor_kind={"CONSUMER": "gentle"})
    assert agreed_policy(agreement, "CONSUMER").key == "gentle.1"
    assert agreed_policy(agreement, "BUSINESS") is policy("no_business")


def test_an_agreement_from_before_own_policies_names_one_on_file() -> None:
    assert agreed_policy({"jurisdiction": "NO", "policy_code": "no_consumer"}, "CONSUMER") is policy("no_consumer")


def test_a_policy_nobody_has_is_unknown_with_those_that_are_known() -> None:
    with pytest.raises(UnknownPolicy, match="gentle"):
        named_policy(an_agreement(), "harsh", "CONSUMER")


def test_a_document_that_cannot_be_read_names_its_policy_and_field() -> None:
    with pytest.raises(PolicyInvalid, match="policy gentle, step 1, stop_conditions: 'RAIN'"):
        own(REMINDER | {"stop_conditions": ("RAIN",)})
