"""Intake as a process of its own, over HTTP, against `pgbench` writing the same rows."""

import asyncio
import json
import secrets
import sys
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from uuid import uuid4

import psutil
from http_load import connections, post_all
from measuring import Comparison, Meter, Sample, Variant, compare, expect
from pgbench import CLIENTS, documents_of, insert_plainly
from portfolio import ACCEPTED, CREDITOR, a_submission
from rig import PROGRAMS, Rig, cpu_of_tree
from sqlalchemy import text

import intake
from contracts import BankAccount
from delivery.topics import create_topics
from fordring.stack.children import answers_http, launch, stop_process
from fordring.stack.ports import free_port
from fordring.stack.topology import CLIENT_ACCOUNTS
from intake.domain.accounts import ClientAccount
from intake.schemas import CreditorCreate
from intake.settings import Settings
from intake.use_cases.creditors import onboard_creditor
from runtime.database import Database
from runtime.migrations import migrate
from runtime.tokens import sign
from testkit import NotInTime, eventually

ACCOUNTS = tuple(ClientAccount.model_validate(asdict(account)) for account in CLIENT_ACCOUNTS)
BULK = 1_000
START_SECONDS = 60
DRAIN_SECONDS = 120


@dataclass(slots=True)
class IntakeProcess:
    """The running service: where it listens, its rows, its CPU."""

    port: int
    url: str
    settings: Settings
    process: psutil.Process
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def bodies(self, requests: int, invoices: int) -> list[bytes]:
        """Requests with invoices that were never handed in before."""
        return [
            json.dumps(
                {
                    "request_id": str(uuid4()),
                    "invoices": [a_submission(f"B-{next(self._numbers)}") for _ in range(invoices)],
                }
            ).encode()
            for _ in range(requests)
        ]


async def measure(rig: Rig, rounds: int, progress: Callable[[str], None]) -> Comparison:
    singles, bulks = rig.size(1_600, 160), rig.size(16, 2)
    inserts = rig.size(16_000, 1_600)
    progress("Invoice intake: starting the service")
    await create_topics(rig.broker.bootstrap, 2)
    plain_rows = await rig.databases.fresh(with_creditor)
    async with running_intake(rig) as service:
        await post(rig, service, service.bodies(64, 1))  # connects, compiles, and leaves rows to copy
        documents = await documents_of(service.url)
        await insert_plainly(rig, plain_rows, documents, 160)
        return await compare(
            "Invoice intake",
            "invoices",
            [
                Variant("pgbench, 16 clients", lambda: insert_plainly(rig, plain_rows, documents, inserts)),
                Variant("intake, one per request", lambda: post(rig, service, service.bodies(singles, 1))),
                Variant(f"intake, {BULK:,} per request", lambda: post(rig, service, service.bodies(bulks, BULK))),
            ],
            rounds,
            PROGRAMS,
            progress,
        )


async def with_creditor(url: str) -> None:
    """Intake's tables and one creditor, with nothing left to tell."""
    database = Database(url, pool_size=1)
    await migrate(database, Path(intake.__file__).parent / "migrations")
    order = CreditorCreate(
        creditor_id=CREDITOR,
        partner_code="BENCH",
        service_type="LIFECYCLE",
        name="Fjellheim Kraft AS",
        business_code="987654325",
        country_code="NO",
        language_code="NO",
        email="post@fjellheim.example.no",
        payout_account=BankAccount(name="Fjellheim Kraft AS", iban="NO9386011117947"),
    )
    async with database.transaction() as session:
        await session.execute(text("INSERT INTO clock VALUES (1, :day, :day)"), {"day": ACCEPTED})
        await onboard_creditor(session, order, ACCOUNTS)
        await session.execute(text("TRUNCATE outbox"))
    await database.close()


@asynccontextmanager
async def running_intake(rig: Rig) -> AsyncGenerator[IntakeProcess]:
    """`python -m intake` as in the embedded stack, with tracing off."""
    port, url, secret = free_port(), await rig.databases.fresh(with_creditor), secrets.token_hex(32)
    environment = {
        "PORT": str(port),
        "DATABASE_URL": url,
        "KAFKA_BOOTSTRAP": rig.broker.bootstrap,
        "KAFKA_IDEMPOTENT": "false",
        "KAFKA_FETCH_MAX_WAIT_MS": "200",
        "ENVIRONMENT": "test",
        "CLOCK_START": ACCEPTED.isoformat(),
        "SERVICE_SECRET": secret,
        "CLIENT_ACCOUNTS": json.dumps([asdict(account) for account in CLIENT_ACCOUNTS]),
    }
    log = rig.folder / "intake.log"
    child = launch([sys.executable, "-m", "intake"], log=log, env=environment)
    try:
        ready = f"http://127.0.0.1:{port}/health/ready"
        await eventually(lambda: asyncio.to_thread(answers_http, ready), START_SECONDS)
        settings = Settings.model_validate(
            {"database_url": url, "kafka_bootstrap": rig.broker.bootstrap, "service_secret": secret}
        )
        yield IntakeProcess(port, url, settings, psutil.Process(child.pid))
    except NotInTime as problem:
        problem.add_note(log.read_text(errors="replace")[-1500:])
        raise
    finally:
        stop_process(child, seconds=20)


async def post(rig: Rig, service: IntakeProcess, bodies: Sequence[bytes]) -> Sample:
    """Timed to the last answer; the CPU runs on until the relay has sent what the invoices told."""
    wanted = sum(body.count(b'"number"') for body in bodies)
    before = await rig.fetch(service.url, "SELECT count(*) FROM invoice")
    token = sign(service.settings, "gateway", CREDITOR)
    await rig.settle()

    async with connections(service.port, CLIENTS) as opened:
        meter = Meter(
            {"Python": lambda: cpu_of_tree(service.process), "load": time.process_time, **rig.server_probes()}
        )
        accepted = await post_all(opened, "/internal/invoices", bodies, token)
        meter.stop_wall()
        await eventually(lambda: is_drained(rig, service.url), DRAIN_SECONDS)
        sample = meter.stop(wanted)

    expect("invoices accepted", accepted, wanted)
    expect("invoices stored", await rig.fetch(service.url, "SELECT count(*) FROM invoice") - before, wanted)
    return sample


async def is_drained(rig: Rig, url: str) -> bool:
    return await rig.fetch(url, "SELECT NOT EXISTS (SELECT FROM outbox)")
