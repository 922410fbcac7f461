"""No level is skipped or repeated, whatever happens in between: the engine against a brute-force evaluator.

The decisions alone on histories that Hypothesis seeks and shrinks; the whole engine, with two workers on one database, on
seeded ones.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st
from services.lifecycle.tests.factories import (
    CREDITOR,
    a_change,
    a_letter,
    a_settlement,
    an_action,
    an_agreement,
    an_invoice,
)
from services.lifecycle.tests.properties.brute_force import Fact, History, brute_force
from services.lifecycle.tests.properties.histories import DUE, UNTIL, document, random_history
from sqlalchemy import text

from contracts import Balance, ClaimChanged, DunningPolicy
from lifecycle.domain import work
from lifecycle.domain.actions import Action, perform
from lifecycle.domain.case import (
    Case,
    SettledCause,
    changed,
    held,
    kept_promise,
    plan_followed,
    received,
    resumed,
    settled,
    unflagged,
)
from lifecycle.domain.overrides import OverrideForbidden, as_agreed, overridden, wanted_policy
from lifecycle.domain.states import ActionCode
from lifecycle.domain.transitions import WorkForbidden
from lifecycle.domain.work import Done, WorkRefused
from lifecycle.override_queries import Target
from lifecycle.use_cases.actions import apply_actions
from lifecycle.use_cases.cases import copy_agreements, new_case, open_cases
from lifecycle.use_cases.claims import ClaimFact, apply_claim_facts
from lifecycle.use_cases.overrides import remove_override, set_override
from lifecycle.use_cases.reviews import review, review_cases
from lifecycle.use_cases.timeline import record_messages
from lifecycle.use_cases.work import do_work, flag_debtor, lift_debtor_flag
from runtime.database import Database, Session

DAY = timedelta(days=1)
FLAG = "INSOLVENT"
ACTIONS: dict[str, ActionCode] = {
    "PAUSE": "PAUSE",
    "RESUME": "RESUME",
    "OBJECT": "OBJECTION",
    "PLAN": "PAYMENTPLAN",
    "MOVE_DUE": "DUEDATE",
}


class Ledger:
    """What is owed of one claim, and the facts that payment control would tell."""

    def __init__(self, history: History, case_id: int) -> None:
        self.case_id, self.version = case_id, 1
        self.principal, self.interest = history.principal, 0
        self.payments: list[tuple[UUID, int, int]] = []

    def facts(self, fact: Fact) -> list[ClaimFact]:
        if fact.kind == "TAKE_BACK":
            if not self.payments:
                return []
            cause_id, interest, principal = self.payments.pop()
            return self._told(fact, "PAYMENT_REVERSED", interest, principal, cause_id)
        if self.principal + self.interest == 0:
            return []
        if fact.kind == "INTEREST":
            return self._told(fact, "INTEREST_ACCRUED", fact.amount // 10, 0, uuid4())
        if fact.kind == "CREDIT":
            principal = min(fact.amount, self.principal)
            waived = self.interest if principal == self.principal else 0
            return self._told(fact, "CREDITED", -waived, -principal, uuid4())
        interest = min(fact.amount, self.interest)
        principal = min(fact.amount - interest, self.principal)
        cause_id = uuid4()
        self.payments.append((cause_id, interest, principal))
        return self._told(fact, "PAYMENT_ALLOCATED", -interest, -principal, cause_id)

    def _told(self, fact: Fact, cause: str, interest: int, principal: int, cause_id: UUID) -> list[ClaimFact]:
        self.principal, self.interest = self.principal + principal, self.interest + interest
        self.version += 1
        change: ClaimChanged = a_change(self.version, self.principal, fact.day, self.case_id, cause=cause)
        parts = (change.parts[0].model_copy(update={"amount_minor": interest + principal}),)
        balance = Balance(principal_minor=self.principal, interest_minor=self.interest, fees_minor=0)
        told: list[ClaimFact] = [change.model_copy(update={"parts": parts, "cause_id": cause_id, "balance": balance})]
        if self.principal + self.interest == 0:
            settled_by = "CREDITED" if cause == "CREDITED" else "PAID"
            told.append(a_settlement(self.version, fact.day, self.case_id, cause=settled_by))
        return told


def works(fact: Fact) -> Callable[[Case], Done] | None:
    """What is asked of a case directly."""
    match fact.kind:
        case "DISPUTE_PART":
            return lambda case: work.dispute(case, "Part of it", [], fact.amount, None, fact.day)
        case "RESOLVE":
            return lambda case: work.resolve_dispute(case, "REJECTED", fact.day)
        case "PROMISE":
            assert fact.until is not None
            promised = fact.until
            return lambda case: work.promise(case, fact.amount, promised, fact.day)
        case _:
            return None


class InMemory:
    """A case with the engine's own rules about it, without a database."""

    def __init__(self, history: History) -> None:
        agreement = an_agreement("own").agreement
        policy = DunningPolicy.model_validate(document(history.ladder))
        agreement = agreement.model_copy(update={"dunning_policies": (policy,), "small_balance_minor": history.small})
        invoice = an_invoice(due_date=history.due, gross_minor=history.principal)
        self.case, self.ledger = new_case(invoice, agreement), Ledger(history, invoice.case_id)
        self.flagged, self.overrides = False, 0
        self.refused: set[Fact] = set()
        self.events: list[tuple[date, str]] = []

    def live(self, history: History) -> None:
        day = history.due
        while day <= UNTIL:
            for fact in history.facts:
                if fact.day == day:
                    self.happens(fact)
            if (due := self.case.next_review_date) is not None and due <= day:
                self.sweep(day)
            day += DAY

    def sweep(self, day: date) -> None:
        found = review(self.case, day, ())
        assert found.decision is not None, found.after.failure
        self.case = found.after
        told = [("resumed", found.decision.resume), ("overdue", found.decision.overdue)]
        self.events += [(day, what) for what, happened in told if happened]
        if found.step_taken:
            self.events.append((day, f"letter {found.step_taken.step_code}"))

    def happens(self, fact: Fact) -> None:
        if (asked := works(fact)) is not None:
            try:
                self.case = asked(self.case).case
            except (WorkForbidden, WorkRefused):
                return
        elif fact.kind in ACTIONS:
            self.case = perform(self.case, an_asked_action(fact)).case
        elif fact.kind in ("FLAG", "UNFLAG"):
            self.flag(fact)
        elif fact.kind in ("OVERRIDE", "AGREED"):
            self.override(fact)
        else:
            self.money(fact)

    def money(self, fact: Fact) -> None:
        for told in self.ledger.facts(fact):
            if isinstance(told, ClaimChanged):
                owed = told.balance
                reversal = told.cause == "PAYMENT_REVERSED"
                balance = (owed.principal_minor, owed.interest_minor, owed.fees_minor)
                case = changed(self.case, told.claim_version, *balance, fact.day, reversal=reversal)
                if told.cause in ("PAYMENT_ALLOCATED", "PAYMENT_REVERSED"):
                    case = received(case, -sum(part.amount_minor for part in told.parts), told.claim_version)
                case = plan_followed(case)
                self.case = kept_promise(case, fact.day) or case
            else:
                cause: SettledCause = "CREDITED" if fact.kind == "CREDIT" else "PAID"
                self.case = settled(self.case, self.ledger.version, cause, fact.day)
        if self.flagged and self.case.situation.at_work and not self.case.flagged:
            self.case = held(self.case, "FLAG", None)

    def flag(self, fact: Fact) -> None:
        if fact.kind == "FLAG":
            self.flagged = True
            if self.case.situation.at_work and not self.case.flagged:
                self.case = held(self.case, "FLAG", None)
            return
        if self.flagged and self.case.flagged:
            self.case = unflagged(self.case) if self.case.closed else resumed(self.case, fact.day)
        self.flagged = False

    def override(self, fact: Fact) -> None:
        self.overrides += 1
        try:
            if fact.kind == "AGREED":
                self.case = as_agreed(self.case)
            else:
                wanted = wanted_policy(document(fact.ladder, "other"), self.case)
                self.case = overridden(self.case, wanted, "CASE", self.overrides)
        except OverrideForbidden:
            self.refused.add(fact)


def an_asked_action(fact: Fact) -> Action:
    code = ACTIONS[fact.kind]
    plan = fact.kind == "PLAN"
    return Action(
        code,
        fact.day,
        due_date=fact.until,
        until_date=None if plan else fact.until,
        action_id=uuid4(),
        instalment_count=fact.count if plan else None,
        first_instalment_date=fact.until if plan else None,
        instalment_every="WEEK" if plan else None,
    )


@given(st.integers(0, 2**48))
@settings(max_examples=300, deadline=None)
def test_the_engine_does_what_the_brute_force_evaluator_says(seed: int) -> None:
    history = random_history(Random(seed))
    engine = InMemory(history)
    engine.live(history)
    assert engine.events == brute_force(history, UNTIL, frozenset(engine.refused))


@given(st.integers(0, 2**48))
@settings(max_examples=100, deadline=None)
def test_no_letter_goes_twice_and_none_before_the_one_before_it(seed: int) -> None:
    history = random_history(Random(seed))
    facts = tuple(fact for fact in history.facts if fact.kind not in ("OVERRIDE", "AGREED"))
    engine = InMemory(history := replace(history, facts=facts))
    engine.live(history)
    letters = [what.removeprefix("letter ") for _, what in engine.events if what.startswith("letter")]
    ladder = [rung.code for rung in history.ladder]
    assert letters == sorted(set(letters), key=ladder.index)


@dataclass(frozen=True, slots=True)
class Told:
    """A case's number, and its story."""

    case_id: int
    history: History
    debtor_id: UUID
    ledger: Ledger


async def tell_facts(session: Session, creditor: UUID, stories: Sequence[Told], day: date, refused: set[Fact]) -> None:
    """One after the other, as they came in."""
    for told in stories:
        for fact in (fact for fact in told.history.facts if fact.day == day):
            asked = works(fact)
            if asked is not None:
                try:
                    await do_work(session, creditor, told.case_id, asked, day)
                except (WorkForbidden, WorkRefused):
                    continue
            elif fact.kind in ACTIONS:
                wish = an_asked_action(fact)
                changes = {name: getattr(wish, name) for name in ("due_date", "until_date", "instalment_count")}
                changes |= {name: getattr(wish, name) for name in ("first_instalment_date", "instalment_every")}
                await apply_actions(session, [an_action(wish.code, day, told.case_id, **changes)])
            elif fact.kind == "FLAG":
                await flag_debtor(session, creditor, told.debtor_id, FLAG, "", day)
            elif fact.kind == "UNFLAG":
                await lift_debtor_flag(session, creditor, told.debtor_id, FLAG, day)
            elif fact.kind in ("OVERRIDE", "AGREED"):
                target = Target(creditor, case_id=told.case_id)
                try:
                    if fact.kind == "AGREED":
                        await remove_override(session, target, "", day)
                    else:
                        await set_override(session, target, document(fact.ladder, "other"), "", day)
                except OverrideForbidden:
                    refused.add(fact)
            else:
                await apply_claim_facts(session, told.ledger.facts(fact))


async def letters_leave(session: Session, day: date) -> None:
    rows = await session.execute(text("SELECT case_id, step_key FROM case_step WHERE as_of = :day"), {"day": day})
    sent = [a_letter(day, row.case_id).model_copy(update={"step_key": row.step_key}) for row in rows]
    if sent:
        await record_messages(session, sent)


async def two_workers(database: Database, day: date) -> None:
    """Both sweep the day until nothing is left of it, a few cases at a time."""

    async def worker() -> None:
        while True:
            async with database.transaction() as session:
                if not await review_cases(session, day, limit=5):
                    return

    await asyncio.gather(worker(), worker())


async def play(
    database: Database, histories: Sequence[History], sweep: Callable[[Database, date], Awaitable[None]], *, late: bool
) -> tuple[dict[int, list[tuple[date, str]]], set[Fact]]:
    """The histories on one database; `late` sweeps a day only when the next facts come, as of that day."""
    stories: list[Told] = []
    refused: set[Fact] = set()
    async with database.transaction() as session:
        for number, history in enumerate(histories, 1):
            agreement = an_agreement("own", version=number)
            own = (DunningPolicy.model_validate(document(history.ladder)),)
            terms = agreement.agreement.model_copy(update={"dunning_policies": own})
            await copy_agreements(session, [agreement.model_copy(update={"agreement": terms})])
            told = Told(200_000 + number, history, uuid4(), Ledger(history, 200_000 + number))
            invoice = an_invoice(
                told.case_id, agreement_version=number, debtor_id=told.debtor_id, gross_minor=history.principal
            )
            await open_cases(session, [invoice])
            stories.append(told)
    creditor = CREDITOR
    days = {fact.day for history in histories for fact in history.facts}
    day, swept = DUE, DUE - DAY
    while day <= UNTIL:
        if day in days:
            async with database.transaction() as session:
                await tell_facts(session, creditor, stories, day, refused)
        if not late or day + DAY in days or day == UNTIL:
            while swept < day:
                swept += DAY
                await sweep(database, swept)
                async with database.transaction() as session:
                    await letters_leave(session, swept)
        day += DAY
    return await story(database), refused


async def story(database: Database) -> dict[int, list[tuple[date, str]]]:
    """What the timelines tell of each case's sweeps and letters."""
    found: dict[int, list[tuple[date, str]]] = {}
    async with database.transaction() as session:
        rows = await session.execute(
            text(
                "SELECT case_id, entry_date, kind, text, ids::text FROM timeline_entry"
                " WHERE kind IN ('OVERDUE', 'STEP') OR kind = 'RESUMED' AND text LIKE 'The hold ended%' ORDER BY position"
            )
        )
        codes = {
            row.step_key: row.step_code
            for row in await session.execute(text("SELECT step_key, step_code FROM case_step"))
        }
        for row in rows:
            what = row.kind.lower() if row.kind != "STEP" else f"letter {codes[json.loads(row.ids)['step_key']]}"
            found.setdefault(row.case_id, []).append((row.entry_date, what))
    return found


async def test_two_workers_and_a_late_one_do_what_the_evaluator_says(
    databases_pair: tuple[Database, Database],
) -> None:
    rng = Random(20251001)
    histories = [random_history(rng) for _ in range(25)]
    in_time, late = databases_pair
    together, refused = await play(in_time, histories, two_workers, late=False)
    alone, _ = await play(late, histories, one_worker, late=True)

    expected = {
        200_000 + number: events
        for number, history in enumerate(histories, 1)
        if (events := brute_force(history, UNTIL, frozenset(refused)))
    }
    assert together == expected
    assert alone == expected
    for database in databases_pair:
        async with database.transaction() as session:
            told = await session.execute(
                text(
                    "SELECT count(*), count(DISTINCT event_key) FROM (SELECT convert_from(payload, 'UTF8')::json ->> 'step_key' AS event_key"
                    " FROM outbox WHERE aggregatetype = 'case.step.reached') AS steps"
                )
            )
            assert len(set(told.one())) == 1


async def one_worker(database: Database, day: date) -> None:
    async with database.transaction() as session:
        await review_cases(session, day)
