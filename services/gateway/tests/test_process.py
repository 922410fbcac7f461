"""The whole process: HTTP, relay, timers and driver on a real broker and database."""

import httpx
import pytest
from services.gateway.tests.door import OFFICE, Door, settings
from services.gateway.tests.house import Call, House

from testkit import TestBroker, eventually

from gateway.settings import SERVICES  # isort: skip


@pytest.mark.broker
async def test_a_running_gateway_takes_a_house_of_obedient_services_to_the_target(
    database_url: str, empty_broker: TestBroker, house: House
) -> None:
    await empty_broker.create_topics([("clock.advanced", 1)])
    changes = {"kafka_bootstrap": empty_broker.bootstrap, "kafka_idempotent": False}
    async with Door(settings(database_url, **changes), house) as door:

        async def own() -> dict[str, object]:
            return (await door.client.get("/internal/progress")).json()

        seen: dict[str, object] = {}

        def obey(call: Call) -> httpx.Response:
            """Every service has handled whatever the gateway had published at the last look."""
            return httpx.Response(200, json=seen | {"service": call.service, "listens_to": ["clock.advanced"]})

        for service in SERVICES:
            house.on(service, "GET", "/internal/progress", obey)

        async with door.app.router.lifespan_context(door.app):
            headers = {"X-Api-Key": OFFICE}
            seen |= await own()
            assert (await door.post("/sandbox/clock/advance", {"to": "2026-02-05"}, headers)).status_code == 202

            async def arrived() -> bool:
                progress = await own()
                seen.update(progress, published={}, handled=progress["published"])
                return (await door.get("/sandbox/clock", headers)).json()["state"] == "ready"

            await eventually(arrived, timeout_seconds=60)
            progress = await own()
            assert (progress["business_date"], progress["published"]) == ("2026-02-05", {"clock.advanced": 3})
            assert (await door.client.get("/health/ready")).status_code == 200
