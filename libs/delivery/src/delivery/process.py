"""How a service starts: migrate, connect, serve HTTP, consume, relay, run timers and couriers; stop in reverse."""

import asyncio
import gc
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated

import uvicorn
from aiokafka import AIOKafkaProducer
from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.telemetry import TelemetryConfig
from pydantic import Json
from sqlalchemy import text

from contracts import ClockAdvanced
from delivery.broker import connect_broker
from delivery.consumer import Consumer
from delivery.outbox import on_publish
from delivery.progress import Backlog, Progress, read_progress
from delivery.relay import relay_once
from delivery.workers import Pulse, Worker, couriers_are, wake_couriers
from runtime.clock import Timer, advance_to, follow_wall, on_advance, run_timers, start_clock
from runtime.database import Database, RequestTransaction, Session
from runtime.migrations import migrate
from runtime.problems import Problem, install_problems
from runtime.settings import ServiceSettings
from runtime.telemetry import TraceRequests, start_telemetry

log = logging.getLogger(__name__)

_LOOK_AGAIN_SECONDS = 0.1
"""Between looks at a process that rests: another one of the service may have done the work."""

_SETTLE_SECONDS = 0.004
"""Between rest and the look: work comes in several steps, and an answer in between is asked for again."""

_YOUNG_OBJECTS = 20_000
"""How many more objects may be there before the collector looks: one batch of messages makes thousands, and drops them."""

# FastAPI's own spans cost more than the requests of bulk intake, and its logs would hold what callers sent.
_OWN_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What a service brings; everything else is the same in all of them."""

    name: str
    settings: ServiceSettings
    migrations: Path
    consumer: Consumer
    routers: Sequence[APIRouter] = ()
    statuses: Mapping[type[Exception], int] = field(default_factory=dict[type[Exception], int])
    timers: Sequence[Timer] = ()
    couriers: Callable[[Database], Sequence[Worker]] | None = None
    backlog: Backlog | None = None
    configure: Callable[[FastAPI], None] | None = None


def follow_test_clock(consumer: Consumer) -> None:
    """Have the service's business date follow `clock.advanced`; call it after the other handlers are registered."""

    @consumer.on(ClockAdvanced)
    async def on_clock_advanced(session: Session, events: Sequence[ClockAdvanced]) -> None:
        await advance_to(session, max(event.business_date for event in events))


def build_app(plan: Blueprint) -> FastAPI:
    """The service as an ASGI application; its lifespan runs everything that is not HTTP."""
    settings = plan.settings
    pulse = Pulse()
    database = Database(
        settings.database_url, pool_size=settings.database_pool_size, application_name=f"fordring-{plan.name}"
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        provider = start_telemetry(plan.name, settings)
        await migrate(database, plan.migrations)
        async with database.transaction() as session:
            await start_clock(session, settings)
        producer = AIOKafkaProducer(
            bootstrap_servers=settings.kafka_bootstrap, acks="all", enable_idempotence=settings.kafka_idempotent
        )
        broker = await connect_broker(settings.kafka_bootstrap, graceful_seconds=15)
        workers = _workers(plan, database, producer, pulse)
        await producer.start()
        if plan.consumer.topics:
            plan.consumer.subscribe(broker, database, settings)
        await broker.start()
        tasks = [asyncio.create_task(worker.run(), name=worker.name) for worker in workers]
        app.state.ready = True
        try:
            yield
        finally:
            app.state.ready = False
            await broker.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await producer.stop()
            await database.close()
            if provider is not None:
                await asyncio.to_thread(provider.shutdown)

    app = FastAPI(
        title=f"Fordring {plan.name}",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry=_OWN_TELEMETRY,
    )
    app.state.database = database
    app.state.settings = settings
    app.state.ready = False
    app.add_middleware(TraceRequests)
    install_problems(app, plan.statuses)
    app.include_router(_house_routes(plan, pulse))
    for router in plan.routers:
        app.include_router(router)
    if plan.configure:
        plan.configure(app)
    return app


def run(plan: Blueprint) -> None:
    """Serve until SIGTERM or SIGINT."""
    settings = plan.settings
    app = build_app(plan)
    gc.freeze()  # what is there by now stays as long as the process: not to be walked through again and again
    gc.set_threshold(_YOUNG_OBJECTS)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=10,
    )


def _workers(plan: Blueprint, database: Database, producer: AIOKafkaProducer, pulse: Pulse) -> list[Worker]:
    """The loops of a process. They sleep long and are woken: the relay by commits that published, the timers by a new
    date, the couriers by commits that left work for them and by done days."""
    couriers = list(plan.couriers(database)) if plan.couriers else []
    couriers_are(couriers)

    async def do_due_days() -> int:
        if plan.settings.environment == "production":
            await follow_wall(database, plan.settings.time_zone)
        days = await run_timers(database, list(plan.timers))
        if days:
            wake_couriers()
        return days

    limit = plan.settings.relay_batch_size
    relay = Worker("relay", lambda: relay_once(database, producer, limit), plan.settings.relay_poll_seconds, limit)
    timers = Worker("timers", do_due_days, 1.0)
    waiting = Worker("waiting", lambda: plan.consumer.retry_waiting(database), 1.0)
    on_publish(relay.wake)
    on_advance(timers.wake)
    plan.consumer.working = pulse.working
    workers = [relay, timers, waiting, *couriers]
    for worker in workers:
        worker.working = pulse.working
    return workers


def _house_routes(plan: Blueprint, pulse: Pulse) -> APIRouter:
    router = APIRouter()

    @router.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/health/ready", include_in_schema=False)
    async def ready(request: Request, session: RequestTransaction) -> dict[str, str]:
        await session.execute(text("SELECT 1"))
        if not request.app.state.ready:
            raise Problem(503, f"{plan.name} is starting or stopping.")
        return {"status": "ready"}

    @router.get("/internal/progress", include_in_schema=False)
    async def progress(
        request: Request,
        as_of: date | None = None,
        published: Json[dict[str, int]] | None = None,
        patience_seconds: Annotated[float, Query(ge=0, le=1)] = 0,
    ) -> Progress:
        """Where the service is.

        With patience it waits until it has done its own part of `as_of` and handled what is `published` elsewhere
        (messages by topic, as JSON) before it answers. While this process is at work nothing is asked of the database.
        """
        database: Database = request.app.state.database
        now = asyncio.get_running_loop().time
        deadline = now() + patience_seconds

        def is_told(seen: Progress) -> bool:
            return as_of is None or now() >= deadline or (seen.is_done(as_of) and seen.has_handled(published or {}))

        woken = False
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(deadline):
                    await pulse.rest()
            next_beat = pulse.next
            async with database.reading() as session:
                found = await read_progress(session, plan.name, plan.consumer.topics, plan.backlog)
            if is_told(found):
                return found
            if found.backlog and not woken:
                wake_couriers()  # somebody waits for them, and files come without a message
                woken = True
            with suppress(TimeoutError):
                async with asyncio.timeout_at(min(deadline, now() + _LOOK_AGAIN_SECONDS)):
                    await next_beat.wait()
                    await asyncio.sleep(_SETTLE_SECONDS)

    return router
