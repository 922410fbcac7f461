"""Clients and tokens: shown once, stored hashed, expiring, renewable."""

from datetime import timedelta
from uuid import UUID

import pytest
from services.gateway.tests.door import PROVISIONING, Door, Pass, faulty, settings
from services.gateway.tests.factories import a_client
from services.gateway.tests.house import House, accept_creditor, problem
from sqlalchemy import text

from gateway.use_cases.idempotency import request_id_of
from gateway.use_cases.tokens import hash_of
from runtime.clock import wall_now
from runtime.database import Database

PARTNER = {"X-Api-Key": PROVISIONING}


async def _stored(database: Database) -> str:
    """Everything the database holds, as text."""
    async with database.transaction() as session:
        tokens = (await session.execute(text("SELECT token::text FROM api_token token"))).scalars().all()
        records = (await session.execute(text("SELECT record::text FROM idempotency_record record"))).scalars().all()
    return "\n".join([*tokens, *records])


async def _expire(database: Database, column: str = "expires_at") -> None:
    async with database.transaction() as session:
        await session.execute(text(f"UPDATE api_token SET {column} = now() - interval '1 second'"))


async def test_a_new_client_gets_a_token_that_works_and_is_stored_only_as_a_hash(
    door: Door, house: House, database: Database
) -> None:
    house.on("intake", "POST", "/internal/creditors", accept_creditor)
    created = await door.post("/partner/client", a_client(), PARTNER, key="client-1")
    assert created.status_code == 201
    answer = created.json()
    assert answer["customerCode"] == "C1001"
    assert answer["paymentReferencePrefix"] == "1001"
    token = answer["accessToken"]
    stored = await _stored(database)
    assert token not in stored
    assert hash_of(token) in stored
    valid = await door.get("/partner/validate", {"X-Api-Key": token})
    assert (valid.status_code, valid.json()["isValid"], valid.json()["message"]) == (200, True, "Token is valid")

    [call] = house.asked("intake")
    assert call.creditor_id == UUID(answer["clientIdentifier"])
    assert call.body["payout_account"] == {"name": "Fjord Strøm AS", "iban": "NO9386011117947", "bic": None}
    assert call.body["incoming"] == "NETS_OCR"
    assert (call.body["terms"]["commission"], call.body["terms"]["reminder_fee_share"]) == (750, 5000)
    assert call.body["language_code"] == "nb"


async def test_the_same_onboarding_again_tells_the_same_token_and_makes_no_second_client(
    door: Door, house: House
) -> None:
    house.on("intake", "POST", "/internal/creditors", accept_creditor)
    first = await door.post("/partner/client", a_client(), PARTNER, key="client-1")
    again = await door.post("/partner/client", a_client(), PARTNER, key="client-1")
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replay"] == "true"
    assert len(house.asked("intake")) == 1


async def test_only_the_provisioning_token_creates_clients(door: Door, house: House) -> None:
    creditor = await door.admit()
    for headers in ({}, {"X-Api-Key": "guess"}, creditor.headers):
        assert (await door.post("/partner/client", a_client(), headers)).status_code == 401
    assert house.calls == []


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        pytest.param(
            "client__bankAccount__iban", "NO9386011117948", "client.bankAccount.iban", id="wrong check digits"
        ),
        pytest.param("client__email", "nobody", "client.email", id="no e-mail address"),
        pytest.param("client__countryCode", "Norway", "client.countryCode", id="country by name"),
        pytest.param("client__name", "  ", "client.name", id="blank name"),
        pytest.param("client__name", "Fjord\x00", "client.name", id="control character"),
        pytest.param("service__type", "FACTORING", "service.type", id="unknown service"),
        pytest.param("agreement__settlementWeekday", 7, "agreement.settlementWeekday", id="settles on Sunday"),
        pytest.param("agreement__commissionPercent", 7.555, "agreement.commissionPercent", id="too fine a share"),
        pytest.param("agreement__interestSharePercent", 101, "agreement.interestSharePercent", id="more than all"),
    ],
)
async def test_a_faulty_client_is_refused_by_field_and_reaches_nobody(
    door: Door, house: House, field: str, value: object, named: str
) -> None:
    response = await door.post("/partner/client", a_client(**{field: value}), PARTNER)
    assert (response.status_code, faulty(response)) == (422, {named})
    assert house.calls == []


async def test_what_intake_refuses_is_named_by_the_wire_field(door: Door, house: House) -> None:
    house.on(
        "intake",
        "POST",
        "/internal/creditors",
        lambda _: problem(422, "client.countryCode: no rule pack for IS yet; NO, SE can be onboarded."),
    )
    response = await door.post("/partner/client", a_client(client__countryCode="IS"), PARTNER)
    assert (response.status_code, faulty(response)) == (422, {"client.countryCode"})


@pytest.mark.parametrize("column", ["expires_at", "revoked_at"])
async def test_an_expired_token_is_told_so(door: Door, database: Database, column: str) -> None:
    creditor = await door.admit()
    await _expire(database, column)
    response = await door.get("/partner/validate", creditor.headers)
    assert response.status_code == 401
    assert "expired" in response.json()["detail"]
    assert response.json()["isValid"] is False


@pytest.mark.parametrize("headers", [{}, {"X-Api-Key": "frd_test_unknown"}], ids=["missing", "unknown"])
async def test_without_a_known_token_every_door_is_shut(door: Door, house: House, headers: dict[str, str]) -> None:
    for path in ("/partner/validate", "/partner/renew", "/partner/payments", "/partner/settlements", "/sandbox/clock"):
        response = await door.get(path, headers)
        assert response.status_code == 401, path
        assert response.headers["content-type"] == "application/problem+json"
    assert (await door.post("/partner/invoice", {}, headers)).status_code == 401
    assert house.calls == []


async def test_renewing_gives_a_new_token_and_ends_the_old_one_a_day_later(door: Door, database: Database) -> None:
    creditor = await door.admit()
    renewed = (await door.get("/partner/renew", creditor.headers)).json()
    fresh = {"X-Api-Key": renewed["accessToken"]}
    assert renewed["Message"] == "Token is renewed"
    assert (await door.get("/partner/validate", fresh)).status_code == 200
    assert (await door.get("/partner/validate", creditor.headers)).status_code == 200

    async with database.transaction() as session:
        revoked_at = (
            await session.execute(text("SELECT revoked_at FROM api_token WHERE revoked_at IS NOT NULL"))
        ).scalar_one()
    assert timedelta(hours=23) < revoked_at - wall_now() <= timedelta(hours=24)
    await _end_renewed(database)
    assert (await door.get("/partner/validate", creditor.headers)).status_code == 401
    assert (await door.get("/partner/validate", fresh)).status_code == 200


async def _end_renewed(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("UPDATE api_token SET revoked_at = now() WHERE revoked_at IS NOT NULL"))


async def test_an_expired_token_can_be_renewed_once(door: Door, database: Database) -> None:
    creditor = await door.admit()
    await _expire(database)
    first = await door.get("/partner/renew", creditor.headers)
    assert first.status_code == 200
    assert (await door.get("/partner/validate", {"X-Api-Key": first.json()["accessToken"]})).status_code == 200
    assert (await door.get("/partner/renew", creditor.headers)).status_code == 401


async def test_a_test_token_does_not_open_production(database_url: str, door: Door, house: House) -> None:
    creditor = await door.admit()
    async with Door(settings(database_url, environment="production"), house) as production:
        response = await production.get("/partner/validate", creditor.headers)
    assert response.status_code == 401
    assert "test environment" in response.json()["detail"]


async def test_a_rate_limit_answers_429_with_the_time_to_wait(database_url: str, house: House) -> None:
    async with Door(settings(database_url, rate_limit_per_second=0.001), house) as door:
        creditor: Pass = await door.admit()
        assert (await door.get("/partner/validate", creditor.headers)).status_code == 200
        limited = await door.get("/partner/validate", creditor.headers)
        assert limited.status_code == 429
        assert int(limited.headers["Retry-After"]) > 0
        other = await door.admit()
        assert (await door.get("/partner/validate", other.headers)).status_code == 200


def test_a_request_id_belongs_to_its_owner_and_key() -> None:
    one, two = UUID(int=1), UUID(int=2)
    assert request_id_of(one, "a") == request_id_of(one, "a")
    assert len({request_id_of(one, "a"), request_id_of(two, "a"), request_id_of(one, "b")}) == 3
