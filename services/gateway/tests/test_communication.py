"""The communication centre at the public door: names, paths and statuses as partners know them."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest
from services.gateway.tests.door import Door, faulty
from services.gateway.tests.house import Call, House, a_case, problem

MESSAGE_ID = "0d1e2f30-0000-4000-8000-000000000001"
THREAD_ID = "0d1e2f30-0000-4000-8000-000000000002"
DOCUMENT_ID = "0d1e2f30-0000-4000-8000-000000000003"
CASE = "/internal/cases/100001"


def public(prefix: str, value: str) -> str:
    return f"{prefix}_{UUID(value).hex}"


def a_message(**changes: Any) -> dict[str, Any]:
    return {
        "message_id": MESSAGE_ID,
        "message_type": "email",
        "direction": "outbound",
        "category": "free_text",
        "sender": "post@fordring.example",
        "to": ["kari@debtor.example"],
        "cc": [],
        "subject": "About your invoice",
        "body": "…",
        "status": "sent",
        "reason": "",
        "at": "2026-02-02T10:00:00Z",
        "sent_at": "2026-02-02T10:00:00Z",
        "release_at": None,
        "has_attachments": False,
        "thread_id": THREAD_ID,
        "classification": None,
        "sent_by": "partner:QUICK3",
        "detail": None,
        "sender_verified": None,
    } | changes


def a_document(**changes: Any) -> dict[str, Any]:
    return {
        "document_id": DOCUMENT_ID,
        "case_id": 100001,
        "file_name": "kvittering æ.pdf",
        "description": "from the bank",
        "document_type": "payment_proof",
        "media_type": "application/pdf",
        "version": 1,
        "size": 10,
        "uploaded_at": "2026-02-02T10:00:00Z",
        "uploaded_by": "partner:QUICK3",
        "retain_until": "2031-02-02",
    } | changes


async def test_a_message_is_sent_with_either_key_and_answered_as_the_page_shows(door: Door, house: House) -> None:
    def queue(call: Call) -> httpx.Response:
        answer = {"message_id": MESSAGE_ID, "case_id": 100001, "to": [call.body["to"]], "status": "queued"}
        answer |= {"sent_at": None, "rule": None, "release_at": None}
        kept = {name: call.body[name] for name in ("message_type", "subject", "sent_by")}
        return httpx.Response(201, json=answer | kept)

    house.on("communication", "POST", f"{CASE}/messages", queue)
    creditor = await door.admit()
    body = {
        "messageType": "email",
        "to": "kari@debtor.example",
        "subject": "About your invoice",
        "body": "…",
        "cc": [],
        "priority": "normal",
        "threadId": public("thr", THREAD_ID),
    }
    bearer = {"Authorization": f"Bearer {creditor.headers['X-Api-Key']}"}

    for headers in (creditor.headers, bearer):
        answer = await door.client.post("/api/cases/100001/messages", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        assert answer.json() == {
            "messageId": public("msg", MESSAGE_ID),
            "caseId": 100001,
            "messageType": "email",
            "to": ["kari@debtor.example"],
            "subject": "About your invoice",
            "status": "queued",
            "sentBy": "partner:QUICK3",
        }
    asked = house.asked("communication")
    assert [call.creditor_id for call in asked] == [creditor.creditor_id] * 2
    assert asked[0].body["thread_id"] == THREAD_ID
    assert (await door.client.post("/api/cases/100001/messages", json=body)).status_code == 401


async def test_a_forbidden_message_is_422_with_its_rule(door: Door, house: House) -> None:
    detail = "The message must not be sent: the debtor asked not to be contacted."
    house.on("communication", "POST", f"{CASE}/messages", lambda _: problem(422, detail, rule="DO_NOT_CONTACT"))
    creditor = await door.admit()
    body = {"messageType": "sms", "to": "+4512345678", "body": "…"}
    answer = await door.client.post("/api/cases/100001/messages", json=body, headers=creditor.headers)
    assert (answer.status_code, answer.json()["rule"], answer.json()["detail"]) == (422, "DO_NOT_CONTACT", detail)
    wrong = await door.client.post("/api/cases/100001/messages", json={"messageType": "fax"}, headers=creditor.headers)
    assert faulty(wrong) == {"messageType"}


async def test_messages_are_listed_with_filters_and_a_cursor(door: Door, house: House) -> None:
    inbound = a_message(direction="inbound", status="received", sender="kari@debtor.example", sent_at=None, sent_by="")
    house.on("communication", "GET", f"{CASE}/messages", {"messages": [a_message(), inbound], "total_count": 7})
    creditor = await door.admit()
    params = {"type": "email", "direction": "inbound", "dateFrom": "2024-01-01", "limit": 2}

    page = (await door.client.get("/api/cases/100001/messages", params=params, headers=creditor.headers)).json()

    first, second = page["messages"]
    assert page["totalCount"] == 7
    assert (first["messageId"], first["from"], first["sentAt"]) == (
        public("msg", MESSAGE_ID),
        "post@fordring.example",
        "2026-02-02T10:00:00Z",
    )
    assert (second["direction"], second["receivedAt"], second["sentAt"]) == ("inbound", "2026-02-02T10:00:00Z", None)
    again = {"cursor": page["nextCursor"]} | params
    assert (await door.client.get("/api/cases/100001/messages", params=again, headers=creditor.headers)).is_success
    first_call, second_call = house.asked("communication")
    assert (first_call.params["type"], first_call.params["date_from"]) == ("email", "2024-01-01")
    assert (second_call.params["before_at"], second_call.params["before_id"]) == ("2026-02-02T10:00:00Z", MESSAGE_ID)
    bad = await door.client.get("/api/cases/100001/messages", params={"cursor": "zzzz"}, headers=creditor.headers)
    assert faulty(bad) == {"query.cursor"}


async def test_delivery_reports_threads_and_their_messages_are_spelled_as_the_page_spells_them(
    door: Door, house: House
) -> None:
    event = {"kind": "SENT", "detail": "", "at": "2026-02-02T10:00:00Z"}
    report = {"message_id": MESSAGE_ID, "status": "delivered", "reason": "", "release_at": None, "events": [event]}
    house.on("communication", "GET", f"/internal/messages/{MESSAGE_ID}/delivery-report", report)
    thread = {"thread_id": THREAD_ID, "subject": "Receipt", "participants": ["a@b.example"], "message_count": 1}
    thread |= {"last_message_at": "2026-02-02T10:00:00Z", "status": "active"}
    house.on("communication", "GET", f"{CASE}/threads", [thread])
    house.on("communication", "GET", f"/internal/threads/{THREAD_ID}/messages", [a_message()])
    house.on("communication", "PUT", f"/internal/threads/{THREAD_ID}", {"status": "closed"})
    headers = (await door.admit()).headers
    message_id, thread_id = public("msg", MESSAGE_ID), public("thr", THREAD_ID)

    told = (await door.client.get(f"/api/messages/{message_id}/delivery-report", headers=headers)).json()
    threads = (await door.client.get("/api/cases/100001/threads", headers=headers)).json()
    said = (await door.client.get(f"/api/threads/{thread_id}/messages", headers=headers)).json()
    closed = await door.client.put(f"/api/threads/{thread_id}", json={"status": "closed"}, headers=headers)

    assert (told["messageId"], told["status"]) == (message_id, "delivered")
    assert (told["events"][0]["event"], told["events"][0]["timestamp"]) == ("sent", "2026-02-02T10:00:00Z")
    assert threads["threads"] == [
        {
            "threadId": thread_id,
            "subject": "Receipt",
            "participants": ["a@b.example"],
            "messageCount": 1,
            "lastMessageAt": "2026-02-02T10:00:00Z",
            "status": "active",
        }
    ]
    assert said["threadId"] == thread_id
    assert set(said["messages"][0]) == {"messageId", "from", "direction", "body", "timestamp"}
    assert closed.json() == {"threadId": thread_id, "status": "closed"}


@pytest.mark.parametrize(
    "path",
    ["messages/msg_1/delivery-report", "threads/thr_x/messages", "documents/doc_/download", "documents/x/versions"],
)
async def test_an_id_that_cannot_be_one_is_a_missing_one(door: Door, path: str) -> None:
    answer = await door.client.get(f"/api/{path}", headers=(await door.admit()).headers)
    assert answer.status_code == 404


async def test_preferences_carry_the_pages_fields_there_and_back(door: Door, house: House) -> None:
    def keep(call: Call) -> httpx.Response:
        return httpx.Response(200, json=call.body | {"changed_at": "2026-02-02T10:00:00Z"})

    house.on("communication", "PUT", f"{CASE}/communication-preferences", keep)
    house.on(
        "communication", "GET", f"{CASE}/communication-preferences", lambda _: httpx.Response(200, content=b"null")
    )
    headers = (await door.admit()).headers
    wishes = {
        "preferredChannel": "email",
        "emailAddress": "kari@debtor.example",
        "phoneNumber": "+4512345678",
        "allowSms": True,
        "allowEmail": False,
        "preferredLanguage": "da",
        "doNotContact": True,
        "reason": "asked",
        "effectiveDate": "2026-03-01",
        "exceptions": ["legal_notices", "payment_confirmations"],
        "contactHours": {"start": "09:00", "end": "17:00", "timezone": "Europe/Copenhagen"},
    }
    path = "/api/cases/100001/communication-preferences"

    kept = (await door.client.put(path, json=wishes, headers=headers)).json()
    defaults = (await door.client.get(path, headers=headers)).json()

    assert {name: kept[name] for name in wishes} == wishes
    assert house.asked("communication")[0].body["hours_start"] == "09:00:00"
    assert (defaults["allowEmail"], defaults["doNotContact"], defaults["contactHours"]) == (True, False, None)
    bad = await door.client.put(path, json={"exceptions": ["everything"]}, headers=headers)
    assert faulty(bad) == {"exceptions.0"}


async def test_a_document_goes_up_and_comes_down_whole_or_in_part(door: Door, house: House) -> None:
    content = b"0123456789"
    house.on("communication", "POST", f"{CASE}/documents", a_document(), 201)
    house.on("communication", "GET", f"{CASE}/documents", [a_document()])
    given = {"X-File-Name": quote("kvittering æ.pdf"), "Content-Type": "application/pdf"}
    path = f"/internal/documents/{DOCUMENT_ID}/content"
    house.on("communication", "GET", path, lambda _: httpx.Response(200, content=content, headers=given))
    headers = (await door.admit()).headers

    filed = await door.client.post(
        "/api/cases/100001/documents",
        files={"file": ("kvittering æ.pdf", content)},
        data={"documentType": "payment_proof", "description": "from the bank"},
        headers=headers,
    )
    listed = (await door.client.get("/api/cases/100001/documents", headers=headers)).json()
    where = f"/api/documents/{public('doc', DOCUMENT_ID)}/download"
    whole = await door.client.get(where, headers=headers)
    part = await door.client.get(where, headers=headers | {"Range": "bytes=2-5"})
    tail = await door.client.get(where, headers=headers | {"Range": "bytes=-3"})
    beyond = await door.client.get(where, headers=headers | {"Range": "bytes=10-"})

    assert filed.status_code == 201, filed.text
    assert filed.json()["documentId"] == public("doc", DOCUMENT_ID)
    assert listed["documents"][0]["fileName"] == "kvittering æ.pdf"
    [upload] = [call for call in house.asked("communication") if call.method == "POST"]
    assert (upload.content, upload.params["name"]) == (content, "kvittering æ.pdf")
    assert (whole.status_code, whole.content) == (200, content)
    assert whole.headers["Content-Disposition"].startswith('attachment; filename="kvittering_')
    assert (part.status_code, part.content, part.headers["Content-Range"]) == (206, b"2345", "bytes 2-5/10")
    assert tail.content == b"789"
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, "bytes */10")


async def test_a_large_document_passes_the_door_where_other_bodies_do_not(door: Door, house: House) -> None:
    house.on("communication", "POST", f"{CASE}/documents", a_document(), 201)
    headers = (await door.admit()).headers
    files = {"file": ("big.pdf", b"x" * (3 * 1024 * 1024))}
    answer = await door.client.post("/api/cases/100001/documents", files=files, headers=headers)
    assert answer.status_code == 201


async def test_notes_and_the_timeline_tell_everything_in_one_list(door: Door, house: House) -> None:
    note = {
        "note_id": MESSAGE_ID,
        "note": "Called",
        "visibility": "internal",
        "category": "call_log",
        "tags": ["phone"],
        "created_at": "2026-02-03T10:00:00Z",
        "created_by": "partner:QUICK3",
    }
    house.on("communication", "POST", f"{CASE}/notes", note, 201)
    house.on("communication", "GET", f"{CASE}/notes", [note])
    house.on("communication", "GET", f"{CASE}/documents", [a_document()])
    house.on("communication", "GET", f"{CASE}/messages", {"messages": [a_message()], "total_count": 1})
    house.on("lifecycle", "GET", CASE, a_case())
    headers = (await door.admit()).headers

    body = {"note": "Called", "visibility": "internal", "category": "call_log", "tags": ["phone"]}
    added = await door.client.post("/api/cases/100001/notes", json=body, headers=headers)
    listed = (await door.client.get("/api/cases/100001/notes", headers=headers)).json()
    timeline = (await door.client.get("/api/cases/100001/timeline", headers=headers)).json()

    assert (added.status_code, added.json()["noteId"]) == (201, public("note", MESSAGE_ID))
    assert listed["notes"] == [added.json()]
    assert [entry["kind"] for entry in timeline["entries"]] == ["note", "message", "document", "case"]
    assert timeline["entries"][1]["type"] == "email_outbound"
