"""Payouts line by line, what comes next, closing a settlement, and the office's holds."""

from uuid import UUID

import httpx
from services.gateway.tests.door import OFFICE, Door, faulty
from services.gateway.tests.house import Call, House, problem

LINE = {
    "line_id": "00000000-0000-0000-0000-00000000000a",
    "kind": "ALLOCATION",
    "line_date": "2026-01-20",
    "case_id": 100001,
    "invoice_number": "251601000",
    "payment_reference": "1001100001",
    "principal_minor": 121550,
    "interest_minor": 0,
    "fees_minor": 3500,
    "collected_minor": 125050,
    "fee_share_minor": 1750,
    "commission_minor": 0,
    "vat_minor": 438,
    "net_minor": 122862,
}
PAYOUTS = {
    "settlement_number": 7,
    "settlement_date": "2026-01-28",
    "net_minor": 122862,
    "payouts": [
        {
            "part": 0,
            "amount_minor": 122862,
            "currency": "NOK",
            "reference": None,
            "status": "CONFIRMED",
            "attempts": [
                {
                    "attempt": 1,
                    "status": "CONFIRMED",
                    "end_to_end_id": "7-C1",
                    "payment_order": "FORDRING-20260128-1",
                    "iban": "NO9386011117947",
                    "initiated_date": "2026-01-28",
                    "booking_date": "2026-01-28",
                    "failed_date": None,
                    "reason": None,
                }
            ],
            "lines": [LINE],
        }
    ],
}
UPCOMING = {
    "as_of": "2026-02-02",
    "upcoming": [
        {
            "currency": "NOK",
            "account_id": "CLIENT-NOK",
            "line_count": 1,
            "collected_minor": 5000,
            "own_share_minor": 0,
            "net_minor": 5000,
            "minimum_payout_minor": 10000,
            "next_settlement_date": "2026-02-04",
            "waits_for": "MINIMUM",
            "hold_reason": None,
        }
    ],
}
HOLD = {
    "hold_id": "00000000-0000-0000-0000-0000000000b1",
    "creditor_id": "00000000-0000-0000-0000-0000000000c1",
    "creditor_name": "Fjord Strøm AS",
    "reason": "bankruptcy?",
    "held_date": "2026-02-02",
    "release_id": None,
    "released_date": None,
    "release_reason": None,
}


async def test_a_payout_is_told_with_the_lines_it_is_the_sum_of(door: Door, house: House) -> None:
    house.on("settlement", "GET", "/internal/settlements/7/payouts", PAYOUTS)
    creditor = await door.admit()
    told = (await door.get("/partner/settlements/7/payouts", creditor.headers)).json()
    [payout] = told["payouts"]
    assert (told["settlementId"], told["netAmount"], payout["amount"]) == (7, 1228.62, 1228.62)
    assert payout["lines"][0]["netAmount"] == 1228.62
    assert payout["attempts"][0]["endToEndId"] == "7-C1"
    assert house.asked("settlement")[0].creditor_id == creditor.creditor_id
    assert (await door.get("/partner/settlements/8/payouts", creditor.headers)).status_code == 404


async def test_what_is_settled_next_says_what_it_waits_for(door: Door, house: House) -> None:
    house.on("settlement", "GET", "/internal/settlements/upcoming", UPCOMING)
    creditor = await door.admit()
    [row] = (await door.get("/partner/settlements/upcoming", creditor.headers)).json()["upcoming"]
    assert (row["netAmount"], row["minimumPayoutAmount"], row["waitsFor"]) == (50.0, 100.0, "MINIMUM")


async def test_a_settlement_is_closed_with_the_vouchers_id(door: Door, house: House) -> None:
    def close(call: Call) -> httpx.Response:
        if call.params.get("internal_accounting_id") == "XYZ4":
            return problem(409, "Settlement 7 is bookkept as XYZ3 already.")
        marked = {"settlement_number": 7, "bookkept_date": "2026-02-02", "internal_accounting_id": "XYZ3"}
        return httpx.Response(200, json=marked)

    house.on("settlement", "POST", "/internal/settlements/7/bookkept", close)
    creditor = await door.admit()
    path = "/api/v1/partner/settlements/7/bookkeep"
    closed = await door.client.patch(path, params={"internalAccountingId": "XYZ3"}, headers=creditor.headers)
    assert closed.json() == {"settlementId": 7, "bookkeptDate": "2026-02-02", "internalAccountingId": "XYZ3"}
    other = await door.client.patch(path, params={"internalAccountingId": "XYZ4"}, headers=creditor.headers)
    assert (other.status_code, other.json()["detail"]) == (409, "Settlement 7 is bookkept as XYZ3 already.")


async def test_open_settlements_are_found_whatever_their_date(door: Door, house: House) -> None:
    house.on("settlement", "GET", "/internal/settlements", {"settlements": []})
    creditor = await door.admit()
    await door.get("/partner/settlements", creditor.headers, excludeClosed="true")
    params = house.calls[0].params
    assert (params["exclude_closed"], params["from_date"]) == ("true", "2000-01-01")


async def test_the_table_of_a_settlement_is_passed_on(door: Door, house: House) -> None:
    house.on("settlement", "GET", "/internal/settlements/7/report.csv", lambda _: httpx.Response(200, content=b"a,b"))
    creditor = await door.admit()
    answer = await door.get("/partner/settlements/7/report.csv", creditor.headers)
    assert (answer.content, answer.headers["content-type"]) == (b"a,b", "text/csv; charset=utf-8")


async def test_the_office_holds_a_creditor_once_per_key(door: Door, house: House) -> None:
    creditor_id = HOLD["creditor_id"]
    house.on("settlement", "POST", f"/internal/creditors/{creditor_id}/hold", HOLD)
    house.on("settlement", "GET", "/internal/holds", [HOLD])
    path, headers = f"/api/v1/office/creditors/{creditor_id}/settlement-hold", {"X-Api-Key": OFFICE}
    keyed = headers | {"Idempotency-Key": "hold-1"}
    first = await door.client.post(path, json={"reason": "bankruptcy?"}, headers=keyed)
    again = await door.client.post(path, json={"reason": "bankruptcy?"}, headers=keyed)
    assert first.json()["heldDate"] == again.json()["heldDate"] == "2026-02-02"
    [call] = house.asked("settlement")
    assert (call.creditor_id, call.body["reason"]) == (None, "bankruptcy?")
    assert UUID(call.body["request_id"])
    [hold] = (await door.client.get("/api/v1/office/settlement-holds", headers=headers)).json()
    assert hold["creditorName"] == "Fjord Strøm AS"
    nameless = await door.client.post(path, json={"reason": " "}, headers=headers)
    assert (nameless.status_code, faulty(nameless)) == (422, {"reason"})


async def test_a_creditor_cannot_release_itself(door: Door, house: House) -> None:
    creditor = await door.admit()
    path = f"/api/v1/office/creditors/{creditor.creditor_id}/settlement-release"
    assert (await door.client.post(path, json={"reason": "please"}, headers=creditor.headers)).status_code == 401
    assert house.calls == []


async def test_settlement_terms_are_agreed_on_at_onboarding(door: Door, house: House) -> None:
    def take(call: Call) -> httpx.Response:
        answer = {"customer_code": "C1001", "reference_prefix": "1001", "agreement": {}}
        return httpx.Response(201, json={"creditor_id": call.body["creditor_id"], **answer})

    house.on("intake", "POST", "/internal/creditors", take)
    client = {
        "name": "Fjord Strøm AS",
        "businessCode": "923609016",
        "countryCode": "NO",
        "email": "post@fjordstrom.example",
        "languageCode": "NO",
        "bankAccount": {"iban": "NO9386011117947"},
    }
    terms = {
        "settlementInterval": "MONTHLY",
        "settlementMonthDay": 15,
        "settlementRoll": "PRECEDING",
        "minimumPayout": 250.5,
        "commissionTiers": [{"daysOverdueFrom": 90, "amountFrom": 5000, "commissionPercent": 10}],
        "payoutPerInvoice": True,
    }
    body = {"service": {"type": "LIFECYCLE", "partnerCode": "QUICK3"}, "client": client, "agreement": terms}
    headers = {"X-Api-Key": door.settings.provisioning_token.get_secret_value()}
    assert (await door.client.post("/api/v1/partner/client", json=body, headers=headers)).status_code == 201
    agreed = house.asked("intake")[0].body["terms"]
    assert (agreed["settlement_interval"], agreed["settlement_month_day"]) == ("MONTHLY", 15)
    assert agreed["minimum_payout_minor"] == 25_050
    assert agreed["commission_tiers"] == [{"days_overdue_from": 90, "amount_from_minor": 500_000, "commission": 1_000}]
    body["agreement"] = {"minimumPayout": 0.001, "commissionTiers": []}
    fine = await door.client.post("/api/v1/partner/client", json=body, headers=headers)
    assert (fine.status_code, faulty(fine)) == (422, {"agreement.minimumPayout"})
