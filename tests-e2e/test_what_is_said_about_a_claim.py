"""The communication centre through its public door: written, delivered, filed, refused, and all of it on one record."""

from typing import Any

from testkit import eventually_sync


def _message(creditor: Any, claim: Any, **body: Any) -> Any:
    return creditor.post(f"/api/cases/{claim.case_id}/messages", {"messageType": "email", **body})


def _events(creditor: Any, message_id: str) -> list[str]:
    report = creditor.get(f"/api/messages/{message_id}/delivery-report").json()
    return [event["event"] for event in report["events"]]


def test_an_email_leaves_and_its_whole_way_is_reported(creditor: Any, house: Any) -> None:
    claim = creditor.hands_in("900.00")
    house.settle_down()
    sent = _message(creditor, claim, subject="About your invoice", body="You may pay in two parts.")
    assert sent.status_code == 201, sent.text
    message_id = sent.json()["messageId"]
    assert message_id.startswith("msg_")

    eventually_sync(lambda: "sent" in _events(creditor, message_id), timeout_seconds=30)
    listed = creditor.get(f"/api/cases/{claim.case_id}/messages", type="email", direction="outbound").json()
    subjects = [message["subject"] for message in listed["messages"]]
    assert "About your invoice" in subjects
    assert listed["totalCount"] == len(subjects) == 2  # and the invoice itself


def test_who_wants_no_contact_is_written_to_about_nothing_but_what_is_excepted(creditor: Any, house: Any) -> None:
    claim = creditor.hands_in("910.00")
    house.settle_down()
    path = f"/api/cases/{claim.case_id}/communication-preferences"
    wishes = {"doNotContact": True, "reason": "asked by phone", "exceptions": ["payment_confirmations"]}
    answer = house.call("PUT", path, creditor.token, json=wishes | {"effectiveDate": str(house.today)})
    assert answer.status_code == 200, answer.text

    refused = _message(creditor, claim, subject="Hello", body="…", category="free_text")
    assert refused.status_code == 422
    assert "rule" in refused.json()
    excepted = _message(creditor, claim, subject="Thank you", body="Received.", category="payment_confirmation")
    assert excepted.status_code == 201, excepted.text


def test_documents_are_kept_checked_and_given_back_only_to_their_creditor(
    creditor: Any, onboard: Any, house: Any
) -> None:
    claim = creditor.hands_in("920.00")
    house.settle_down()
    path = f"/api/cases/{claim.case_id}/documents"

    def upload(name: str, content: bytes) -> Any:
        return house.call(
            "POST",
            path,
            creditor.token,
            files={"file": (name, content)},
            data={"documentType": "payment_proof", "description": "Receipt"},
        )

    proof = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    stored = upload("receipt.pdf", proof)
    assert stored.status_code == 201, stored.text
    document_id = stored.json()["documentId"]
    download = f"/api/documents/{document_id}/download"
    assert house.call("GET", download, creditor.token).content == proof
    assert house.call("GET", download, onboard().token).status_code == 404
    assert upload("receipt.pdf", b"MZ\x90\x00 this is a program").status_code == 415
    listed = creditor.get(path).json()["documents"]
    assert [document["documentId"] for document in listed] == [document_id]


def test_a_note_and_the_timeline_hold_what_happened_on_the_case(creditor: Any, house: Any) -> None:
    claim = creditor.hands_in("930.00")
    house.settle_down()
    note = {"note": "Called, no answer.", "visibility": "internal", "category": "call_log", "tags": ["phone"]}
    assert creditor.post(f"/api/cases/{claim.case_id}/notes", note).status_code == 201
    house.wait(17)

    notes = creditor.get(f"/api/cases/{claim.case_id}/notes").json()["notes"]
    assert [found["note"] for found in notes] == ["Called, no answer."]
    timeline = creditor.get(f"/api/cases/{claim.case_id}/timeline")
    assert timeline.status_code == 200, timeline.text
    assert "Called, no answer." in timeline.text
    assert "reminder" in timeline.text


def test_an_email_is_written_from_a_template_of_the_creditor(creditor: Any, house: Any) -> None:
    claim = creditor.hands_in("940.00")
    house.settle_down()
    template = {
        "templateId": "spring-greeting",
        "language": "en",
        "name": "Spring greeting",
        "type": "email",
        "category": "case_update",
        "subject": "About {{invoiceNumber}}",
        "body": "We wait for {{amount}}.",
        "variables": [{"name": "invoiceNumber"}, {"name": "amount"}],
        "activate": True,
    }
    written = creditor.post("/api/message-templates", template)
    assert written.status_code == 201, written.text
    listed = creditor.get("/api/message-templates").json()["templates"]
    assert {"invoiceNumber", "amount"} == set(
        next(one for one in listed if one["templateId"] == "spring-greeting")["variables"]
    )

    values = {"invoiceNumber": str(claim.invoice_number)}
    refused = _message(creditor, claim, templateId="spring-greeting", variables=values)
    assert refused.status_code == 422
    assert "amount" in refused.text
    sent = _message(creditor, claim, templateId="spring-greeting", variables=values | {"amount": "940.00"})
    assert sent.status_code == 201, sent.text
    assert sent.json()["subject"] == f"About {claim.invoice_number}"
