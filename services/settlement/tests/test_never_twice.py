"""Whatever crashes, comes twice or comes late: each creditor gets what it is owed once, and can add it up."""

import random
from collections import Counter, defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as with_settings
from hypothesis import strategies as st
from lxml import etree
from sqlalchemy import event as sql_event

from runtime.database import Database
from settlement.channels import FolderChannel
from settlement.couriers import deliver_orders
from settlement.settings import Settings
from settlement.use_cases.bank_answers import Answer, BankMessage, take_answers

FIRST = date(2025, 9, 1)
TABLES = (
    "accrual_line, payout, payment_order, settlement, settlement_run, settlement_counter, bank_message, inbox, outbox"
)


class Crash(Exception):
    """The process dies here."""


@dataclass
class ModelBank:
    """Takes each message id once and answers in files that get lost in the post, doubled and mixed up."""

    dice: random.Random
    taken: set[str] = field(default_factory=set[str])
    paid: Counter[str] = field(default_factory=Counter[str])
    returned: Counter[str] = field(default_factory=Counter[str])
    post: list[BankMessage] = field(default_factory=list[BankMessage])
    sent: list[BankMessage] = field(default_factory=list[BankMessage])
    honest: bool = False

    def read(self, folder: Path) -> None:
        for path in sorted(folder.glob("*.xml")):
            self._take(etree.fromstring(path.read_bytes()))
            path.unlink()

    def _take(self, root: Any) -> None:
        message_id = root.findtext(".//{*}GrpHdr/{*}MsgId")
        if message_id in self.taken:
            return  # answered DUPL, which tells nothing new
        self.taken.add(message_id)
        for transfer in root.iterfind(".//{*}CdtTrfTxInf"):
            end_to_end_id = transfer.findtext(".//{*}EndToEndId")
            minor = round(float(transfer.findtext(".//{*}InstdAmt")) * 100)
            self._decide(end_to_end_id, minor)

    def _decide(self, end_to_end_id: str, minor: int) -> None:
        outcome = "pay" if self.honest else self.dice.choice(("pay", "pay", "reject", "return"))
        answer = Answer("ACCEPTED", end_to_end_id)
        if outcome == "reject":
            self._send(replace(answer, kind="REJECTED", reason="AC04"))
            return
        moved = replace(answer, kind="DEBITED", amount_minor=minor, currency="NOK", booking_date=FIRST)
        self.paid[end_to_end_id] += minor
        self._send(answer)
        self._send(moved)
        if outcome == "return":
            self.returned[end_to_end_id] += minor
            self._send(replace(moved, kind="RETURNED", reason="AC04"))

    def _send(self, answer: Answer) -> None:
        number = len(self.sent)
        message = BankMessage(f"answer-{number}.xml", f"{number}", "pain.002", (answer,))
        self.sent.append(message)
        self.post.append(message)

    def deliver(self) -> list[BankMessage]:
        """Some of what is in the post, in any order, and now and then a copy of something old under another name."""
        self.dice.shuffle(self.post)
        count = len(self.post) if self.honest else self.dice.randint(0, len(self.post))
        now, self.post = self.post[:count], self.post[count:]
        if self.sent and self.dice.random() < 0.3:
            old = self.dice.choice(self.sent)
            now.append(replace(old, name=f"copy-of-{old.name}"))
        return now


@contextmanager
def dying_at(database: Database, statement: int) -> Generator[None]:
    """The process dies at the given statement of the block, if there are as many; its transaction is lost."""
    engine, left = database.engine.sync_engine, [statement]

    def count(*_: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Crash

    sql_event.listen(engine, "before_cursor_execute", count)
    try:
        yield
    except Crash:
        pass
    finally:
        sql_event.remove(engine, "before_cursor_execute", count)


@dataclass
class World:
    """Settlement, a bank, and bad luck."""

    office: Any
    facts: Any
    database: Database
    channel: FolderChannel
    bank: ModelBank
    dice: random.Random
    day: date = FIRST
    allocated: list[Any] = field(default_factory=list[Any])
    refunded: list[Any] = field(default_factory=list[Any])

    async def money_comes(self) -> None:
        number = len(self.allocated) + 1
        creditor_id = self.dice.choice((self.facts.creditor_id, self.facts.other_creditor_id))
        parts = {"PRINCIPAL": self.dice.randint(1, 90_000), "REMINDER_FEE": self.dice.randint(0, 7_000)}
        fact = self.facts.allocated(number, creditor_id=creditor_id, as_of=self.day, stage="COLLECTION", **parts)
        self.allocated.append(fact)
        await self.office.hear(fact)
        if self.dice.random() < 0.3:
            await self.office.hear(self.dice.choice(self.allocated))

    async def money_is_taken_back(self) -> None:
        if self.allocated:
            await self.office.hear(self.facts.reversed(self.dice.choice(self.allocated), as_of=self.day))

    async def a_payer_is_refunded(self) -> None:
        number = len(self.refunded) + 1
        fact = self.facts.refund(number, amount_minor=self.dice.randint(1, 50_000), requested_date=self.day)
        self.refunded.append(fact)
        await self.office.hear(fact)
        if self.dice.random() < 0.3:
            await self.office.hear(self.dice.choice(self.refunded))

    async def a_day_passes(self) -> None:
        self.day += timedelta(days=self.dice.randint(1, 4))
        await self.office.set_date(self.day)
        await self.timers_run()

    async def timers_run(self) -> None:
        with dying_at(self.database, self.dice.randint(1, 60)):
            await self.office.run(self.day)

    async def orders_go_out(self) -> None:
        with dying_at(self.database, self.dice.randint(1, 4)):
            await deliver_orders(self.database, self.channel)

    async def the_bank_works(self) -> None:
        self.bank.read(self.channel.folder)

    async def answers_come(self) -> None:
        messages = self.bank.deliver()
        if messages:
            with dying_at(self.database, self.dice.randint(1, 12)):
                await self._take(messages)
            await self._take(messages)

    async def _take(self, messages: list[BankMessage]) -> None:
        async with self.database.transaction() as session:
            await take_answers(session, messages)

    async def quiet_weeks(self) -> None:
        """Nothing crashes, the bank is honest: what is owed gets paid."""
        self.bank.honest = True
        for _ in range(20):
            self.day += timedelta(days=1)
            await self.office.set_date(self.day)
            await self.office.run(self.day)
            await deliver_orders(self.database, self.channel)
            self.bank.read(self.channel.folder)
            while messages := self.bank.deliver():
                await self._take(messages)
                if not self.bank.post:
                    break


async def check_nothing_paid_twice(world: World) -> None:
    """Of one transfer at most one attempt stands, also in what the bank did."""
    standing: defaultdict[tuple[UUID | None, UUID | None, str, int], int] = defaultdict(int)
    for row in await world.office.rows("SELECT * FROM payout"):
        paid, returned = world.bank.paid[row.end_to_end_id], world.bank.returned[row.end_to_end_id]
        assert paid in (0, row.amount_minor)
        transfer = row.settlement_id, row.refund_id, row.kind, row.part
        standing[transfer] += paid - returned
        assert standing[transfer] <= row.amount_minor


async def check_refunds_are_told_as_the_bank_did_them(world: World) -> None:
    """Each refund is paid, or it failed and nothing of it is gone; what is told of it sums to what the bank did."""
    told = {topic: await world.office.told(topic) for topic in ("refund.sent", "refund.paid", "refund.failed")}
    for fact in world.refunded:
        name = f"R{fact.refund_id.hex}"
        mine = {topic: [one for one in facts if one["end_to_end_id"] == name] for topic, facts in told.items()}
        assert all(len(facts) <= 1 for facts in mine.values())
        assert len(mine["refund.sent"]) == 1
        back = [one for one in mine["refund.failed"] if one["returned"]]
        assert world.bank.paid[name] == len(mine["refund.paid"]) * fact.amount_minor
        assert world.bank.returned[name] == len(back) * fact.amount_minor
        assert mine["refund.paid"] or mine["refund.failed"]


async def check_each_payout_is_its_lines(world: World, call: Any) -> None:
    """The statement a creditor can rebuild: what came in = what was paid out + what is still open + our part."""
    for creditor_id in (world.facts.creditor_id, world.facts.other_creditor_id):
        heard = await world.office.rows("SELECT line_id, creditor_id, allocated_minor, settlement_id FROM accrual_line")
        mine = {row.line_id: row for row in heard if row.creditor_id == creditor_id}
        period = f"from_date=2025-01-01&to_date={world.day}"
        settlements = (await call("GET", f"/settlements?{period}", creditor_id)).json()["settlements"]
        seen: list[str] = []
        collected_minor = 0
        for settlement in settlements:
            path = f"/settlements/{settlement['settlement_number']}/payouts"
            told = (await call("GET", path, creditor_id)).json()
            assert sum(payout["amount_minor"] for payout in told["payouts"]) == told["net_minor"]
            for payout in told["payouts"]:
                assert sum(line["net_minor"] for line in payout["lines"]) == payout["amount_minor"]
                seen += [line["line_id"] for line in payout["lines"]]
                collected_minor += sum(line["collected_minor"] for line in payout["lines"])
                if payout["status"] == "CONFIRMED":
                    last = payout["attempts"][-1]["end_to_end_id"]
                    assert world.bank.paid[last] - world.bank.returned[last] == payout["amount_minor"]
        assert sorted(seen) == sorted(str(key) for key, row in mine.items() if row.settlement_id is not None)
        upcoming = (await call("GET", "/settlements/upcoming", creditor_id)).json()["upcoming"]
        still_open = sum(row["collected_minor"] for row in upcoming)
        assert collected_minor + still_open == sum(row.allocated_minor for row in mine.values())


@pytest.mark.parametrize("per_invoice", [False, True])
@with_settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(dice=st.randoms(use_true_random=False))
async def test_nothing_is_paid_twice_and_every_payout_is_the_sum_of_its_lines(
    office: Any,
    facts: Any,
    call: Any,
    database: Database,
    settings: Settings,
    dice: random.Random,
    per_invoice: bool,
) -> None:
    folder = settings.bank_drop_folder
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    async with database.transaction() as session:
        await session.exec_driver_sql(f"TRUNCATE {TABLES} CASCADE")
    world = World(office, facts, database, FolderChannel(folder), ModelBank(dice), dice)
    terms = {"payout_per_invoice": per_invoice, "settlement_interval": "DAILY"}
    await office.hear(facts.activated(**terms), facts.activated(facts.other_creditor_id))
    steps = (
        world.money_comes,
        world.money_comes,
        world.money_is_taken_back,
        world.a_payer_is_refunded,
        world.a_day_passes,
        world.a_day_passes,
        world.timers_run,
        world.orders_go_out,
        world.the_bank_works,
        world.answers_come,
        world.answers_come,
    )
    for _ in range(20):
        await dice.choice(steps)()
        await check_nothing_paid_twice(world)
    await world.quiet_weeks()
    await check_nothing_paid_twice(world)
    await check_each_payout_is_its_lines(world, call)
    await check_refunds_are_told_as_the_bank_did_them(world)
    left = await office.rows(
        "SELECT status FROM payout WHERE status <> 'CONFIRMED' AND kind <> 'REFUND' AND attempt < 5 AND NOT EXISTS (SELECT FROM payout AS"
        " later WHERE (later.settlement_id, later.kind, later.part) = (payout.settlement_id, payout.kind, payout.part)"
        " AND later.attempt > payout.attempt)"
    )
    assert left == []
