"""What is owed, and that every change of it is explained to the minor unit."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from payment_control.domain.allocation import DirectionNotAllowed, allocate, spare
from payment_control.domain.charges import FeeCharge, charge_step
from payment_control.domain.claim import Claim, close
from payment_control.domain.entries import Entry, Outcome, opening_entry
from payment_control.domain.interest import accrued
from payment_control.domain.owed import COMPONENTS, FEES, Component, OpenItems, Part, negated
from payment_control.domain.payment import credit, pay, pay_directly, reverse
from payment_control.domain.relief import (
    CORRECTABLE,
    BookedEntry,
    ClaimNotOpen,
    MoreThanOwed,
    NotCorrectable,
    take_back,
    waive,
    write_off,
)
from statutes import statute_book

NAMES = UUID("5d1c6a2e-0000-4000-8000-000000000002")
DUE = date(2025, 9, 15)
ORDER = ("fees", "interest", "principal")
OWED = OpenItems(
    principal_minor=1_000,
    interest_minor=30,
    reminder_fee_minor=20,
    collection_fee_minor=40,
    compensation_minor=10,
)


def a_claim(owed: OpenItems = OWED, **fields: object) -> Claim:
    claim = Claim(
        claim_id=NAMES,
        case_id=100_001,
        creditor_id=NAMES,
        debtor_id=NAMES,
        invoice_number="1",
        payment_reference="18",
        reference_scheme="NO_KID_MOD10",
        account_id="NOK",
        currency="NOK",
        jurisdiction="NO",
        debtor_kind="CONSUMER",
        due_date=DUE,
        owed=owed,
        original_minor=1_000,
        claim_version=1,
        stage="REMINDER",
        status="OPEN",
        interest_enabled=True,
        interest_runs=False,
        interest_through=DUE,
        small_balance_minor=0,
    )
    return replace(claim, **fields)


@pytest.mark.parametrize(
    ("paid", "covered", "surplus"),
    [
        pytest.param(15, {"REMINDER_FEE": 15}, 0, id="part of the oldest fee"),
        pytest.param(65, {"REMINDER_FEE": 20, "COLLECTION_FEE": 40, "COMPENSATION": 5}, 0, id="fees in order of age"),
        pytest.param(
            90,
            {"REMINDER_FEE": 20, "COLLECTION_FEE": 40, "COMPENSATION": 10, "INTEREST": 20},
            0,
            id="fees, then part of the interest",
        ),
        pytest.param(
            1_200,
            {"REMINDER_FEE": 20, "COLLECTION_FEE": 40, "COMPENSATION": 10, "INTEREST": 30, "PRINCIPAL": 1_000},
            100,
            id="overpaid",
        ),
    ],
)
def test_a_payment_covers_fees_then_interest_then_principal(
    paid: int, covered: dict[Component, int], surplus: int
) -> None:
    allocation = allocate(paid, OWED, ORDER)
    assert dict(allocation.parts) == covered
    assert allocation.surplus_minor == surplus


amounts = st.integers(0, 200_000)
open_items = st.builds(OpenItems, amounts, amounts, amounts, amounts, amounts)


@given(amount=st.integers(1, 2_000_000), owed=open_items, order=st.permutations(ORDER))
def test_no_money_is_lost_whatever_the_order(amount: int, owed: OpenItems, order: list[str]) -> None:
    allocation = allocate(amount, owed, order)
    left = owed.changed_by(negated(allocation.parts))
    assert allocation.allocated_minor + allocation.surplus_minor == amount
    assert left.total_minor == owed.total_minor - allocation.allocated_minor
    assert allocation.surplus_minor == 0 or left.total_minor == 0


@given(owed=open_items, residual=st.integers(-10, 200_000), limit=st.integers(0, 50_000))
def test_a_small_balance_never_takes_principal_and_is_all_or_nothing(
    owed: OpenItems, residual: int, limit: int
) -> None:
    spared = spare(owed, residual, limit)
    assert all(part.component != "PRINCIPAL" for part in spared)
    assert -sum(part.amount_minor for part in spared) in (0, residual)
    assert residual <= limit or not spared


@pytest.mark.parametrize(
    ("residual", "limit", "spared"),
    [
        pytest.param(20, 50, {"INTEREST": -20}, id="interest first"),
        pytest.param(45, 50, {"INTEREST": -30, "COMPENSATION": -10, "COLLECTION_FEE": -5}, id="then the newest fees"),
        pytest.param(51, 50, {}, id="more than agreed"),
        pytest.param(101, 500, {}, id="more than interest and fees"),
        pytest.param(0, 50, {}, id="nothing left"),
    ],
)
def test_what_is_let_go_of_a_residual(residual: int, limit: int, spared: dict[str, int]) -> None:
    assert dict(spare(OWED, residual, limit)) == spared


def test_a_payment_short_by_a_few_days_interest_settles_under_the_small_balance_rule() -> None:
    claim = a_claim(small_balance_minor=50)

    outcome, allocation = pay(claim, OWED.total_minor - 25, DUE, NAMES)

    assert outcome.settled == "PAID"
    assert [change.kind for change in outcome.changes] == ["SMALL_BALANCE", "PAYMENT_ALLOCATED"]
    assert dict(allocation.parts)["PRINCIPAL"] == 1_000


@pytest.mark.parametrize(
    ("code", "version", "status"),
    [
        pytest.param("WITHDRAWN", 1, "CLOSED", id="withdrawn"),
        pytest.param("PAID", 1, "OPEN", id="paid is told by the claim itself, and may be reversed since"),
        pytest.param("WITHDRAWN", 0, "OPEN", id="an old closing"),
    ],
)
def test_closing_a_claim(code: str, version: int, status: str) -> None:
    assert close(a_claim(), code, version).status == status


def test_a_reversal_does_not_open_a_withdrawn_claim() -> None:
    closed = a_claim(status="CLOSED")
    outcome = reverse(closed, [Part("PRINCIPAL", 5)], (), DUE, NAMES, NAMES)
    assert (outcome.claim.status, outcome.claim.owed.principal_minor) == ("CLOSED", 1_005)


def test_a_debtor_directs_a_payment_where_the_law_lets_it_and_nowhere_else() -> None:
    norwegian, danish = a_claim(), a_claim(jurisdiction="DK")

    _, allocation = pay(norwegian, 1_000, DUE, NAMES, ("principal",))
    assert dict(allocation.parts) == {"PRINCIPAL": 1_000}
    with pytest.raises(DirectionNotAllowed, match="DK-ALLOC"):
        pay(danish, 1_000, DUE, NAMES, ("principal",))


def test_an_agreed_order_counts_for_businesses_and_a_consumer_keeps_the_order_of_law() -> None:
    consumer = a_claim(allocation_order="principal|interest|fees")

    _, of_a_business = pay(replace(consumer, debtor_kind="BUSINESS"), 1_000, DUE, NAMES)
    outcome, of_a_consumer = pay(consumer, 100, DUE, NAMES)

    assert dict(of_a_business.parts) == {"PRINCIPAL": 1_000}
    assert dict(of_a_consumer.parts) == {"REMINDER_FEE": 20, "COLLECTION_FEE": 40, "COMPENSATION": 10, "INTEREST": 30}
    assert {entry.statute_row for entry in outcome.changes[-1].entries} == {"NO-ALLOC-ONE-CLAIM-2020-10-01"}


def test_dutch_interest_bears_interest_from_the_second_year_and_what_is_paid_bears_none() -> None:
    claim = a_claim(OpenItems(principal_minor=1_000_000), jurisdiction="NL", due_date=date(2023, 1, 1))
    claim = replace(claim, interest_through=date(2023, 1, 1))

    first = charge_step(claim, (), "REMINDER", date(2024, 1, 1), accrue=True, cause_id=NAMES).claim
    second = charge_step(first, (), "NOTICE", date(2025, 1, 1), accrue=True, cause_id=NAMES).claim
    bearing = second.capitalised_minor
    half_paid, _ = pay(second, 50_000, date(2025, 1, 1), NAMES)

    assert (first.capitalised_minor, first.pending_minor) == (0, first.owed.interest_minor)
    assert bearing == first.owed.interest_minor
    assert second.capitalised_minor + second.pending_minor == second.owed.interest_minor
    assert half_paid.claim.capitalised_minor == bearing - 50_000
    simple = charge_step(replace(claim, jurisdiction="DE"), (), "NOTICE", date(2025, 1, 1), accrue=True, cause_id=NAMES)
    assert simple.claim.compounding is None


def test_days_without_a_rate_leave_a_warning_on_the_claim_and_never_silence() -> None:
    step = charge_step(a_claim(), (), "REMINDER", date(2031, 3, 1), accrue=True, cause_id=NAMES)

    assert any("no late-interest rate is known" in entry.warning for entry in step.entries)


def test_where_the_rule_pack_refuses_interest_stops_at_the_last_known_rate_and_goes_on_from_there() -> None:
    law = statute_book()
    strict = replace(law, day_counts=tuple(replace(row, missing_rate="refuse") for row in law.day_counts))
    carried_on = charge_step(a_claim(), (), "REMINDER", date(2031, 3, 1), accrue=True, cause_id=NAMES, book=law)

    stopped = charge_step(a_claim(), (), "REMINDER", date(2031, 3, 1), accrue=True, cause_id=NAMES, book=strict)
    again = charge_step(stopped.claim, (), "NOTICE", date(2031, 4, 1), accrue=True, cause_id=NAMES, book=strict)
    later = charge_step(stopped.claim, (), "NOTICE", date(2031, 3, 1), accrue=True, cause_id=NAMES, book=law)

    assert 0 < stopped.interest_minor < carried_on.interest_minor
    assert DUE < stopped.claim.interest_through < date(2031, 3, 1)
    assert "interest stops there" in stopped.interest_warnings[-1]
    assert (again.interest_minor, len(again.interest_warnings)) == (0, 1)
    assert stopped.interest_minor + later.interest_minor == carried_on.interest_minor
    [change] = accrued(stopped.claim, date(2031, 3, 1), NAMES, strict)
    assert (change.parts, change.claim.interest_through) == ((), stopped.claim.interest_through)


def test_a_fee_keeps_its_name_in_law_and_the_vat_within_it() -> None:
    fee = FeeCharge("COLLECTION_FEE", 12_500, "R", "inkassosalaer_lett", 2_500)

    [entry] = charge_step(a_claim(), [fee], "COLLECTION", DUE, accrue=False, cause_id=NAMES).entries

    assert (entry.amount_minor, entry.vat_minor, entry.code) == (12_500, 2_500, "inkassosalaer_lett")


def test_a_write_off_gives_up_everything_and_a_correction_brings_it_back() -> None:
    outcome = write_off(a_claim(), DUE, NAMES)
    assert (outcome.settled, outcome.claim.owed.total_minor) == ("WRITTEN_OFF", 0)

    entries = [BookedEntry(number, entry) for number, entry in enumerate(outcome.changes[0].entries)]
    again = take_back(outcome.claim, entries, DUE, uuid5(NAMES, "correction"))

    assert (again.claim.status, again.claim.owed) == ("OPEN", OWED)
    assert {entry.kind for entry in again.changes[0].entries} == {"CORRECTED"}
    assert (again.changes[0].kind, again.changes[0].corrects) == ("CORRECTED", "WRITTEN_OFF")
    with pytest.raises(NotCorrectable, match="taken back before"):
        take_back(again.claim, [replace(entries[0], reversed_by=9)], DUE, NAMES)


def test_interest_waived_after_the_principal_was_paid_settles_as_paid_and_no_more_than_owed_can_go() -> None:
    claim = a_claim(OpenItems(interest_minor=30))

    assert waive(claim, [Part("INTEREST", 30)], DUE, NAMES).settled == "PAID"
    with pytest.raises(MoreThanOwed, match="INTEREST: 31 minor units"):
        waive(claim, [Part("INTEREST", 31)], DUE, NAMES)
    with pytest.raises(ClaimNotOpen, match="settled"):
        write_off(a_claim(OpenItems(), status="SETTLED"), DUE, NAMES)


def test_a_fee_that_was_paid_cannot_be_corrected_away() -> None:
    fee = Entry("FEE_CHARGED", "REMINDER_FEE", 20, DUE, NAMES)
    with pytest.raises(NotCorrectable, match="only 0 are still owed"):
        take_back(a_claim(OpenItems(principal_minor=5)), [BookedEntry(1, fee)], DUE, NAMES)


@given(
    principal=st.integers(1_000, 5_000_000),
    fee=st.integers(1, 50_000),
    days=st.lists(st.integers(1, 90), min_size=3, max_size=3).map(sorted),
)
def test_interest_and_fees_survive_the_principals_payment_and_no_day_is_counted_twice(
    principal: int, fee: int, days: list[int]
) -> None:
    first, second, third = (DUE + timedelta(days=number) for number in days)
    claim = a_claim(OpenItems(principal_minor=principal), original_minor=principal)
    charged = charge_step(claim, [FeeCharge("REMINDER_FEE", fee, "R")], "REMINDER", first, accrue=True, cause_id=NAMES)
    again = charge_step(charged.claim, [], "REMINDER", first, accrue=True, cause_id=NAMES)
    assert again.interest_minor == 0  # the same day once more
    paid = pay_directly(again.claim, principal, second, second, uuid5(NAMES, "paid"))
    owed = paid.claim.owed
    assert (owed.principal_minor, owed.reminder_fee_minor) == (0, fee)
    assert owed.interest_minor >= charged.interest_minor
    assert paid.settled is None
    later = charge_step(paid.claim, [], "NOTICE", third, accrue=True, cause_id=NAMES)
    assert later.claim.owed == owed  # what is paid bears no interest, and what it bore stays owed
    whole = charge_step(claim, [], "REMINDER", second, accrue=True, cause_id=NAMES)
    # each accrual is rounded once per half-year that it touches
    assert abs(owed.interest_minor - whole.interest_minor) <= 2


class LifeOfAClaim(RuleBasedStateMachine):
    """Charges, payments, credits, waivers, write-offs, corrections and reversals in any order; the entries always
    explain the balance."""

    @initialize(
        gross_minor=st.integers(1, 5_000_000),
        small=st.integers(0, 5_000),
        jurisdiction=st.sampled_from(["NO", "SE", "FI", "DK", "DE", "NL", "CH", "EU"]),
    )
    def open(self, gross_minor: int, small: int, jurisdiction: str) -> None:
        owed = OpenItems(principal_minor=gross_minor)
        self.claim = a_claim(
            owed,
            original_minor=gross_minor,
            small_balance_minor=small,
            stage="INVOICED",
            jurisdiction=jurisdiction,
        )
        self.undone: dict[int, int] = {}
        self.entries: list[Entry] = [opening_entry(self.claim, DUE)]
        self.day = DUE
        self.paid: dict[UUID, tuple[Part, ...]] = {}
        self.acts = 0

    def next_id(self) -> UUID:
        self.acts += 1
        return uuid5(NAMES, str(self.acts))

    def take(self, outcome: Outcome) -> None:
        versions = [change.claim.claim_version for change in outcome.changes]
        assert versions == list(range(self.claim.claim_version + 1, outcome.claim.claim_version + 1))
        assert (outcome.settled is not None) <= (outcome.claim.owed.total_minor == 0)
        self.entries += [entry for change in outcome.changes for entry in change.entries]
        self.claim = outcome.claim

    @rule(days=st.integers(0, 40))
    def wait(self, days: int) -> None:
        self.day += timedelta(days=days)

    @precondition(lambda self: self.claim.status == "OPEN")
    @rule(fee=st.sampled_from(FEES), amount=st.integers(1, 50_000), accrue=st.booleans())
    def charge(self, fee: Component, amount: int, accrue: bool) -> None:
        cause = self.next_id()
        step = charge_step(
            self.claim, [FeeCharge(fee, amount, "R")], "REMINDER", self.day, accrue=accrue, cause_id=cause
        )
        self.entries += step.entries
        self.claim = step.claim

    @precondition(lambda self: self.claim.status == "OPEN" and self.claim.owed.total_minor > 5_000)
    @rule(short=st.integers(0, 5_000))
    def receive_nearly_all(self, short: int) -> None:
        self.receive(self.claim.owed.total_minor - short, 0)

    @precondition(lambda self: self.claim.status == "OPEN")
    @rule(amount=st.integers(1, 3_000_000), late=st.integers(0, 5))
    def receive_some(self, amount: int, late: int) -> None:
        self.receive(amount, late)

    def receive(self, amount: int, late: int) -> None:
        cause = self.next_id()
        outcome, allocation = pay(self.claim, amount, self.day - timedelta(days=late), cause)
        assert allocation.allocated_minor + allocation.surplus_minor == amount
        self.take(outcome)
        self.paid[cause] = allocation.parts

    @precondition(lambda self: bool(self.paid))
    @rule(choice=st.integers(0, 100))
    def take_back(self, choice: int) -> None:
        payment_id = list(self.paid)[choice % len(self.paid)]
        spared = [
            Part(entry.component, -entry.amount_minor)
            for entry in self.entries
            if entry.kind == "SMALL_BALANCE" and entry.cause_id == payment_id
        ]
        covered = self.paid.pop(payment_id)
        self.take(reverse(self.claim, covered, spared, self.day, payment_id, self.next_id()))

    @rule(amount=st.integers(1, 3_000_000))
    def hear_of_a_direct_payment(self, amount: int) -> None:
        before = self.claim.owed
        outcome = pay_directly(self.claim, amount, self.day, self.day, self.next_id())
        ignored = sum(change.ignored_minor for change in outcome.changes)
        assert before.principal_minor - outcome.claim.owed.principal_minor == amount - ignored
        self.take(outcome)

    @rule(amount=st.integers(1, 3_000_000))
    def receive_a_credit_note(self, amount: int) -> None:
        outcome = credit(self.claim, amount, self.day, self.next_id())
        assert outcome.settled in (None, "CREDITED")
        self.take(outcome)

    @rule(shares=st.lists(st.integers(0, 100), min_size=5, max_size=5))
    def waive_some(self, shares: list[int]) -> None:
        share_of = dict(zip(COMPONENTS, shares, strict=True))
        parts = [Part(kind, self.claim.owed.of(kind) * share_of[kind] // 100) for kind in COMPONENTS]
        parts = [part for part in parts if part.amount_minor]
        if self.claim.status != "OPEN" or not parts:
            return
        before = self.claim.owed.total_minor
        outcome = waive(self.claim, parts, self.day, self.next_id())
        assert before - outcome.claim.owed.total_minor == sum(part.amount_minor for part in parts)
        self.take(outcome)

    @rule()
    def write_everything_off(self) -> None:
        if self.claim.status != "OPEN":
            with pytest.raises(ClaimNotOpen):
                write_off(self.claim, self.day, self.next_id())
        elif self.claim.owed.total_minor:
            self.take(write_off(self.claim, self.day, self.next_id()))

    @rule(choice=st.integers(0, 100))
    def correct_something(self, choice: int) -> None:
        """Only what one cause booked, whole, that no one took back and that is still owed."""
        causes = list(dict.fromkeys(entry.cause_id for entry in self.entries))
        cause = causes[choice % len(causes)]
        booked = [
            BookedEntry(number, entry, self.undone.get(number))
            for number, entry in enumerate(self.entries)
            if entry.cause_id == cause and entry.kind in CORRECTABLE
        ]
        try:
            outcome = take_back(self.claim, booked, self.day, self.next_id())
        except NotCorrectable:
            return
        assert {entry.cause_id for change in outcome.changes for entry in change.entries}.isdisjoint({cause})
        self.undone |= {entry.entry_id: len(self.entries) for entry in booked}
        self.take(outcome)

    @invariant()
    def what_bears_interest_is_never_more_than_the_interest_owed(self) -> None:
        assert min(self.claim.capitalised_minor, self.claim.pending_minor) >= 0
        assert self.claim.capitalised_minor + self.claim.pending_minor <= self.claim.owed.interest_minor

    @invariant()
    def entries_explain_the_balance(self) -> None:
        sums: Counter[Component] = Counter()
        for entry in self.entries:
            sums[entry.component] += entry.amount_minor
        assert {component: self.claim.owed.of(component) for component in COMPONENTS} == {
            component: sums[component] for component in COMPONENTS
        }
        assert self.claim.status == "OPEN" or self.claim.owed.total_minor == 0


LifeOfAClaim.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestLifeOfAClaim = LifeOfAClaim.TestCase
