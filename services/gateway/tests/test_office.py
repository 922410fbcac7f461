"""The office's own door."""

import httpx
from services.gateway.tests.door import OFFICE, Door, faulty, settings
from services.gateway.tests.house import Call, House, problem

HEADERS = {"X-Api-Key": OFFICE}


def _take(call: Call) -> httpx.Response:
    return httpx.Response(
        202, json={"file_id": "f", "status": "READ", "rejected": [{"position": "3", "reason": "sum"}]}
    )


async def test_a_bank_file_reaches_payment_control_byte_by_byte(door: Door, house: House) -> None:
    house.on("payment-control", "POST", "/internal/bank-files", _take)
    content = bytes(range(256))
    response = await door.client.post(
        "/api/v1/office/bank-files", files={"file": ("../ocr 1.txt", content)}, headers=HEADERS
    )
    assert (response.status_code, response.json()["fileId"]) == (202, "f")
    [call] = house.calls
    assert (call.content, call.params, call.creditor_id) == (content, {"name": "ocr 1.txt"}, None)


async def test_the_same_file_under_the_same_key_is_sent_once(door: Door, house: House) -> None:
    house.on("payment-control", "POST", "/internal/bank-files", _take)
    for expected in (None, "true"):
        response = await door.client.post(
            "/api/v1/office/bank-files",
            files={"file": ("a.txt", b"NY")},
            headers=HEADERS | {"Idempotency-Key": "file-1"},
        )
        assert response.headers.get("Idempotent-Replay") == expected
    assert len(house.calls) == 1


async def test_a_refused_file_says_why_in_the_wires_spelling(door: Door, house: House) -> None:
    house.on(
        "payment-control",
        "POST",
        "/internal/bank-files",
        lambda _: problem(422, "The file is refused.", file_id="f", errors=[{"field": "end_record", "message": "sum"}]),
    )
    response = await door.client.post("/api/v1/office/bank-files", files={"file": ("a", b"x")}, headers=HEADERS)
    assert (response.status_code, response.json()["fileId"], faulty(response)) == (422, "f", {"endRecord"})


async def test_an_empty_file_is_refused(door: Door, house: House) -> None:
    response = await door.client.post("/api/v1/office/bank-files", files={"file": ("a", b"")}, headers=HEADERS)
    assert (response.status_code, faulty(response)) == (422, {"file"})
    assert house.calls == []


async def test_figures_come_from_four_services(door: Door, house: House) -> None:
    house.on("lifecycle", "GET", "/internal/case-counts", {"total": 3, "by_stage": {"REMINDER": 3}})
    house.on("communication", "GET", "/internal/message-counts", [{"channel": "EMAIL", "count": 1}])
    house.on("payment-control", "GET", "/internal/payment-counts", {"by_status": {}})
    house.on("settlement", "GET", "/internal/settlement-counts", {"settlement_count": 2})
    figures = (await door.get("/office/counts", HEADERS)).json()
    assert figures["cases"] == {"total": 3, "byStage": {"REMINDER": 3}}
    assert figures["settlements"] == {"settlementCount": 2}
    house.on("payment-control", "GET", "/internal/unmatched", [{"amount_minor": 5}])
    assert (await door.get("/office/unmatched", HEADERS)).json() == [{"amountMinor": 5}]


async def test_creditors_do_not_enter_and_without_a_token_the_door_is_closed(
    door: Door, house: House, database_url: str
) -> None:
    creditor = await door.admit()
    assert (await door.get("/office/counts", creditor.headers)).status_code == 401
    assert (await door.get("/office/counts", {})).status_code == 401
    async with Door(settings(database_url, office_token=None), house) as closed:
        assert (await closed.get("/office/counts", HEADERS)).status_code == 401
    assert house.calls == []
