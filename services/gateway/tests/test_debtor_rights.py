"""A debtor's data at the public door: the creditor's own debtors, the office's with a name, nobody else's."""

import io
import json
import zipfile
from uuid import UUID

import httpx
from services.gateway.tests.door import OFFICE, Door, faulty
from services.gateway.tests.house import Call, House, a_case, a_claim, problem

DEBTOR = "/internal/cases/100001/debtor"
DEBTOR_ID = "00000000-0000-0000-0000-0000000000d1"
OWNER = UUID("00000000-0000-0000-0000-0000000000c1")
CLERK = {"X-Api-Key": OFFICE, "X-User": "Anna"}


def an_archive(*case_ids: int) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("debtor.json", '{"name": "Kari"}')
        for case_id in case_ids:
            archive.writestr(f"case-{case_id}/messages.json", "[]")
    return content.getvalue()


def _export(call: Call) -> httpx.Response:
    return httpx.Response(200, content=an_archive(100001, 100002), headers={"X-Creditor-Id": str(OWNER)})


async def test_a_creditor_erases_its_debtor_once_however_often_it_asks(door: Door, house: House) -> None:
    house.on("communication", "POST", f"{DEBTOR}/erasure", {"debtor_id": DEBTOR_ID})
    creditor = await door.admit()
    headers = creditor.headers | {"Idempotency-Key": "erase-1"}
    for replayed in (None, "true"):
        answer = await door.client.post("/api/cases/100001/debtor/erasure", headers=headers)
        assert (answer.status_code, answer.headers.get("Idempotent-Replay")) == (200, replayed)
    assert answer.json() == {"caseId": 100001, "debtorId": DEBTOR_ID, "erased": True}
    [call] = house.calls
    assert (call.creditor_id, call.body) == (creditor.creditor_id, {"who": "partner:QUICK3"})


async def test_a_hold_and_a_strangers_case_refuse_in_the_services_own_words(door: Door, house: House) -> None:
    creditor = await door.admit()
    missing = await door.client.post("/api/cases/100001/debtor/erasure", headers=creditor.headers)
    house.on("communication", "POST", f"{DEBTOR}/erasure", lambda _: problem(409, "A legal hold forbids it: a lawsuit"))
    held = await door.client.post("/api/cases/100001/debtor/erasure", headers=creditor.headers)
    assert (missing.status_code, held.status_code) == (404, 409)
    assert held.json()["detail"] == "A legal hold forbids it: a lawsuit"


async def test_the_office_erases_and_holds_in_a_persons_name(door: Door, house: House) -> None:
    house.on("communication", "POST", f"{DEBTOR}/erasure", {"debtor_id": DEBTOR_ID})
    house.on("communication", "PUT", f"{DEBTOR}/legal-hold", lambda call: httpx.Response(200, json=call.body))
    path = "/api/v1/office/cases/100001/debtor"
    held = await door.client.put(f"{path}/legal-hold", json={"hold": True, "reason": "a lawsuit"}, headers=CLERK)
    assert held.json() == {"caseId": 100001, "hold": True, "reason": "a lawsuit"}
    assert (await door.client.post(f"{path}/erasure", headers=CLERK)).status_code == 200
    assert [(call.creditor_id, call.body["who"]) for call in house.calls] == [(None, "office:Anna")] * 2
    nameless = await door.client.post(f"{path}/erasure", headers={"X-Api-Key": OFFICE})
    assert (nameless.status_code, faulty(nameless)) == (422, {"header.X-User"})
    creditor = await door.admit()
    for method, route in (("PUT", "legal-hold"), ("POST", "erasure"), ("GET", "export")):
        refused = await door.client.request(method, f"{path}/{route}", headers=creditor.headers | {"X-User": "Anna"})
        assert refused.status_code == 401, route
    assert len(house.calls) == 2


async def test_the_archive_has_each_cases_story_and_account_too(door: Door, house: House) -> None:
    house.on("communication", "GET", f"{DEBTOR}/export", _export)
    house.on("lifecycle", "GET", "/internal/cases/100001", a_case())
    house.on("payment-control", "GET", "/internal/claims/100001", a_claim())
    creditor = await door.admit()

    answer = await door.client.get("/api/cases/100001/debtor/export", headers=creditor.headers)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    assert "attachment" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert set(archive.namelist()) == {
            "debtor.json",
            "case-100001/messages.json",
            "case-100001/case.json",
            "case-100001/claim.json",
            "case-100002/messages.json",
        }
        assert json.loads(archive.read("case-100001/claim.json"))["case_id"] == 100001
    asked = {(call.service, call.creditor_id) for call in house.calls}
    assert asked == {
        ("communication", creditor.creditor_id),
        ("lifecycle", OWNER),
        ("payment-control", OWNER),
    }


async def test_an_export_is_never_incomplete_in_silence(door: Door, house: House) -> None:
    house.on("communication", "GET", f"{DEBTOR}/export", _export)
    house.down.add("payment-control")
    answer = await door.client.get("/api/v1/office/cases/100001/debtor/export", headers=CLERK)
    assert answer.status_code == 503
