"""Client money at the office's door."""

from typing import Any

import pytest
from services.gateway.tests.door import OFFICE, Door, faulty
from services.gateway.tests.house import House

HEADERS = {"X-Api-Key": OFFICE}
DAY: dict[str, Any] = {
    "account_id": "CLIENT-NOK",
    "day": "2025-09-15",
    "currency": "NOK",
    "status": "DIFFERENT",
    "previous_day": "2025-09-12",
    "opening_minor": 0,
    "credited_minor": 70_000,
    "debited_minor": 50_000,
    "expected_minor": 20_000,
    "closing_minor": 19_850,
    "difference_minor": -150,
    "unexplained_minor": 0,
}
ALERT: dict[str, Any] = {
    "alert_id": "6f4a1d3e-58f1-5f0b-9a53-0d3c7b0e7a12",
    "kind": "DIFFERENCE",
    "account_id": "CLIENT-NOK",
    "day": "2025-09-15",
    "amount_minor": -150,
    "currency": "NOK",
    "findings": [
        {
            "kind": "UNKNOWN_DEBIT",
            "amount_minor": -150,
            "booking_date": "2025-09-15",
            "line_id": "ab",
            "reference": "",
        }
    ],
    "raised_on": "2025-09-16",
    "status": "OPEN",
    "cleared_on": None,
    "person": None,
    "reason": None,
}
NOT_TOLD = dict.fromkeys(DAY) | {
    "account_id": "CLIENT-NOK",
    "day": "2025-09-16",
    "currency": "NOK",
    "status": "NOT_TOLD",
}


async def test_the_office_reads_each_day_and_a_day_without_a_statement_has_no_figures(door: Door, house: House) -> None:
    house.on("payment-control", "GET", "/internal/client-money/days", [DAY, NOT_TOLD])

    answer = await door.get("/office/client-money/days", HEADERS, accountId="CLIENT-NOK", fromDate="2025-09-15")

    told, absent = answer.json()
    assert (told["differenceMinor"], told["expectedMinor"], absent["status"]) == (-150, 20_000, "NOT_TOLD")
    assert absent["differenceMinor"] is None
    [call] = house.calls
    assert call.params == {"account_id": "CLIENT-NOK", "from_date": "2025-09-15"}
    assert call.creditor_id is None


async def test_a_day_is_shown_with_its_lines_and_alerts(door: Door, house: House) -> None:
    line = {
        "line_id": "ab",
        "kind": "UNKNOWN_DEBIT",
        "booking_date": "2025-09-15",
        "amount_minor": -150,
        "reference": "",
        "end_to_end_id": "",
        "remittance_text": "ACCOUNT CHARGE",
        "payout_id": None,
    }
    detail = DAY | {"lines": [line], "alerts": [ALERT]}
    house.on("payment-control", "GET", "/internal/client-money/days/CLIENT-NOK/2025-09-15", detail)

    day = (await door.get("/office/client-money/days/CLIENT-NOK/2025-09-15", HEADERS)).json()

    assert (day["lines"][0]["kind"], day["alerts"][0]["findings"][0]["amountMinor"]) == ("UNKNOWN_DEBIT", -150)
    assert (await door.get("/office/client-money/days/CLIENT-NOK/2025-09-16", HEADERS)).status_code == 404


async def test_an_alert_is_acknowledged_by_a_person_with_a_reason_once_per_key(door: Door, house: House) -> None:
    path = f"/office/client-money/alerts/{ALERT['alert_id']}/acknowledge"
    answer = ALERT | {"status": "ACKNOWLEDGED", "person": "anne", "reason": "charge"}
    house.on("payment-control", "POST", f"/internal/client-money/alerts/{ALERT['alert_id']}/acknowledge", answer)
    house.on("payment-control", "GET", "/internal/client-money/alerts", [ALERT])
    by_anne = HEADERS | {"X-User": "anne"}

    answers = [await door.post(path, {"reason": "charge"}, by_anne, key="k-1") for _ in range(2)]
    nameless = await door.post(path, {"reason": "charge"}, HEADERS)
    without_reason = await door.post(path, {"reason": " "}, by_anne)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["status"] == "ACKNOWLEDGED"
    [call] = house.calls
    assert call.body == {"person": "anne", "reason": "charge"}
    assert (nameless.status_code, without_reason.status_code, faulty(without_reason)) == (422, 422, {"reason"})
    [alert] = (await door.get("/office/client-money/alerts", HEADERS, status="OPEN")).json()
    assert alert["alertId"] == ALERT["alert_id"]


async def test_the_cover_of_client_funds_is_passed_on_by_currency(door: Door, house: House) -> None:
    cover = {
        "currency": "NOK",
        "day": "2025-09-15",
        "held_minor": 19_850,
        "liabilities_minor": 20_000,
        "excess_minor": -150,
        "unmatched_minor": 0,
        "not_ours_minor": 0,
        "owed_to_creditors_minor": 20_000,
        "owed_to_payers_minor": 0,
        "in_transit_minor": 0,
    }
    house.on("payment-control", "GET", "/internal/client-money/cover", [cover])

    [told] = (await door.get("/office/client-money/cover", HEADERS)).json()

    assert (told["heldMinor"], told["excessMinor"]) == (19_850, -150)


@pytest.mark.parametrize("path", ["days", "days/CLIENT-NOK/2025-09-15", "alerts", "cover"])
async def test_client_money_is_not_for_creditors(door: Door, house: House, path: str) -> None:
    creditor = await door.admit()

    assert (await door.get(f"/office/client-money/{path}", creditor.headers)).status_code == 401
    assert house.calls == []


async def test_the_queue_is_read_page_by_page_and_filtered(door: Door, house: House) -> None:
    house.on("payment-control", "GET", "/internal/unmatched", [{"line_id": "x", "cursor": "2025-09-15_x"}])
    cursor = "2025-09-15_6f4a1d3e-58f1-5f0b-9a53-0d3c7b0e7a12"

    page = await door.get(
        "/office/unmatched",
        HEADERS,
        reason="UNKNOWN_REFERENCE",
        currency="NOK",
        accountId="CLIENT-NOK",
        after=cursor,
        limit="1",
    )
    wrong = await door.get("/office/unmatched", HEADERS, currency="kroner", limit="0")

    assert page.json() == [{"lineId": "x", "cursor": "2025-09-15_x"}]
    [call] = house.calls
    assert call.params == {
        "reason": "UNKNOWN_REFERENCE",
        "currency": "NOK",
        "account_id": "CLIENT-NOK",
        "after": cursor,
        "limit": "1",
    }
    assert (wrong.status_code, faulty(wrong)) == (422, {"query.currency", "query.limit"})
