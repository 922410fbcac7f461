"""Everything that can happen to money, in any order, on a real database; the books agree after every single step."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from contracts import PayoutInitiated
from payment_control.domain.decisions import DecisionConflict, DecisionRefused
from payment_control.domain.owed import COMPONENTS, Component, Part
from payment_control.domain.relief import ClaimNotOpen, MoreThanOwed, NotCorrectable
from payment_control.queries.client_funds import list_cover
from payment_control.use_cases import client_money, decisions, refunds
from payment_control.use_cases.second_person import Word
from runtime.database import Database

FIRST_DAY = date(2025, 9, 16)
CLAIMS = range(1, 4)
LIMITS = {"NOK": 10_000_000}
REFUSALS = (DecisionConflict, DecisionRefused, ClaimNotOpen, MoreThanOwed, NotCorrectable)

numbers = st.sampled_from(CLAIMS)
amounts = st.integers(1, 90_000)


def test_the_books_agree_after_every_step(database_url: str, office: Any) -> None:
    class OnThisDatabase(LedgerMachine):
        url, offices = database_url, type(office)

    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=6,
            stateful_step_count=16,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


class LedgerMachine(RuleBasedStateMachine):
    """An office, its bank and what both know. `balance` is the bank's own truth, `received` what payers sent."""

    url: str
    offices: Any

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.database: Database = self.loop.run(self.connect())
        self.office: Any = type(self).offices(self.database)
        self.day, self.level, self.serial = FIRST_DAY, 0, 0
        self.balance = self.stated = self.received = 0
        self.lines_of_the_day: list[str] = []
        self.sent: list[tuple[str, int]] = []
        self.files: list[bytes] = []
        self.done: list[tuple[int, Any]] = []
        self.waiting: list[tuple[str, int]] = []
        self.strangers = 0

    async def connect(self) -> Database:
        """A database without the rows of the example before."""
        database = Database(self.url)
        async with database.transaction() as session:
            tables = await session.execute(
                text(
                    "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'"
                    " AND tablename NOT IN ('clock', 'alembic_version')"
                )
            )
            await session.execute(text(f"TRUNCATE {tables.scalar_one()}"))
        return database

    def teardown(self) -> None:
        self.loop.run(self.database.close())
        self.loop.close()

    def run(self, work: Any) -> Any:
        return self.loop.run(work)

    @initialize()
    def claims_are_open(self) -> None:
        invoices = [self.office.invoice(number, gross_minor=number * 40_000) for number in CLAIMS]
        self.run(self.office.has_claims(*invoices, small_balance_minor=1_000))

    # the bank

    @rule(number=numbers, amount=amounts)
    def a_debtor_pays(self, number: int, amount: int) -> None:
        self.pays(self.office.kid(number), amount)

    @rule(amount=amounts)
    def a_stranger_pays(self, amount: int) -> None:
        self.pays(self.office.kid(90 + self.strangers % 3), amount)

    def pays(self, kid: str, amount: int) -> None:
        self.serial += 1
        self.brings(self.office.giro(kid, amount, self.day, archive_number=str(self.serial)))
        self.sent.append((kid, amount))
        self.balance += amount
        self.received += amount

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def the_bank_takes_a_payment_back(self, data: st.DataObject) -> None:
        kid, amount = data.draw(st.sampled_from(self.sent))
        self.sent.remove((kid, amount))
        self.serial += 1
        number = str(self.serial)
        self.brings(self.office.giro(kid, amount, self.day, transaction_type=18, archive_number=number))
        self.balance -= amount

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def a_file_comes_again(self, data: st.DataObject) -> None:
        again = self.run(self.office.imports(data.draw(st.sampled_from(self.files))))
        assert again.registered == 0

    @rule(amount=st.integers(1, 20_000))
    def settlement_orders_a_payout(self, amount: int) -> None:
        self.serial += 1
        self.waiting.append((f"{self.serial}-C1", amount))
        event = PayoutInitiated(
            creditor_id=self.office.creditor_id,
            payout_id=uuid4(),
            settlement_id=uuid4(),
            kind="CREDITOR",
            attempt=1,
            account_id="NOK-OCR",
            amount_minor=amount,
            currency="NOK",
            end_to_end_id=self.waiting[-1][0],
            requested_date=self.day,
        )
        self.run(self.office.handle(event))

    @rule(is_debited=st.booleans())
    def the_day_ends_with_a_statement(self, is_debited: bool) -> None:
        """The bank states one sum for the day's giro files, and each payout it debited."""
        lump = self.balance - self.stated
        entries = [self.entry(lump, "OCR")] if lump else []
        for name, amount in self.waiting if is_debited else []:
            entries.append(self.entry(-amount, name))
            self.balance -= amount
        self.waiting = [] if is_debited else self.waiting
        balances = [self.balance_of("OPBD", self.stated), self.balance_of("CLBD", self.balance)]
        account = self.office.accounts[0].iban
        content = self.office.camt(*balances, *entries, account=account, kind="camt.053")
        self.run(self.office.imports(content))
        self.stated = self.balance
        self.day += timedelta(days=1)
        self.run(self.judge())
        # what the bank took back after its money was refunded is missing, and nothing else is
        [twice] = self.run(
            self.office.rows("SELECT coalesce(sum(refunded_minor), 0) AS minor FROM payment WHERE status = 'REVERSED'")
        )
        assert all(-twice.minor <= cover.excess_minor <= 0 for cover in self.run(self.cover()))

    async def judge(self) -> None:
        async with self.database.transaction() as session:
            await client_money.judge_days(session, self.day)
            await client_money.watch_cover(session, self.day)

    def brings(self, *payments: Any) -> None:
        content = self.office.ocr(*payments)
        self.files.append(content)
        self.run(self.office.imports(content))

    def entry(self, amount: int, name: str) -> str:
        return self.office.entry(
            f"{abs(amount) / 100:.2f}",
            note=name,
            sign="CRDT" if amount > 0 else "DBIT",
            inside=f"<Refs><EndToEndId>{name}</EndToEndId></Refs>",
            bank_reference=f"{self.day}-{name}",
            booked=str(self.day),
        )

    def balance_of(self, kind: str, amount: int) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='NOK'>{abs(amount) / 100:.2f}</Amt>"
            f"<CdtDbtInd>{'CRDT' if amount >= 0 else 'DBIT'}</CdtDbtInd><Dt><Dt>{self.day}</Dt></Dt></Bal>"
        )

    # lifecycle and the creditor

    @rule(number=numbers, fee=st.sampled_from([0, 3_500]))
    def a_step_is_reached(self, number: int, fee: int) -> None:
        self.level += 1
        self.run(self.office.handle(self.office.step(number, self.level, fee_minor=fee, as_of=self.day)))

    @rule(number=numbers, code=st.sampled_from(["DIRECTPAYMENT", "CREDITNOTE"]), amount=st.integers(1, 30_000))
    def the_creditor_tells_of_money(self, number: int, code: str, amount: int) -> None:
        action = self.office.action(code, amount, number, requested_date=self.day, action_id=uuid4())
        self.run(self.office.handle(action))

    @precondition(lambda self: self.strangers < 3)
    @rule()
    def an_invoice_comes_late(self) -> None:
        self.strangers += 1
        self.run(self.office.handle(self.office.invoice(89 + self.strangers, gross_minor=25_000)))

    # the office

    @rule(number=numbers, component=st.sampled_from(COMPONENTS), amount=st.integers(1, 5_000))
    def something_is_waived(self, number: int, component: Component, amount: int) -> None:
        self.decides(decisions.lower_claim, 100_000 + number, [Part(component, amount)], self.day, LIMITS, case=number)

    @rule(number=numbers)
    def a_claim_is_written_off(self, number: int) -> None:
        self.decides(decisions.lower_claim, 100_000 + number, None, self.day, LIMITS, case=number)

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def a_decision_is_corrected(self, data: st.DataObject) -> None:
        number, cause = data.draw(st.sampled_from(self.done))
        self.decides(decisions.correct_claim, 100_000 + number, cause, self.day)

    @rule(first=numbers, part=st.integers(1, 90_000), keep_rest=st.booleans(), data=st.data())
    def a_queued_payment_is_matched_by_hand(self, first: int, part: int, keep_rest: bool, data: st.DataObject) -> None:
        if line := self.a_line(data, "unmatched_minor > 0"):
            share = decisions.HandShare(100_000 + first, min(part, line.unmatched_minor))
            self.decides(decisions.match_by_hand, line.payment_id, [share], self.day, keep_rest=keep_rest)

    @rule(data=st.data())
    def a_queued_payment_is_not_ours(self, data: st.DataObject) -> None:
        if line := self.a_line(data, "unmatched_minor > 0"):
            self.decides(decisions.disown, line.payment_id, self.day, LIMITS)

    @rule(amount=st.none() | amounts, outcome=st.sampled_from(["asked", "sent", "paid", "failed"]), data=st.data())
    def money_is_refunded(self, amount: int | None, outcome: str, data: st.DataObject) -> None:
        """Asked for; settlement may have told of it, and the bank may have debited it on its next statement."""
        line = self.a_line(data, "unmatched_minor + not_ours_minor + surplus_minor > 0")
        if line is None:
            return
        asked = refunds.RefundAsked(line.payment_id, amount, payee_name="Kari", payee_account="NO9386011117947")
        decision_id = self.decides(refunds.ask_refund, asked, self.day, LIMITS)
        if decision_id is None or outcome == "asked":
            return
        [refund] = self.run(self.office.rows("SELECT * FROM refund WHERE refund_id = :id", id=decision_id))
        sent, paid, failed = self.office.words_on(refund)
        self.run(self.office.handle(sent))
        if outcome == "paid":
            self.waiting.append((sent.end_to_end_id, refund.amount_minor))
            self.run(self.office.handle(paid))
        elif outcome == "failed":
            self.run(self.office.handle(failed))

    def a_line(self, data: st.DataObject, condition: str) -> Any | None:
        found = self.run(
            self.office.rows(f"SELECT * FROM payment WHERE status <> 'REVERSED' AND {condition} ORDER BY fingerprint")
        )
        return data.draw(st.sampled_from(found)) if found else None

    def decides(self, act: Any, *arguments: Any, case: int | None = None, **more: Any) -> Any | None:
        """What is refused leaves nothing behind; what is done is known by the id of the decision."""
        word = Word(uuid4(), "anne", "chance")

        async def attempt() -> bool:
            try:
                async with self.database.transaction() as session:
                    await act(session, word, *arguments, **more)
            except REFUSALS:
                return False
            return True

        if not self.run(attempt()):
            return None
        if case is not None:
            self.done.append((case, word.decision_id))
        return word.decision_id

    # what must hold at every instant

    @invariant()
    def a_claim_is_the_sum_of_its_entries(self) -> None:
        assert self.run(self.office.unexplained_claims()) == []

    @invariant()
    def every_payment_is_in_its_places_and_none_is_lost(self) -> None:
        [sums] = self.run(
            self.office.rows(
                """
                SELECT coalesce(sum(amount_minor), 0) AS received,
                    coalesce(sum(allocated_minor + surplus_minor + refunded_minor + not_ours_minor + unmatched_minor), 0)
                        AS placed,
                    count(*) FILTER (WHERE (status = 'UNMATCHED') <> (unmatched_minor > 0 AND status <> 'REVERSED'))
                        AS astray
                FROM payment
                """
            )
        )
        assert (sums.received, sums.placed, sums.astray) == (self.received, self.received, 0)

    @invariant()
    def claims_fell_by_what_was_allocated_and_settlement_was_told_so(self) -> None:
        [sums] = self.run(
            self.office.rows(
                """
                SELECT (SELECT coalesce(sum(allocated_minor), 0) FROM payment WHERE status <> 'REVERSED') AS allocated,
                    (SELECT coalesce(-sum(amount_minor), 0) FROM claim_entry
                     WHERE kind IN ('PAYMENT_ALLOCATED', 'REVERSED')) AS fallen
                """
            )
        )
        events = self.run(self.office.announced("payment.allocated", "payment.reversed"))
        told = sum(
            part.amount_minor if event.topic == "payment.allocated" else -part.amount_minor
            for event in events
            for part in event.parts
        )
        assert sums.allocated == sums.fallen == told

    @invariant()
    def the_balance_last_told_is_the_balance(self) -> None:
        last = {event.claim_id: event for event in self.run(self.office.announced("claim.charged", "claim.changed"))}
        for claim in self.run(self.office.rows("SELECT * FROM claim")):
            if event := last.get(claim.claim_id):
                fees = claim.reminder_fee_minor + claim.collection_fee_minor + claim.compensation_minor
                told = (event.balance.principal_minor, event.balance.interest_minor, event.balance.fees_minor)
                assert (event.claim_version, told) == (
                    claim.claim_version,
                    (claim.principal_minor, claim.interest_minor, fees),
                )

    @invariant()
    def every_statement_is_explained_to_the_minor_unit(self) -> None:
        wrong = self.run(
            self.office.rows("SELECT * FROM reconciled_day WHERE difference_minor <> 0 AND day < :day", day=self.day)
        )
        assert wrong == []
        assert self.run(self.office.rows("SELECT * FROM client_money_alert WHERE kind = 'DIFFERENCE'")) == []

    async def cover(self) -> Any:
        async with self.database.transaction() as session:
            return await list_cover(session)
