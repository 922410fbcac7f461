"""A POST with a key takes effect once."""

import asyncio
from uuid import UUID

import httpx
import pytest
from services.gateway.tests.door import Door, faulty
from services.gateway.tests.factories import an_invoice
from services.gateway.tests.house import Call, House, accept_invoices
from sqlalchemy import text

from gateway.use_cases.idempotency import answer_once, forget_old_answers, request_id_of
from runtime.database import Database


async def _age(database: Database, seconds: int) -> None:
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE idempotency_record SET started_at = now() - make_interval(secs => :seconds)"),
            {"seconds": seconds},
        )


async def _crash(database: Database, creditor_id: UUID, key: str, door: Door, headers: dict[str, str]) -> None:
    """Leave a record as a process killed in the middle of the request leaves it."""
    answered = await door.post("/partner/invoice", an_invoice(), headers, key=key)
    assert answered.status_code == 202
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE idempotency_record SET status = 'RUNNING', response_status = NULL, response_body = NULL")
        )


async def test_the_same_key_and_body_replay_the_answer_without_a_second_call(door: Door, house: House) -> None:
    house.on("intake", "POST", "/internal/invoices", accept_invoices)
    creditor = await door.admit()
    first = await door.post("/partner/invoice", an_invoice(), creditor.headers, key="k")
    again = await door.post("/partner/invoice", an_invoice(), creditor.headers, key="k")
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    [call] = house.calls
    assert call.body["request_id"] == str(request_id_of(creditor.creditor_id, "k"))


async def test_another_body_or_another_path_under_the_same_key_is_422(door: Door, house: House) -> None:
    house.on("intake", "POST", "/internal/invoices", accept_invoices)
    creditor = await door.admit()
    await door.post("/partner/invoice", an_invoice(), creditor.headers, key="k")
    other = await door.post("/partner/invoice", an_invoice(invoice__header__number=2), creditor.headers, key="k")
    assert (other.status_code, faulty(other)) == (422, {"header.Idempotency-Key"})
    path = await door.post("/partner/invoice/bulk", {"invoices": [an_invoice()]}, creditor.headers, key="k")
    assert path.status_code == 422
    assert len(house.calls) == 1


async def test_two_creditors_may_use_the_same_key(door: Door, house: House) -> None:
    house.on("intake", "POST", "/internal/invoices", accept_invoices)
    for creditor in (await door.admit(), await door.admit()):
        response = await door.post("/partner/invoice", an_invoice(), creditor.headers, key="k")
        assert "Idempotent-Replay" not in response.headers
    assert len({call.body["request_id"] for call in house.calls}) == 2


async def test_a_request_that_is_still_running_is_409(door: Door, house: House, database: Database) -> None:
    house.on("intake", "POST", "/internal/invoices", accept_invoices)
    creditor = await door.admit()
    await _crash(database, creditor.creditor_id, "k", door, creditor.headers)
    response = await door.post("/partner/invoice", an_invoice(), creditor.headers, key="k")
    assert (response.status_code, response.headers["Retry-After"]) == (409, "1")
    await _age(database, 29)
    assert (await door.post("/partner/invoice", an_invoice(), creditor.headers, key="k")).status_code == 409


async def test_a_crashed_request_is_taken_over_after_half_a_minute_with_the_same_request_id(
    door: Door, house: House, database: Database
) -> None:
    house.on("intake", "POST", "/internal/invoices", accept_invoices)
    creditor = await door.admit()
    await _crash(database, creditor.creditor_id, "k", door, creditor.headers)
    await _age(database, 31)
    other = await door.post("/partner/invoice", an_invoice(invoice__header__number=2), creditor.headers, key="k")
    assert other.status_code == 422
    taken_over = await door.post("/partner/invoice", an_invoice(), creditor.headers, key="k")
    assert taken_over.status_code == 202
    assert len(house.calls) == 2
    assert len({call.body["request_id"] for call in house.calls}) == 1


async def test_of_many_at_once_one_is_done_and_the_rest_wait_or_replay(door: Door, house: House) -> None:
    house.on("intake", "POST", "/internal/invoices", accept_invoices)
    creditor = await door.admit()
    responses = await asyncio.gather(
        *(door.post("/partner/invoice", an_invoice(), creditor.headers, key="k") for _ in range(8))
    )
    assert {response.status_code for response in responses} <= {202, 409}
    assert len(house.calls) == 1


async def test_a_refusal_is_replayed_too(door: Door, house: House) -> None:
    def taken(call: Call) -> httpx.Response:
        result = {"index": 0, "ok": False, "invoice_number": "1", "status": 409, "detail": "taken", "errors": []}
        return httpx.Response(200, json={"results": [result]})

    house.on("intake", "POST", "/internal/invoices", taken)
    creditor = await door.admit()
    first = await door.post("/partner/invoice", an_invoice(), creditor.headers, key="k")
    again = await door.post("/partner/invoice", an_invoice(), creditor.headers, key="k")
    assert first.status_code == again.status_code == 409
    assert again.headers["content-type"] == "application/problem+json"
    assert again.json() == first.json()
    assert len(house.calls) == 1


async def test_an_unexpected_failure_frees_the_key(database: Database) -> None:
    async def fail(request_id: UUID) -> None:
        raise RuntimeError("lost")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="lost"):
            await answer_once(database, UUID(int=1), "k", "hash", fail)  # type: ignore[arg-type] - never answers


async def test_a_faulty_key_is_named(door: Door, house: House) -> None:
    creditor = await door.admit()
    response = await door.post("/partner/invoice", an_invoice(), creditor.headers, key="k" * 201)
    assert (response.status_code, faulty(response)) == (422, {"header.Idempotency-Key"})


async def test_old_answers_are_forgotten(door: Door, house: House, database: Database) -> None:
    house.on("intake", "POST", "/internal/invoices", accept_invoices)
    creditor = await door.admit()
    await door.post("/partner/invoice", an_invoice(), creditor.headers, key="k")
    assert await forget_old_answers(database) == 0
    await _age(database, 8 * 86_400)
    assert await forget_old_answers(database) == 1
