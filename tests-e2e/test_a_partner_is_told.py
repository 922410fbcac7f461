"""A partner subscribes to events and is told what happens to its cases, signed, without asking."""

import base64
import hashlib
import hmac
from typing import Any

from testkit import Receiver, eventually_sync, running_receiver


def _told(receiver: Receiver, case_id: int) -> list[str]:
    """The events of a case, in the order they came; a case's events keep their order per topic only."""
    return [call.json["event"] for call in receiver.calls if call.json["data"].get("caseId") == case_id]


def test_a_partner_is_told_from_the_opening_of_a_case_to_its_end(creditor: Any, bank: Any, house: Any) -> None:
    with running_receiver() as receiver:
        receiver.status = 503
        events = ["case.opened", "case.step.reached", "payment.allocated", "case.closed"]
        made = creditor.post("/partner/webhooks", {"url": f"{receiver.url}/hooks", "events": events})
        assert made.status_code == 201, made.text

        claim = creditor.hands_in("1200.00")

        def failed_once() -> dict[str, Any] | None:
            events = creditor.get("/partner/webhooks/events", caseId=claim.case_id).json()
            return next((event for event in events if event.get("lastResponseCode") == 503), None)

        event = eventually_sync(failed_once, timeout_seconds=30)
        assert event is not None
        assert _told(receiver, claim.case_id) == ["case.opened"]
        receiver.status = 204  # the receiver was down: it is told again by hand, not only after a minute
        assert creditor.post(f"/partner/webhooks/events/{event['id']}/replay", {}).status_code == 202
        eventually_sync(lambda: _told(receiver, claim.case_id) == ["case.opened"] * 2, timeout_seconds=30)

        house.wait(17)
        bank.receives(claim, str(claim.owed))

        def all_told() -> bool:
            return set(_told(receiver, claim.case_id)) == set(events)

        eventually_sync(all_told, timeout_seconds=30)
        for call in receiver.calls:
            stamp = call.headers["x-fordring-timestamp"]
            key = base64.b64decode(made.json()["secret"])
            digest = hmac.new(key, f"{stamp}.".encode() + call.body, hashlib.sha256).hexdigest()
            assert call.headers["x-fordring-signature"] == f"t={stamp},v1={digest}"
        assert creditor.get("/partner/webhooks").json()[0]["isActive"] is True
        gone = house.call("DELETE", f"/partner/webhooks/{made.json()['id']}", creditor.token)
        assert gone.status_code == 204
