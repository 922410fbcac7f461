"""Payment control, settlement and accounting on their own databases, and a postman who carries what each of them tells.

Nothing runs by itself: facts and the bank's files lie in boxes until somebody brings them.
"""

import random
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from aiokafka import ConsumerRecord
from money_bank import Letter, MoneyBank
from pydantic import SecretStr
from sqlalchemy import event as sql_event
from sqlalchemy import text

import accounting
import payment_control
import settlement
from accounting.handlers import consumer as accounting_consumer
from contracts import Event
from delivery import Consumer
from fordring.invariants import Books
from fordring.stack.postgres import plain_url
from fordring.stack.topology import CLIENT_ACCOUNTS
from payment_control.couriers import PickupFolder as PaymentFolder
from payment_control.handlers import consumer as payment_consumer
from payment_control.settings import Settings as PaymentSettings
from payment_control.timers import timers as payment_timers
from runtime.clock import Timer, run_timers, start_clock
from runtime.database import Database, Session
from runtime.migrations import migrate
from settlement.channels import FolderChannel
from settlement.couriers import PickupFolder as AnswerFolder
from settlement.couriers import deliver_orders
from settlement.handlers import consumer as settlement_consumer
from settlement.settings import Settings as SettlementSettings
from settlement.timers import timers as settlement_timers

FIRST_DAY = date(2025, 9, 1)
ACCOUNTS = {account.account_id: account for account in CLIENT_ACCOUNTS}
_TAKE = "WITH taken AS (DELETE FROM outbox RETURNING *) SELECT * FROM taken ORDER BY position"


class Crash(Exception):
    """The process dies here."""


@contextmanager
def dying_at(database: Database, statement: int | None) -> Generator[None]:
    """The process dies at the given statement of the block, if there are as many; its transaction is lost."""
    engine, left = database.engine.sync_engine, [statement or 0]

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


def _settings(url: str) -> dict[str, Any]:
    return {
        "database_url": url,
        "kafka_bootstrap": "not used here",
        "environment": "test",
        "clock_start": FIRST_DAY,
        "service_secret": SecretStr("only for these tests, long enough"),
        "client_accounts": [asdict(account) for account in CLIENT_ACCOUNTS],
    }


def _migration_of(package: Any) -> Callable[[str], Awaitable[None]]:

    async def migrated(url: str) -> None:
        database = Database(url)
        await migrate(database, Path(package.__file__).parent / "migrations")
        async with database.transaction() as session:
            await start_clock(session, PaymentSettings(**_settings(url)))
        await database.close()

    return migrated


MIGRATIONS = {package.__name__: _migration_of(package) for package in (payment_control, settlement, accounting)}
"""How an empty database becomes a service's, by the service's name."""


@dataclass
class Service:
    """One service without its process: what waits for it, and what it does when its turn comes."""

    name: str
    database: Database
    consumer: Consumer
    timers: list[Timer] = field(default_factory=list[Timer])
    couriers: Sequence[Callable[[], Awaitable[int]]] = ()
    boxes: dict[str, deque[ConsumerRecord[bytes, bytes]]] = field(
        default_factory=dict[str, deque[ConsumerRecord[bytes, bytes]]]
    )
    brought: list[ConsumerRecord[bytes, bytes]] = field(default_factory=list[ConsumerRecord[bytes, bytes]])
    dies_at: int | None = None
    has_died: bool = False

    @property
    def waiting(self) -> list[ConsumerRecord[bytes, bytes]]:
        return [record for box in self.boxes.values() for record in box]

    def put(self, topic: str, key: str, payload: bytes) -> None:
        if topic in self.consumer.topics:
            record = ConsumerRecord(topic, 0, 0, 0, 0, key.encode(), payload, None, 0, 0, ())
            self.boxes.setdefault(topic, deque()).append(record)

    async def hear(self, most: int, dice: random.Random) -> int:
        """Up to so many facts in one batch: in order within a topic, in any order between topics, some of them again."""
        batch: list[ConsumerRecord[bytes, bytes]] = []
        while len(batch) < most and (filled := sorted(topic for topic, box in self.boxes.items() if box)):
            batch.append(self.boxes[dice.choice(filled)].popleft())
        if not batch:
            return 0
        self.brought += batch
        again = [dice.choice(self.brought)] if dice.random() < 0.3 else []
        await self.consumer.handle(self.database, [*batch, *again])
        return len(batch)

    async def work(self) -> int:
        """All timers and couriers until nothing is due; a process that dies meanwhile starts anew the next time."""
        done, dies_at, self.dies_at = 0, self.dies_at, None
        self.has_died = True
        with dying_at(self.database, dies_at):
            while count := await self._step():
                done += count
            self.has_died = False
        return done

    async def _step(self) -> int:
        done = await run_timers(self.database, self.timers)
        for courier in self.couriers:
            done += await courier()
        return done

    async def do(self, act: Callable[[Session], Awaitable[Any]]) -> Any:
        async with self.database.transaction() as session:
            return await act(session)

    async def rows(self, statement: str) -> list[Any]:
        async with self.database.transaction() as session:
            return list((await session.execute(text(statement))).all())


@dataclass
class MoneyHouse:
    """The services, the bank, and the post between them; the post of those in `slow` stays where it is."""

    services: Mapping[str, Service]
    bank: MoneyBank
    books: Books
    folder: Path
    dice: random.Random
    slow: set[str] = field(default_factory=set[str])
    files: dict[str, list[Letter]] = field(default_factory=dict[str, list[Letter]])

    @classmethod
    async def open(cls, urls: Mapping[str, str], folder: Path, dice: random.Random) -> "MoneyHouse":
        """On new databases and in a new folder."""
        to_bank, to_payments, to_settlement = (folder / name for name in ("to-bank", "payments", "settlement"))
        for one in (to_bank, to_payments, to_settlement):
            one.mkdir(parents=True)
        databases = {name: Database(url, pool_size=2) for name, url in urls.items()}
        payments, payouts = databases["payment_control"], databases["settlement"]
        payment_settings = PaymentSettings(**_settings(urls["payment_control"]), bank_pickup_folder=to_payments)
        settlement_settings = SettlementSettings(
            **_settings(urls["settlement"]), bank_drop_folder=to_bank, bank_pickup_folder=to_settlement
        )
        arrivals, answers = PaymentFolder(to_payments, payment_settings.client_accounts), AnswerFolder(to_settlement)
        services = (
            Service(
                "payment_control",
                payments,
                payment_consumer,
                payment_timers(payment_settings),
                (lambda: arrivals.import_new(payments),),
            ),
            Service(
                "settlement",
                payouts,
                settlement_consumer,
                settlement_timers(settlement_settings),
                (lambda: deliver_orders(payouts, FolderChannel(to_bank)), lambda: answers.take(payouts)),
            ),
            Service("accounting", databases["accounting"], accounting_consumer),
        )
        bank = MoneyBank(FIRST_DAY)
        connections = {name: await asyncpg.connect(plain_url(url)) for name, url in urls.items()}
        # Invoices outside payment control are intake's; accounting keeps the same columns of all invoices.
        connections["intake"] = connections["accounting"]
        books = Books(connections, "http://bank", httpx.AsyncClient(transport=httpx.MockTransport(_balances(bank))))
        return cls({service.name: service for service in services}, bank, books, folder, dice)

    async def close(self) -> None:
        await self.books.bank.aclose()
        for service in self.services.values():
            await self.books.connections[service.name].close()
            await service.database.close()

    def tell(self, *events: Event) -> None:
        """What services that are not here announce."""
        for event in events:
            self._put(event.topic, event.key, event.model_dump_json().encode())

    def _put(self, topic: str, key: str, payload: bytes) -> None:
        for service in self.services.values():
            service.put(topic, key, payload)

    async def collect(self, service: Service) -> None:
        """Take what a service announced; nothing of it is ever parked."""
        for row in await service.rows(_TAKE):
            assert not row.aggregatetype.endswith(".dead"), f"{row.aggregatetype}: {row.extra} {row.payload}"
            self._put(row.aggregatetype, row.aggregateid, bytes(row.payload))

    def collect_files(self) -> None:
        """Take what the bank and Nets wrote: both services read what the bank writes."""
        for name, written in (
            ("payment_control", self.bank.letters),
            ("settlement", self.bank.letters),
            ("nets", self.bank.giro_files),
        ):
            self.files.setdefault(name, []).extend(written)
        self.bank.letters, self.bank.giro_files = [], []

    async def bring(self, name: str, most: int = 1_000) -> int:
        """Up to so many facts and files to one service, or giro files of Nets to payment control; it then works."""
        service = self.services["payment_control" if name == "nets" else name]
        moved = 0 if name == "nets" else await service.hear(most, self.dice)
        files = self.files.get(name, [])
        if name == "settlement":
            self.dice.shuffle(files)  # whatever order its answers come in
        now, self.files[name] = files[:most], files[most:]
        folder = self.folder / ("settlement" if name == "settlement" else "payments")
        for letter in now:
            unfinished = folder / f"{letter.name}.tmp"
            unfinished.write_bytes(letter.content)
            unfinished.rename(folder / letter.name)
        moved += len(now) + await service.work()
        await self.collect(service)
        return moved

    async def settle_down(self) -> None:
        """Everybody's turn comes, and again as long as there is something for them, except for those that are slow."""
        self.collect_files()
        for service in self.services.values():
            await self.collect(service)
        names = [name for name in ("nets", *self.services) if name not in self.slow]
        while names:
            self.dice.shuffle(names)
            for name in names:
                await self.bring(name)
            everybody = ("nets", *self.services)
            names = [name for name in everybody if name not in self.slow and self.calls(name)]

    def calls(self, name: str) -> bool:
        """Whether something lies there for it, or it died and has more to do."""
        service = self.services.get(name)
        return bool(self.files.get(name) or (service and (service.has_died or service.waiting)))

    @property
    def is_quiet(self) -> bool:
        """All that was done was told, and has arrived (the bank may still have orders that it did nothing about)."""
        on_its_way = any(self.files.values()) or any(service.waiting for service in self.services.values())
        return not on_its_way and not self.bank.keeps_to_itself

    def bank_reads_orders(self) -> None:
        for path in sorted((self.folder / "to-bank").glob("*.xml")):
            self.bank.takes_order(path.read_bytes())
            path.unlink()


def _balances(bank: MoneyBank) -> Callable[[httpx.Request], httpx.Response]:
    """The bank's own word on its accounts, where the invariants ask for it."""

    def answer(request: httpx.Request) -> httpx.Response:
        account = ACCOUNTS[request.url.path.rpartition("/")[2]]
        return httpx.Response(200, json={"balance": bank.balance(account.iban)})

    return answer
