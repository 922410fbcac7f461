"""A creditor's book and reports through the partner's door: decimals and camelCase, names of faulty fields."""

from typing import Any

import httpx
import pytest
from services.gateway.tests.door import OFFICE, Door, faulty
from services.gateway.tests.house import Call, House, problem

ACCOUNT = {
    "code": "1500",
    "name": "Receivables",
    "kind": "ASSET",
    "account_number": "1701",
    "vat_code": "20",
    "vat_basis_points": 2_550,
    "text": "Kunder",
}
VOUCHER: dict[str, Any] = {
    "voucher_id": "00000000-0000-0000-0000-00000000000a",
    "voucher_number": 7,
    "fact": "invoice.created",
    "fact_id": "00000000-0000-0000-0000-00000000000b",
    "settlement_id": None,
    "currency": "NOK",
    "voucher_date": "2026-01-05",
    "fact_date": None,
    "reverses": None,
    "text": "Invoice 1",
    "total_minor": 125_000,
    "lines": [
        {
            "account_code": "1500",
            "account_number": "1701",
            "vat_code": "20",
            "account_name": "Receivables",
            "debit_minor": 125_000,
            "credit_minor": 0,
            "case_id": 100001,
            "invoice_number": "1",
            "component": "PRINCIPAL",
            "text": "",
        }
    ],
}


async def test_accounts_are_mapped_in_per_cent_outside_and_basis_points_inside(door: Door, house: House) -> None:
    house.on("accounting", "POST", "/internal/accounts", {"accounts": [ACCOUNT]})
    creditor = await door.admit()
    wanted = {"code": "1500", "accountNumber": "1701", "vatCode": "20", "vatPercentage": 25.5, "text": "Kunder"}
    answer = await door.post("/partner/accounting/accounts", {"accounts": [wanted]}, creditor.headers)
    assert (answer.status_code, answer.json()["accounts"]) == (
        200,
        [wanted | {"name": "Receivables", "kind": "ASSET"}],
    )
    [call] = house.calls
    assert call.body["accounts"] == [
        {"code": "1500", "account_number": "1701", "vat_code": "20", "vat_basis_points": 2_550, "text": "Kunder"}
    ]
    assert call.creditor_id == creditor.creditor_id


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"code": "15"}, "accounts.0.code", id="no code"),
        pytest.param({"accountNumber": "a b"}, "accounts.0.accountNumber", id="blank in the number"),
        pytest.param({"vatPercentage": 101}, "accounts.0.vatPercentage", id="more than everything"),
        pytest.param({"text": "a\u0007"}, "accounts.0.text", id="control character"),
    ],
)
async def test_a_faulty_mapping_is_named_and_reaches_nobody(
    door: Door, house: House, change: dict[str, Any], field: str
) -> None:
    creditor = await door.admit()
    body = {"accounts": [{"code": "1500", "accountNumber": "1701"} | change]}
    answer = await door.post("/partner/accounting/accounts", body, creditor.headers)
    assert (answer.status_code, faulty(answer), house.calls) == (422, {field}, [])


async def test_an_unknown_account_is_refused_in_the_partners_words(door: Door, house: House) -> None:
    house.on("accounting", "POST", "/internal/accounts", lambda _: problem(422, "accounts: your chart has no 9999"))
    creditor = await door.admit()
    body = {"accounts": [{"code": "9999", "accountNumber": "1"}]}
    answer = await door.post("/partner/accounting/accounts", body, creditor.headers)
    assert (answer.status_code, faulty(answer)) == (422, {"accounts"})


async def test_balances_and_vouchers_are_told_in_decimals(door: Door, house: House) -> None:
    balance = {
        "creditor_id": None,
        "account_code": "1500",
        "account_number": "1701",
        "account_name": "Receivables",
        "kind": "ASSET",
        "currency": "NOK",
        "balance_minor": 125_050,
    }
    house.on("accounting", "GET", "/internal/balances", {"book": "CREDITOR", "balances": [balance]})
    house.on("accounting", "GET", "/internal/vouchers", {"vouchers": [VOUCHER]})
    creditor = await door.admit()
    balances = (await door.get("/partner/accounting/balances", creditor.headers, asOf="2026-01-31")).json()
    assert balances["balances"][0] == {
        "code": "1500",
        "accountNumber": "1701",
        "accountName": "Receivables",
        "kind": "ASSET",
        "currency": "NOK",
        "balanceAmount": 1250.5,
    }
    assert house.calls[0].params == {"book": "CREDITOR", "as_of": "2026-01-31"}
    [voucher] = (await door.get("/partner/accounting/vouchers", creditor.headers, caseId=100001)).json()["vouchers"]
    assert (voucher["voucherNumber"], voucher["totalAmount"], voucher["lines"][0]["debitAmount"]) == (7, 1250.0, 1250.0)
    assert {call.creditor_id for call in house.calls} == {creditor.creditor_id}


async def test_a_voucher_is_reversed_with_a_reason(door: Door, house: House) -> None:
    house.on("accounting", "POST", "/internal/vouchers/7/reversal", {"vouchers": [VOUCHER]})
    creditor = await door.admit()
    answer = await door.post("/partner/accounting/vouchers/7/reversal", {"reason": "twice"}, creditor.headers)
    assert (answer.status_code, house.calls[0].body) == (201, {"reason": "twice"})
    empty = await door.post("/partner/accounting/vouchers/7/reversal", {"reason": " "}, creditor.headers)
    assert (empty.status_code, faulty(empty)) == (422, {"reason"})
    unknown = await door.post("/partner/accounting/vouchers/8/reversal", {"reason": "x"}, creditor.headers)
    assert unknown.status_code == 404


async def test_creditors_close_their_own_book_and_the_office_its_own(door: Door, house: House) -> None:
    def close(call: Call) -> httpx.Response:
        period = {"book": "CREDITOR", "closed_through": call.body["closed_through"], "closed_on": "2026-02-02"}
        return httpx.Response(200, json={"periods": [period]})

    house.on("accounting", "POST", "/internal/closed-periods", close)
    creditor = await door.admit()
    wanted = {"closedThrough": "2026-01-31"}
    own = await door.post("/partner/accounting/closed-periods", wanted, creditor.headers)
    assert (own.status_code, own.json()["periods"][0]["closedThrough"]) == (201, "2026-01-31")
    ours = await door.post("/office/accounting/closed-periods", wanted, {"X-Api-Key": OFFICE})
    assert ours.status_code == 201
    assert [call.creditor_id for call in house.calls] == [creditor.creditor_id, None]
    assert (await door.post("/office/accounting/closed-periods", wanted, creditor.headers)).status_code == 401


async def test_reopening_is_refused_and_the_fault_is_named(door: Door, house: House) -> None:
    creditor = await door.admit()
    for status, detail, field in (
        (409, "The books are already closed through 2026-01-31.", set[str]()),
        (422, "closed_through: must lie before today", {"closedThrough"}),
    ):
        house.on("accounting", "POST", "/internal/closed-periods", lambda _, s=status, d=detail: problem(s, d))
        answer = await door.post(
            "/partner/accounting/closed-periods", {"closedThrough": "2026-01-01"}, creditor.headers
        )
        assert answer.status_code == status
        assert (faulty(answer) if status == 422 else set()) == field


def _page(call: Call) -> httpx.Response:
    after = int(call.params["after"])
    invoice = {
        "case_id": after + 1,
        "invoice_number": "=1+1",
        "invoice_date": "2025-12-01",
        "due_date": "2025-12-15",
        "days_overdue": 49,
        "bucket": "31-60",
        "currency": "NOK",
        "principal_minor": 100_050,
        "interest_minor": 101,
        "fees_minor": 0,
        "open_minor": 100_151,
    }
    buckets = [{"bucket": "31-60", "invoices": 3, "open_minor": 300_453}]
    return httpx.Response(
        200,
        json={
            "as_of": "2026-02-02",
            "currencies": [{"currency": "NOK", "total_minor": 300_453, "buckets": buckets}],
            "invoices": [invoice],
            "next_after": after + 1 if after < 2 else None,
        },
    )


async def test_aged_receivables_come_in_pages_and_as_one_csv(door: Door, house: House) -> None:
    house.on("accounting", "GET", "/internal/reports/aged-receivables", _page)
    creditor = await door.admit()
    page = (await door.get("/partner/reports/aged-receivables", creditor.headers, limit=1)).json()
    assert (page["currencies"][0]["totalAmount"], page["nextCursor"]) == (3004.53, 1)
    assert (page["invoices"][0]["capitalAmount"], page["invoices"][0]["openAmount"]) == (1000.5, 1001.51)

    answer = await door.get("/partner/reports/aged-receivables.csv", creditor.headers)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    header, *rows = answer.text.splitlines()
    assert header.startswith("asOf,caseId,invoiceNumber,")
    assert header.endswith("feesAmount,openAmount")
    assert [row.split(",")[1] for row in rows] == ["1", "2", "3"]
    assert rows[0] == "2026-02-02,1,'=1+1,2025-12-01,2025-12-15,49,31-60,NOK,1000.50,1.01,0.00,1001.51"


RECOVERY = {
    "as_of": "2026-02-02",
    "cohorts": [
        {
            "month": "2025-12-01",
            "currency": "NOK",
            "invoices": 2,
            "placed_minor": 300_000,
            "collected_minor": 151_000,
            "collected_principal_minor": 150_000,
            "recovery_rate": 5_033,
            "principal_recovery_rate": 5_000,
            "ages": [
                {"days": 30, "collected_minor": 100_000, "recovery_rate": 3_333},
                {"days": 90, "collected_minor": 151_000, "recovery_rate": None},
            ],
        }
    ],
}
FIGURES = {
    "from_date": "2026-01-01",
    "to_date": "2026-01-31",
    "days": 31,
    "currencies": [
        {
            "currency": "NOK",
            "opening_minor": 200_000,
            "sales_minor": 0,
            "closing_minor": 490_000,
            "current_minor": 340_000,
            "dso": None,
            "best_possible_dso": None,
            "average_days_delinquent": None,
            "cei": 5_000,
        }
    ],
}
STATEMENT = {
    "account_code": "1580",
    "from_date": "2026-01-01",
    "to_date": "2026-01-31",
    "currencies": [
        {
            "currency": "NOK",
            "opening_minor": 100_000,
            "closing_minor": 151_000,
            "lines": [
                {
                    "voucher_date": "2026-01-20",
                    "voucher_number": 9,
                    "text": "Payment, allocated",
                    "case_id": 100001,
                    "invoice_number": "1",
                    "component": None,
                    "debit_minor": 51_000,
                    "credit_minor": 0,
                    "balance_minor": 151_000,
                }
            ],
        }
    ],
}


async def test_rates_and_days_have_two_decimals_and_null_where_undefined(door: Door, house: House) -> None:
    house.on("accounting", "GET", "/internal/reports/recovery", RECOVERY)
    house.on("accounting", "GET", "/internal/reports/key-figures", FIGURES)
    house.on("accounting", "GET", "/internal/reports/account-statement", STATEMENT)
    creditor = await door.admit()
    [cohort] = (await door.get("/partner/reports/recovery", creditor.headers)).json()["cohorts"]
    assert (cohort["recoveryRate"], cohort["capitalRecoveryRate"]) == (50.33, 50.0)
    assert [age["recoveryRate"] for age in cohort["ages"]] == [33.33, None]
    [nok] = (await door.get("/partner/reports/key-figures", creditor.headers)).json()["currencies"]
    assert (nok["dso"], nok["cei"], nok["closingAmount"]) == (None, 50.0, 4900.0)
    statement = (await door.get("/partner/reports/account-statement", creditor.headers, code="1580")).json()
    assert statement["currencies"][0]["lines"][0]["balanceAmount"] == 1510.0

    written = [
        (await door.get(f"/partner/reports/{report}.csv", creditor.headers)).text.splitlines()
        for report in ("recovery", "key-figures", "account-statement")
    ]
    assert written[0][1] == "2026-02-02,2025-12-01,NOK,2,3000.00,1510.00,1500.00,50.33,50.00,33.33,"
    assert written[1][1] == "2026-01-01,2026-01-31,31,NOK,2000.00,0.00,4900.00,3400.00,,,,50.00"
    assert written[2][1] == '1580,NOK,2026-01-20,9,"Payment, allocated",100001,1,510.00,0.00,1510.00'


async def test_a_faulty_period_is_named_as_the_partner_spelled_it(door: Door, house: House) -> None:
    house.on(
        "accounting", "GET", "/internal/reports/key-figures", lambda _: problem(422, "from_date: must not lie after")
    )
    creditor = await door.admit()
    answer = await door.get(
        "/partner/reports/key-figures", creditor.headers, fromDate="2026-02-01", toDate="2026-01-01"
    )
    assert (answer.status_code, faulty(answer)) == (422, {"query.fromDate"})
