"""Reading: cases, distribution, payments, settlements; each creditor its own and nothing else."""

import httpx
import pytest
from services.gateway.tests.door import Door, Pass, faulty
from services.gateway.tests.house import Call, House, a_case, a_claim, problem


def _belongs_to(creditor: Pass, answer: object) -> object:
    """Answers like a service: another creditor's id is not there."""

    def reply(call: Call) -> httpx.Response:
        if call.creditor_id != creditor.creditor_id:
            return problem(404, "You have no case 100001.")
        return httpx.Response(200, json=answer)

    return reply


async def test_case_details_have_balance_payments_events_and_actions(door: Door, house: House) -> None:
    house.on("lifecycle", "GET", "/internal/cases/100001", a_case("PAUSE", "COMMENT"))
    house.on("payment-control", "GET", "/internal/claims/100001", a_claim())
    creditor = await door.admit()
    case = (await door.get("/partner/invoice/case", creditor.headers, caseId=100001)).json()["case"]
    assert case["summary"]["caseId"] == 100001
    assert case["summary"]["createdAt"] == "2025-12-01T00:00:00Z"
    assert case["balance"] == {
        "capitalAmount": 1225.0,
        "interestAmount": 1.01,
        "costsAmount": 0.0,
        "totalAmount": 1226.01,
    }
    payment, reversal = case["payments"]
    assert (payment["type"], payment["amount"], payment["costsAmount"]) == ("PAYMENT", 100.0, 35.0)
    assert (reversal["type"], reversal["amount"]) == ("REVERSAL", -40.0)
    assert case["events"][0]["type"] == "OPENED"
    assert case["availableActions"] == ["PAUSE", "COMMENT"]


async def test_another_creditors_case_answers_exactly_like_a_missing_one(door: Door, house: House) -> None:
    owner, stranger = await door.admit(), await door.admit()
    house.on("lifecycle", "GET", "/internal/cases/100001", _belongs_to(owner, a_case()))
    house.on("payment-control", "GET", "/internal/claims/100001", _belongs_to(owner, a_claim()))
    assert (await door.get("/partner/invoice/case", owner.headers, caseId=100001)).status_code == 200
    other = await door.get("/partner/invoice/case", stranger.headers, caseId=100001)
    missing = await door.get("/partner/invoice/case", stranger.headers, caseId=999999)
    assert other.status_code == missing.status_code == 404
    assert other.json() == missing.json() | {"detail": missing.json()["detail"].replace("999999", "100001")}


async def test_a_case_can_be_asked_for_by_invoice_number(door: Door, house: House) -> None:
    house.on("intake", "GET", "/internal/invoices/by-number/251601000", {"case_id": 100001})
    house.on("lifecycle", "GET", "/internal/cases/100001", a_case())
    house.on("payment-control", "GET", "/internal/claims/100001", a_claim())
    creditor = await door.admit()
    assert (await door.get("/partner/invoice/case", creditor.headers, invoiceNumber="251601000")).status_code == 200
    wrong = await door.get("/partner/invoice/case", creditor.headers, invoiceNumber="251601000", caseId=5)
    assert wrong.status_code == 404
    nothing = await door.get("/partner/invoice/case", creditor.headers)
    assert (nothing.status_code, faulty(nothing)) == (422, {"query.caseId"})


async def test_a_claim_that_is_not_there_yet_asks_for_patience(door: Door, house: House) -> None:
    house.on("lifecycle", "GET", "/internal/cases/100001", a_case())
    creditor = await door.admit()
    response = await door.get("/partner/invoice/case", creditor.headers, caseId=100001)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")


def _distribution(status: str, number: int) -> dict[str, object]:
    return {
        "invoice_number": str(number),
        "invoice_date": "2026-01-20",
        "case_id": 100000 + number,
        "channel": "LETTER",
        "status": status,
        "reason": "" if status == "SUCCESSFUL" else "no such mailbox",
        "sent_at": "2026-01-20T08:00:00Z" if status == "SUCCESSFUL" else None,
        "message_id": "00000000-0000-0000-0000-00000000000a",
        "payment_control": True,
        "attempts": [
            {
                "channel": "LETTER",
                "status": status,
                "reason": "",
                "queued_at": "2026-01-20T07:00:00Z",
                "sent_at": None,
            }
        ],
    }


async def test_distribution_counts_what_arrived_and_covers_thirty_days_by_the_business_date(
    door: Door, house: House
) -> None:
    rows = [_distribution("SUCCESSFUL", 1), _distribution("FAILED", 2), _distribution("PENDING", 3)]
    house.on("communication", "GET", "/internal/distribution", rows)
    creditor = await door.admit()
    answer = (await door.get("/partner/invoice/distribution", creditor.headers)).json()
    meta = answer["metaData"]
    assert (meta["totalCount"], meta["successfulCount"], meta["failedCount"]) == (3, 1, 1)
    assert meta["filtersApplied"] == {
        "invoiceNumber": None,
        "fromInvDate": "2026-01-03",
        "toInvDate": "2026-02-02",
        "fetchType": None,
        "defaultLast30Days": True,
    }
    assert answer["distributions"][0]["method"] == "PRINT"
    assert [attempt["method"] for attempt in answer["distributions"][0]["attempts"]] == ["PRINT"]
    [call] = house.calls
    assert (call.creditor_id, call.params["from_invoice_date"]) == (creditor.creditor_id, "2026-01-03")

    failed = (await door.get("/partner/invoice/distribution", creditor.headers, fetchType="FAILED")).json()
    assert [record["invoiceNumber"] for record in failed["distributions"]] == ["2"]
    await door.get("/partner/invoice/distribution", creditor.headers, invoiceNumber="1")
    assert "from_invoice_date" not in house.calls[-1].params


async def test_distribution_fetches_every_page(door: Door, house: House) -> None:
    def page(call: Call) -> httpx.Response:
        offset, limit = int(call.params["offset"]), int(call.params["limit"])
        return httpx.Response(
            200, json=[_distribution("SUCCESSFUL", number) for number in range(offset, min(offset + limit, 1_001))]
        )

    house.on("communication", "GET", "/internal/distribution", page)
    creditor = await door.admit()
    answer = (await door.get("/partner/invoice/distribution", creditor.headers)).json()
    assert answer["metaData"]["totalCount"] == 1_001
    assert len(house.calls) == 2


async def test_payments_are_a_bare_list_in_the_reference_shape(door: Door, house: House) -> None:
    payment = {
        "payment_id": "00000000-0000-0000-0000-00000000000a",
        "case_id": 100001,
        "invoice_number": "251601000",
        "invoice_payment_reference": "1001100001",
        "original_payment_reference": "1001100001",
        "payer_name": "Ola",
        "booking_date": "2026-01-20",
        "value_date": "2026-01-19",
        "amount_minor": 124050,
        "currency": "NOK",
    }
    house.on("payment-control", "GET", "/internal/payments", [payment])
    creditor = await door.admit()
    response = await door.get("/partner/payments", creditor.headers, fromDate="2026-01-01", toDate="2026-01-31")
    [read] = response.json()
    assert (read["amount"], read["accountName"], read["invoiceNumber"]) == (1240.5, "Ola", "251601000")
    assert (read["bookingDate"], read["paymentDate"]) == ("2026-01-20T00:00:00Z", "2026-01-19T00:00:00Z")
    assert house.calls[0].params == {"from_date": "2026-01-01", "to_date": "2026-01-31"}
    assert house.calls[0].creditor_id == creditor.creditor_id


@pytest.mark.parametrize("path", ["/partner/payments", "/partner/settlements"])
@pytest.mark.parametrize(
    ("period", "named"),
    [
        pytest.param({"fromDate": "2026-02-01", "toDate": "2026-01-01"}, "query.fromDate", id="ends before it begins"),
        pytest.param({"toDate": "yesterday"}, "query.toDate", id="no date"),
    ],
)
async def test_a_faulty_period_is_named(
    door: Door, house: House, path: str, period: dict[str, str], named: str
) -> None:
    creditor = await door.admit()
    response = await door.get(path, creditor.headers, **period)
    assert (response.status_code, faulty(response)) == (422, {named})
    assert house.calls == []


async def test_trouble_inside_the_house_is_never_the_partners_fault(door: Door, house: House) -> None:
    creditor = await door.admit()
    for status in (401, 403, 500):
        house.on("payment-control", "GET", "/internal/payments", {"detail": "secret"}, status)
        response = await door.get("/partner/payments", creditor.headers)
        assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
        assert "secret" not in response.text


async def test_a_report_is_handed_through_byte_by_byte(door: Door, house: House) -> None:
    house.on(
        "settlement", "GET", "/internal/settlements/7/report.pdf", lambda _: httpx.Response(200, content=b"%PDF\0")
    )
    creditor = await door.admit()
    response = await door.get("/partner/settlements/7/report.pdf", creditor.headers)
    assert (response.content, response.headers["content-type"]) == (b"%PDF\0", "application/pdf")
    assert house.calls[0].creditor_id == creditor.creditor_id
    assert (await door.get("/partner/settlements/8/report.pdf", creditor.headers)).status_code == 404


SETTLEMENT = {
    "settlement_number": 202601280001,
    "settlement_date": "2026-01-28",
    "agency": "FORDRING",
    "remittance_reference": "8090801781763",
    "beneficiary": {"name": "Fjord Strøm AS", "iban": "NO9386011117947", "bic": None},
    "settlement_amount_minor": 121550,
    "currency": "NOK",
    "payout_status": "CONFIRMED",
    "api_fetch_date": None,
    "bookkept_date": None,
    "internal_accounting_id": None,
    "allocations": [
        {
            "allocation_id": "00000000-0000-0000-0000-00000000000a",
            "kind": "ALLOCATION",
            "allocation_date": "2026-01-20",
            "currency": "NOK",
            "case_id": 100001,
            "original_invoice_number": "251601000",
            "original_payment_reference": "1001100001",
            "allocated_total_minor": 124050,
            "own_share_minor": 2500,
            "breakdown": [
                {"type": "CAPITAL", "amount_minor": 121550},
                {"type": "FEES", "amount_minor": 2500},
            ],
        }
    ],
    "deductions": [{"type": "FEE_SHARE", "amount_minor": 2500}],
}


async def test_settlements_add_up_in_the_newer_shape(door: Door, house: House) -> None:
    house.on("settlement", "GET", "/internal/settlements", {"settlements": [SETTLEMENT]})
    creditor = await door.admit()
    answer = (await door.get("/partner/settlements", creditor.headers)).json()
    assert answer["createdAt"]
    [settlement] = answer["settlements"]
    assert (settlement["settlementId"], settlement["settlementAmount"]) == (202601280001, 1215.5)
    assert settlement["beneficiary"]["iban"] == "NO9386011117947"
    [allocation] = settlement["allocations"]
    assert allocation["allocatedTotalAmount"] == sum(part["amount"] for part in allocation["breakdown"]) == 1240.5
    assert settlement["deductions"] == [{"type": "FEE_SHARE", "amount": 25.0}]
    assert house.calls[0].params == {"from_date": "2026-01-03", "to_date": "2026-02-02", "unfetched_only": "false"}
    assert house.calls[0].creditor_id == creditor.creditor_id


async def test_unfetched_settlements_are_found_whatever_their_date(door: Door, house: House) -> None:
    house.on("settlement", "GET", "/internal/settlements", {"settlements": []})
    creditor = await door.admit()
    await door.get("/partner/settlements", creditor.headers, unfetchedOnly="true")
    assert house.calls[0].params == {"from_date": "2000-01-01", "to_date": "2026-02-02", "unfetched_only": "true"}


async def test_the_report_for_programs_speaks_in_decimals(door: Door, house: House) -> None:
    report = SETTLEMENT | {"totals": {"principal_minor": 121550, "net_minor": 121550}, "period_from": "2026-01-21"}
    house.on("settlement", "GET", "/internal/settlements/7/report.json", report)
    creditor = await door.admit()
    answer = (await door.get("/partner/settlements/7/report.json", creditor.headers)).json()
    assert (answer["settlementId"], answer["settlementAmount"], answer["periodFrom"]) == (
        202601280001,
        1215.5,
        "2026-01-21",
    )
    assert answer["totals"] == {"capitalAmount": 1215.5, "netAmount": 1215.5}
    assert answer["allocations"][0]["breakdown"][0] == {"type": "CAPITAL", "amount": 1215.5}


async def test_an_invoice_number_never_leads_to_another_path(door: Door, house: House) -> None:
    creditor = await door.admit()
    odd = await door.get("/partner/invoice/case", creditor.headers, invoiceNumber="../../x")
    assert (odd.status_code, faulty(odd), house.calls) == (422, {"query.invoiceNumber"}, [])
    await door.get("/partner/invoice/case", creditor.headers, invoiceNumber="a/../../x")
    assert house.calls[0].path == "/internal/invoices/by-number/a/../../x"
