"""What is the creditor's and what is ours, to the minor unit."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import Agreement, BankAccount, Stage
from settlement.domain.settling import Collected, OwnShare, SettledLine, own_share_of, settle


def an_agreement(**terms: Any) -> Agreement:
    agreed: dict[str, Any] = {
        "interest_share": 10_000,
        "reminder_fee_share": 5_000,
        "collection_fee_share": 0,
        "commission": 500,
        "commission_vat": 2_500,
    }
    return Agreement(
        service_type="LIFECYCLE",
        jurisdiction="NO",
        policy_code="no_consumer",
        reference_scheme="NO_KID_MOD10",
        incoming_account_by_currency={},
        payout_account=BankAccount(name="A", iban="NO8615030002313"),
        settlement_weekday=3,
        small_balance_minor=0,
        **agreed | terms,
    )


@pytest.mark.parametrize(
    ("collected", "terms", "own"),
    [
        pytest.param(
            Collected(100_000, 925, stage="REMINDER"), {}, OwnShare(), id="principal and interest are the creditor's"
        ),
        pytest.param(
            Collected(0, 0, 3_500, stage="REMINDER"), {}, OwnShare(1_750, 0, 438), id="half a reminder fee, VAT on it"
        ),
        pytest.param(
            Collected(0, 0, 0, 70_000, 4_000, stage="COLLECTION"),
            {},
            OwnShare(74_000, 0, 18_500),
            id="collection fees and compensation are ours",
        ),
        pytest.param(
            Collected(100_010, stage="COLLECTION"), {}, OwnShare(0, 5_001, 1_250), id="commission in collection"
        ),
        pytest.param(Collected(100_010, stage="NOTICE"), {}, OwnShare(), id="no commission before collection"),
        pytest.param(Collected(100_010, stage="LEGAL"), {}, OwnShare(0, 5_001, 1_250), id="commission after it"),
        pytest.param(
            Collected(0, 1_001, stage="REMINDER"),
            {"interest_share": 5_000},
            OwnShare(500, 0, 0),
            id="no VAT on interest that we keep",
        ),
        pytest.param(
            Collected(-100_010, 0, -3_500, stage="COLLECTION"),
            {},
            OwnShare(-1_750, -5_001, -1_688),
            id="a reversal gives back",
        ),
    ],
)
def test_our_part_of_a_line(collected: Collected, terms: dict[str, int], own: OwnShare) -> None:
    assert own_share_of(collected, an_agreement(**terms)) == own


amounts = st.integers(0, 10_000_000)
shares = st.integers(0, 10_000)
stages = st.sampled_from(["INVOICED", "OVERDUE", "REMINDER", "NOTICE", "COLLECTION", "LEGAL", "MONITORING"])
agreements = st.builds(
    an_agreement,
    interest_share=shares,
    reminder_fee_share=shares,
    collection_fee_share=shares,
    commission=shares,
    commission_vat=shares,
)


def collected_of(parts: list[int], stage: Stage, sign: int) -> Collected:
    return Collected(*(sign * part for part in parts), stage=stage)


lines = st.builds(collected_of, st.lists(amounts, min_size=5, max_size=5), stages, st.sampled_from([1, 1, -1]))


@given(st.lists(lines, min_size=1, max_size=30), agreements)
def test_nothing_is_lost_between_creditor_and_us(collected: list[Collected], agreement: Agreement) -> None:
    settled = [SettledLine(line, own_share_of(line, agreement)) for line in collected]
    totals = settle(settled)
    own = sum((line.own for line in settled), OwnShare())
    if totals is None:
        allocated_minor = sum(line.allocated_minor for line in collected)
        owes_back = own.total_minor < 0 or own.vat_minor < 0
        assert allocated_minor - (0 if owes_back else own.total_minor) <= 0
        return
    assert totals.allocated_minor == sum(line.allocated_minor for line in collected)
    assert totals.allocated_minor == totals.net_minor + totals.own.total_minor
    assert totals.own + (totals.deferred or OwnShare()) == own
    assert 0 < totals.net_minor <= totals.allocated_minor
    assert totals.own.total_minor >= 0
    assert totals.own.vat_minor >= 0


@given(st.lists(amounts, min_size=5, max_size=5), stages, agreements)
def test_a_reversal_cancels_its_allocation(parts: list[int], stage: Stage, agreement: Agreement) -> None:
    own = own_share_of(collected_of(parts, stage, 1), agreement)
    assert own + own_share_of(collected_of(parts, stage, -1), agreement) == OwnShare()


def test_nothing_is_settled_when_nothing_is_due() -> None:
    taken_back = SettledLine(Collected(-100), OwnShare())
    assert settle([taken_back]) is None
    assert settle([taken_back, SettledLine(Collected(100), OwnShare())]) is None
    assert settle([]) is None


def test_our_negative_share_is_deferred_and_the_creditor_gets_what_was_allocated() -> None:
    totals = settle([SettledLine(Collected(5_000), OwnShare()), SettledLine(Collected(-1_000), OwnShare(-35, 0, -9))])
    assert totals is not None
    assert (totals.net_minor, totals.own, totals.deferred) == (4_000, OwnShare(), OwnShare(-35, 0, -9))


def test_a_deferred_share_alone_settles_nothing() -> None:
    assert settle([SettledLine(Collected(0), OwnShare(-35, 0, -9))]) is None
