"""Everything that can happen to money from the debtor to the creditor's account, in any order and with any delay.

The services' own handlers, timers and couriers on their own databases; the invariants are those that the running house
is judged by. What lies in the post is reckoned with after every step; whenever nothing does, every invariant must hold.
"""

import asyncio
import random
import sys
from collections import defaultdict
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from money_house import ACCOUNTS, FIRST_DAY, MIGRATIONS, MoneyHouse

from contracts import (
    EVENTS,
    ActionRequested,
    Agreement,
    AgreementActivated,
    BankAccount,
    CaseStepReached,
    Charge,
    ClockAdvanced,
    CreditorOnboarded,
    InvoiceCreated,
    PaymentAllocated,
    PaymentReversed,
)
from fordring import invariants
from fordring.invariants import CHECKS, Check
from payment_control.domain.decisions import DecisionConflict, DecisionRefused
from payment_control.domain.owed import COMPONENTS, Component, Part
from payment_control.domain.relief import ClaimNotOpen, MoreThanOwed, NotCorrectable
from payment_control.queries.client_funds import list_cover
from payment_control.use_cases import decisions, refunds
from payment_control.use_cases.second_person import Word
from runtime.clock import today
from runtime.database import Session
from settlement.domain.accounts import Accounts, ClientAccount
from settlement.use_cases.holds import AlreadyHeld, NotHeld, hold_creditor, release_creditor
from settlement.use_cases.upcoming import read_upcoming
from statutes.references import generate
from testkit import Databases

NAMES = UUID("5d1c6a2e-0000-4000-8000-000000000052")
CREDITORS = [uuid5(NAMES, "creditor 0"), uuid5(NAMES, "creditor 1")]
PAID_ON = ["CLIENT-NOK", "CLIENT-NOK-OCR"]
PAID_FROM = Accounts.of([ClientAccount(**asdict(account)) for account in ACCOUNTS.values()])
LIMITS = {"NOK": 10_000_000}
REFUSALS = (
    DecisionConflict, DecisionRefused, ClaimNotOpen, MoreThanOwed, NotCorrectable, AlreadyHeld, NotHeld
)  # fmt: skip

OF_THE_WHOLE_HOUSE: set[Check] = {
    invariants.nobody_is_pressed_after_settling,
    invariants.one_case_one_claim,
    invariants.steps_happen_once,
    invariants.nothing_is_left_over,
}
WITH_EVERY_STATEMENT: set[Check] = {invariants.every_bank_day_is_reconciled}
AT_EVERY_INSTANT: list[Check] = [
    invariants.claims_equal_their_entries,
    invariants.payments_go_somewhere,
    invariants.allocations_lower_claims,
    invariants.settlements_are_their_lines,
    invariants.settlements_are_paid_once,
    invariants.vouchers_balance,
    invariants.books_do_not_mix,
]
IN_A_QUIET_MOMENT = [
    check
    for check in CHECKS
    if check not in OF_THE_WHOLE_HOUSE | WITH_EVERY_STATEMENT and check not in AT_EVERY_INSTANT
]

claims = st.integers(1, 4)
amounts = st.integers(1, 90_000)
services = st.sampled_from(sorted(MIGRATIONS))


def test_no_minor_unit_is_lost_or_paid_twice_between_debtor_and_creditor(databases: Databases, tmp_path: Path) -> None:
    class OnThisServer(MoneyMachine):
        server, folder = databases, tmp_path

    run_state_machine_as_test(
        OnThisServer,
        settings=settings(
            max_examples=8,
            stateful_step_count=24,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],  # shrinking takes minutes here: drop this line to have it
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


class MoneyMachine(RuleBasedStateMachine):
    """Two creditors, each with an account of its own on which debtors pay; after each rule the post is carried."""

    server: Databases
    folder: Path
    examples = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).examples += 1
        self.loop = asyncio.Runner()
        self.dice = random.Random(0)
        self.urls: dict[str, str] = {}
        self.house: MoneyHouse = self.run(self.opened())
        self.bank = self.house.bank
        self.serial, self.strangers = 1, 0
        self.versions = [0, 0]
        self.sent: list[tuple[int, int]] = []
        self.causes: list[tuple[int, UUID]] = []

    async def opened(self) -> MoneyHouse:
        """Databases of this example's own: what is posted in the books can never be taken out of them again."""
        for name, migrate in MIGRATIONS.items():
            self.urls[name] = await self.server.fresh(migrate)
        return await MoneyHouse.open(self.urls, self.folder / str(type(self).examples), self.dice)

    async def closed(self) -> None:
        await self.house.close()
        for url in self.urls.values():
            await self.server.drop(url)

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:  # a fault that was found already is not hidden behind its consequences
                self.run(self.everything_ends_well())
        finally:
            self.run(self.closed())
            self.loop.close()

    def run(self, work: Any) -> Any:
        return self.loop.run(work)

    def carry(self) -> None:
        self.run(self.house.settle_down())

    def name(self, *parts: object) -> UUID:
        return uuid5(NAMES, ":".join(map(str, parts)))

    def next_name(self) -> UUID:
        self.serial += 1
        return self.name(self.serial)

    @initialize(seed=st.integers(0, 1_000), paid=st.lists(st.integers(20_000, 90_000), min_size=2, max_size=4))
    def two_creditors_have_claims(self, seed: int, paid: list[int]) -> None:
        """All of them with a collector's fee, and some of them paid in part."""
        self.dice.seed(seed)
        for creditor in (0, 1):
            self.house.tell(self.onboarded(creditor))
            self.agrees(creditor, settlement_interval="DAILY" if creditor else "WEEKLY")
        for number in range(1, 5):
            self.house.tell(self.invoice(number), self.step(number, 1, 3_500, "COLLECTION"))
        self.carry()
        for number, amount in enumerate(paid, start=1):
            self.pays(number, amount)

    # debtors and their banks

    @rule(number=claims, amount=amounts)
    def a_debtor_pays(self, number: int, amount: int) -> None:
        self.pays(number, amount)

    @rule(number=claims)
    def a_debtor_pays_all(self, number: int) -> None:
        self.pays(number, number * 40_000)

    @rule(amount=amounts)
    def a_stranger_pays(self, amount: int) -> None:
        self.pays(91 + self.strangers % 3, amount)

    def pays(self, number: int, amount: int) -> None:
        self.sent.append((number, amount))
        account = PAID_ON[number % 2]
        receive = self.bank.receives if account == "CLIENT-NOK" else self.bank.receives_giro
        receive(ACCOUNTS[account].iban, kid(number), amount)
        self.carry()

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def the_bank_takes_a_payment_back(self, data: st.DataObject) -> None:
        number, amount = data.draw(st.sampled_from(self.sent))
        self.sent.remove((number, amount))
        account = PAID_ON[number % 2]
        if account == "CLIENT-NOK":
            self.bank.takes_back(ACCOUNTS[account].iban, kid(number), amount)
        else:
            self.bank.receives_giro(ACCOUNTS[account].iban, kid(number), amount, is_reversal=True)
        self.carry()

    # creditors

    @rule(number=claims, fee=st.sampled_from([0, 3_500]), stage=st.sampled_from(["REMINDER", "COLLECTION"]))
    def a_step_is_reached(self, number: int, fee: int, stage: str) -> None:
        self.serial += 1
        self.house.tell(self.step(number, self.serial, fee, stage))
        self.carry()

    @rule(number=claims, code=st.sampled_from(["DIRECTPAYMENT", "CREDITNOTE"]), amount=st.integers(1, 50_000))
    def the_creditor_tells_of_money(self, number: int, code: Any, amount: int) -> None:
        action = ActionRequested(
            creditor_id=CREDITORS[number % 2],
            case_id=100_000 + number,
            claim_id=self.name("claim", number),
            action_id=self.next_name(),
            code=code,
            requested_date=self.bank.day,
            currency="NOK",
            amount_minor=amount,
        )
        self.house.tell(action)
        self.carry()

    @precondition(lambda self: self.strangers < 3)
    @rule()
    def an_invoice_comes_late(self) -> None:
        self.strangers += 1
        self.house.tell(self.invoice(90 + self.strangers, gross_minor=25_000))
        self.carry()

    @rule(
        creditor=st.integers(0, 1),
        interval=st.sampled_from(["DAILY", "WEEKLY"]),
        minimum=st.sampled_from([0, 60_000]),
        per_invoice=st.booleans(),
        tiers=st.booleans(),
        commission=st.sampled_from([0, 1_500]),
    )
    def another_agreement_is_made(
        self, creditor: int, interval: str, minimum: int, per_invoice: bool, tiers: bool, commission: int
    ) -> None:
        self.agrees(
            creditor,
            settlement_interval=interval,
            minimum_payout_minor=minimum,
            payout_per_invoice=per_invoice,
            commission=commission,
            commission_tiers=({"days_overdue_from": 30, "commission": 2_500},) if tiers else (),
        )
        self.carry()

    # the office

    @rule(number=claims, component=st.sampled_from(COMPONENTS), amount=st.integers(1, 5_000))
    def something_is_waived(self, number: int, component: Component, amount: int) -> None:
        if cause := self.decides(decisions.lower_claim, 100_000 + number, [Part(component, amount)], LIMITS):
            self.causes.append((number, cause))

    @rule(number=claims)
    def a_claim_is_written_off(self, number: int) -> None:
        if cause := self.decides(decisions.lower_claim, 100_000 + number, None, LIMITS):
            self.causes.append((number, cause))

    @precondition(lambda self: self.causes)
    @rule(data=st.data())
    def a_decision_is_corrected(self, data: st.DataObject) -> None:
        number, cause = data.draw(st.sampled_from(self.causes))
        self.decides(decisions.correct_claim, 100_000 + number, cause)

    @rule(number=claims, part=amounts, keep_rest=st.booleans(), data=st.data())
    def a_queued_payment_is_matched_by_hand(self, number: int, part: int, keep_rest: bool, data: st.DataObject) -> None:
        if line := self.a_payment(data, "unmatched_minor > 0"):
            share = decisions.HandShare(100_000 + number, min(part, line.unmatched_minor))
            self.decides(decisions.match_by_hand, line.payment_id, [share], keep_rest=keep_rest)

    @rule(data=st.data())
    def a_queued_payment_is_not_ours(self, data: st.DataObject) -> None:
        if line := self.a_payment(data, "unmatched_minor > 0"):
            self.decides(decisions.disown, line.payment_id, LIMITS)

    @rule(amount=st.none() | amounts, data=st.data())
    def money_is_refunded(self, amount: int | None, data: st.DataObject) -> None:
        if line := self.a_payment(data, "unmatched_minor + not_ours_minor + surplus_minor > 0"):
            asked = refunds.RefundAsked(line.payment_id, amount, payee_name="Kari", payee_account="NO9386011117947")
            self.decides(refunds.ask_refund, asked, LIMITS)

    @rule(creditor=st.integers(0, 1), released=st.booleans())
    def a_creditor_is_held_or_released(self, creditor: int, released: bool) -> None:
        act = release_creditor if released else hold_creditor

        async def attempt(session: Any) -> None:
            await act(session, CREDITORS[creditor], self.next_name(), "chance", await today(session))

        self.attempts("settlement", attempt)

    def a_payment(self, data: st.DataObject, condition: str) -> Any | None:
        found = self.rows(
            "payment_control",
            f"SELECT * FROM payment WHERE status <> 'REVERSED' AND {condition} ORDER BY fingerprint",
        )
        return data.draw(st.sampled_from(found)) if found else None

    def decides(self, act: Any, subject: Any, *arguments: Any, **more: Any) -> UUID | None:
        """By the service's own date, which stands before the limits where an act has some."""
        word = Word(self.next_name(), "anne", "chance")
        before = [one for one in arguments if one is not LIMITS]
        after = [one for one in arguments if one is LIMITS]

        async def attempt(session: Any) -> None:
            await act(session, word, subject, *before, await today(session), *after, **more)

        return word.decision_id if self.attempts("payment_control", attempt) else None

    def attempts(self, service: str, attempt: Any) -> bool:
        """What is refused leaves nothing behind."""
        try:
            self.run(self.house.services[service].do(attempt))
        except REFUSALS:
            return False
        self.carry()
        return True

    # the bank and our orders

    @rule(data=st.data())
    def the_bank_answers_some_orders(self, data: st.DataObject) -> None:
        """Those it does not answer it is silent about."""
        self.house.bank_reads_orders()
        for order in list(self.bank.orders):
            said, told = data.draw(st.booleans()), data.draw(st.booleans())
            outcome = data.draw(st.sampled_from(["paid", "paid", "rejected", "silent"]))
            if outcome == "paid":
                self.bank.pays(order, accepts=said, notifies=told)
            elif outcome == "rejected":
                self.bank.rejects(order, accepted_before=said)
        self.carry()

    @precondition(lambda self: self.bank.done)
    @rule(by_message=st.booleans(), notifies=st.booleans(), data=st.data())
    def a_payout_comes_back(self, by_message: bool, notifies: bool, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(self.bank.done))
        self.bank.sends_back(order, by_message=by_message, notifies=notifies)
        self.carry()

    # time, trouble and the post

    @rule(days=st.sampled_from([1, 2, 7]), dies_at=st.none() | st.integers(1, 60))
    def days_pass(self, days: int, dies_at: int | None) -> None:
        """Perhaps settlement dies on the first of them, in the middle of whatever it does."""
        self.house.services["settlement"].dies_at = dies_at
        for _ in range(days):
            self.run(self.pass_day())

    @rule(dies_at=st.none() | st.integers(1, 60))
    def a_week_is_paid_out(self, dies_at: int | None) -> None:
        """Days as they mostly are: what is ordered is paid."""
        self.house.services["settlement"].dies_at = dies_at
        self.run(self.pass_quiet_days(7))

    async def pass_day(self) -> None:
        self.bank.closes_day(self.bank.day + timedelta(days=1))
        self.house.tell(ClockAdvanced(business_date=self.bank.day))
        await self.house.settle_down()

    async def pass_quiet_days(self, days: int) -> None:
        for _ in range(days):
            self.house.bank_reads_orders()
            for order in list(self.bank.orders):
                self.bank.pays(order)
            await self.pass_day()

    @rule(name=services | st.just("nets"))
    def the_post_is_slow(self, name: str) -> None:
        self.house.slow.add(name)

    @precondition(lambda self: self.house.slow)
    @rule(most=st.integers(1, 4), data=st.data())
    def some_of_the_slow_post_comes(self, most: int, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.house.slow)))
        self.run(self.house.bring(name, most))
        self.carry()

    @precondition(lambda self: self.house.slow)
    @rule()
    def all_post_comes(self) -> None:
        self.house.slow.clear()
        self.carry()

    # what must hold

    @invariant()
    def each_database_adds_up_for_itself(self) -> None:
        self.run(self.check(AT_EVERY_INSTANT))

    @invariant()
    def what_was_allocated_is_settled_or_open_or_in_the_post(self) -> None:
        """Told to settlement, or on its way to it: to the minor unit, for each creditor."""
        allocated = self.rows(
            "payment_control",
            """
            SELECT c.creditor_id, sum(a.principal_minor + a.interest_minor + a.reminder_fee_minor + a.collection_fee_minor
                + a.compensation_minor) AS minor
            FROM allocation a JOIN claim c USING (claim_id) WHERE NOT a.reversed GROUP BY 1
            """,
        )
        left: defaultdict[UUID, int] = defaultdict(int, {row.creditor_id: int(row.minor) for row in allocated})
        lines = self.rows(
            "settlement", "SELECT creditor_id, sum(allocated_minor) AS minor FROM accrual_line GROUP BY 1"
        )
        for row in lines:
            left[row.creditor_id] -= int(row.minor)
        put_aside = self.rows("settlement", "SELECT topic, payload FROM waiting")
        post = [(one.topic, one.value or b"") for one in self.house.services["settlement"].waiting]
        for topic, payload in [*post, *((row.topic, bytes(row.payload)) for row in put_aside)]:
            event = EVENTS[topic].model_validate_json(payload)
            if isinstance(event, PaymentAllocated | PaymentReversed) and event.creditor_id is not None:
                minor = sum(part.amount_minor for part in event.parts)
                left[event.creditor_id] -= minor if isinstance(event, PaymentAllocated) else -minor
        assert not any(left.values()), f"allocated and unknown to settlement: {dict(left)}"

    @invariant()
    def the_bank_did_for_each_transfer_what_settlement_believes(self) -> None:
        """Of one transfer at most one attempt stands; what is confirmed was debited, what failed was not."""
        standing: defaultdict[tuple[Any, ...], int] = defaultdict(int)
        known: set[str] = set()
        for row in self.rows("settlement", "SELECT * FROM payout"):
            known.add(row.end_to_end_id)
            paid, returned = self.bank.paid[row.end_to_end_id], self.bank.returned[row.end_to_end_id]
            assert paid == (row.amount_minor if row.status in ("CONFIRMED", "RETURNED") else paid)
            assert paid in (0, row.amount_minor)
            assert not (row.status == "FAILED" and paid)
            assert not (row.status == "RETURNED" and returned != row.amount_minor)
            transfer = row.settlement_id, row.refund_id, row.kind, row.part
            standing[transfer] += paid - returned
            assert standing[transfer] <= row.amount_minor, f"paid twice: {row.end_to_end_id}"
        assert {name for name, minor in self.bank.paid.items() if minor} <= known

    @invariant()
    def in_a_quiet_moment_all_books_agree(self) -> None:
        if self.house.is_quiet:
            self.run(self.check(IN_A_QUIET_MOMENT))
            for service in self.house.services.values():
                assert self.run(service.rows("SELECT topic, payload FROM waiting")) == []
            assert self.rows("payment_control", "SELECT * FROM reconciled_day WHERE difference_minor <> 0") == []

    async def check(self, checks: list[Check]) -> None:
        results = [await check(self.house.books) for check in checks]
        wrong = [f"{result.name}: {result.figures}" for result in results if not result.holds]
        assert wrong == []

    def rows(self, service: str, statement: str) -> list[Any]:
        return self.run(self.house.services[service].rows(statement))

    # how it ends

    async def everything_ends_well(self) -> None:
        """The post comes, the bank pays, nobody is held: every unit that is due to somebody is paid, and all books agree."""
        self.house.slow.clear()
        for creditor in CREDITORS:
            await self._release(creditor)
        await self.pass_quiet_days(9)
        assert self.house.is_quiet
        await self.check([*AT_EVERY_INSTANT, *IN_A_QUIET_MOMENT])
        payments, payouts = self.house.services["payment_control"], self.house.services["settlement"]
        unpaid = await payouts.rows(
            "SELECT * FROM payout WHERE status <> 'CONFIRMED' AND kind <> 'REFUND' AND attempt < 5 AND NOT EXISTS (SELECT"
            " FROM payout AS later WHERE (later.settlement_id, later.kind, later.part) = (payout.settlement_id, payout.kind,"
            " payout.part) AND later.attempt > payout.attempt)"
        )
        assert unpaid == []
        for creditor_id in CREDITORS:
            waits_for = await payouts.do(lambda session, it=creditor_id: self.reasons_to_wait(session, it))
            assert waits_for <= {"MORE_MONEY", "MINIMUM"}, "what is due to a creditor was settled"
        # What the bank took back after it was refunded is missing until the payer gives it back; nothing else is.
        [twice] = await payments.rows(
            "SELECT coalesce(sum(refunded_minor), 0) AS minor FROM payment WHERE status = 'REVERSED'"
        )
        cover = await payments.do(list_cover)
        assert all(-twice.minor <= one.excess_minor <= 0 for one in cover)
        if not twice.minor:
            await self.check(list(WITH_EVERY_STATEMENT))

    async def reasons_to_wait(self, session: Session, creditor_id: UUID) -> set[str]:
        answer = await read_upcoming(session, creditor_id, await today(session), PAID_FROM)
        return {row.waits_for for row in answer.upcoming}

    async def _release(self, creditor_id: UUID) -> None:
        async def attempt(session: Any) -> None:
            await release_creditor(session, creditor_id, self.next_name(), "the end", await today(session))

        try:
            await self.house.services["settlement"].do(attempt)
        except NotHeld:
            return

    # facts of services that are not here

    def onboarded(self, creditor: int) -> CreditorOnboarded:
        return CreditorOnboarded(
            creditor_id=CREDITORS[creditor],
            partner_code="PARTNER",
            customer_code=f"C100{creditor}",
            name="Fjellheim Strøm AS",
            business_code="987654325",
            country_code="NO",
            language_code="NO",
            email="post@fjellheim.example.no",
            reference_prefix=f"100{creditor}",
        )

    def agrees(self, creditor: int, **terms: Any) -> None:
        self.versions[creditor] += 1
        defaults: dict[str, Any] = {
            "service_type": "LIFECYCLE",
            "jurisdiction": "NO",
            "policy_code": "no_consumer",
            "reference_scheme": "NO_KID_MOD10",
            "incoming_account_by_currency": {"NOK": PAID_ON[creditor]},
            "payout_account": BankAccount(name="Fjellheim Strøm AS", iban="NO8615030002313"),
            "settlement_weekday": 3,
            "interest_share": 8_000,
            "reminder_fee_share": 5_000,
            "collection_fee_share": 0,
            "commission": 1_000,
            "commission_vat": 2_500,
            "small_balance_minor": 1_000,
        }
        activated = AgreementActivated(
            creditor_id=CREDITORS[creditor],
            agreement_id=self.name("agreement", creditor, self.versions[creditor]),
            agreement_version=self.versions[creditor],
            valid_from=self.bank.day,
            agreement=Agreement(**defaults | terms),
        )
        self.house.tell(activated)

    def invoice(self, number: int, gross_minor: int | None = None) -> InvoiceCreated:
        return InvoiceCreated(
            creditor_id=CREDITORS[number % 2],
            case_id=100_000 + number,
            invoice_id=self.name("claim", number),
            debtor_id=self.name("debtor", number),
            invoice_number=str(number),
            invoice_type="INVOICE",
            invoice_date=date(2025, 7, 15),
            due_date=date(2025, 8, 1) if number % 3 else FIRST_DAY,
            currency="NOK",
            gross_minor=gross_minor or number * 40_000,
            vat_minor=(gross_minor or number * 40_000) // 5,
            lines=(),
            payment_reference=kid(number),
            payment_iban=ACCOUNTS[PAID_ON[number % 2]].iban,
            debtor_kind="CONSUMER",
            debtor_country="NO",
            language_code="NO",
            distribution_channel=None,
            payment_control=True,
            agreement_version=1,
            accepted_date=date(2025, 7, 15),
        )

    def step(self, number: int, level: int, fee_minor: int, stage: Any) -> CaseStepReached:
        component: Any = "REMINDER_FEE" if stage == "REMINDER" else "COLLECTION_FEE"
        charge = Charge(
            code="purring", component=component, amount_minor=fee_minor or 1, currency="NOK", statute_row="NO-FEE-TEST"
        )
        return CaseStepReached(
            creditor_id=CREDITORS[number % 2],
            case_id=100_000 + number,
            claim_id=self.name("claim", number),
            step_key=f"{100_000 + number}:1:{level}",
            policy_code="no_consumer",
            policy_version=1,
            level=level,
            step_code="reminder",
            stage=stage,
            as_of=self.bank.day,
            deadline_date=self.bank.day + timedelta(days=14),
            channel="EMAIL",
            template="reminder",
            charges=(charge,) if fee_minor else (),
            accrue_interest=True,
        )


def kid(number: int) -> str:
    return generate("NO_KID_MOD10", f"100{number % 2}{number:06}")
