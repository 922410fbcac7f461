"""What a creditor reads about its settlements, and what others may not."""

import io
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader

WEDNESDAY = date(2025, 9, 3)
NUMBER = 202509030001
_READS = ("report.json", "report.pdf", "report.csv", "payouts")
_PATHS = [*(("GET", path) for path in _READS), ("POST", "bookkept")]


@pytest.fixture
async def settled(office: Any, facts: Any) -> None:
    await office.hear(facts.onboarded(), facts.activated(), facts.activated(facts.other_creditor_id))
    await office.hear(
        facts.allocated(1, PRINCIPAL=100_000, INTEREST=1_000, REMINDER_FEE=3_500),
        facts.allocated(2, stage="COLLECTION", PRINCIPAL=200_000, COLLECTION_FEE=70_000),
    )
    await office.run(WEDNESDAY)
    await office.set_date(WEDNESDAY)


async def test_settlements_of_the_last_30_days_tell_when_they_were_fetched_before(
    call: Any, office: Any, facts: Any, settled: None
) -> None:
    first = (await call("GET", "/settlements", facts.creditor_id)).json()
    assert (first["from_date"], first["to_date"]) == ("2025-08-04", "2025-09-03")
    [read] = first["settlements"]
    assert (read["settlement_number"], read["agency"], read["api_fetch_date"]) == (NUMBER, "FORDRING", None)
    assert read["remittance_reference"] == "202509030001-C1"
    assert read["beneficiary"] == {"name": "Fjellheim Strøm AS", "iban": "NO8615030002313", "bic": None}
    await office.set_date(date(2025, 9, 4))
    [again] = (await call("GET", "/settlements", facts.creditor_id)).json()["settlements"]
    assert again["api_fetch_date"] == "2025-09-03"
    unfetched = await call("GET", "/settlements?unfetched_only=true", facts.creditor_id)
    assert unfetched.json()["settlements"] == []


async def test_allocations_less_deductions_are_what_is_paid(call: Any, facts: Any, settled: None) -> None:
    [read] = (await call("GET", "/settlements", facts.creditor_id)).json()["settlements"]
    for allocation in read["allocations"]:
        assert sum(part["amount_minor"] for part in allocation["breakdown"]) == allocation["allocated_total_minor"]
    allocated = sum(allocation["allocated_total_minor"] for allocation in read["allocations"])
    deducted = {deduction["type"]: deduction["amount_minor"] for deduction in read["deductions"]}
    assert deducted == {"FEE_SHARE": 71_750, "COMMISSION": 10_000, "VAT": 20_438}
    assert allocated - sum(deducted.values()) == read["settlement_amount_minor"]


async def test_a_period_may_be_asked_for_and_must_not_be_turned_round(call: Any, facts: Any, settled: None) -> None:
    before = await call("GET", "/settlements?from_date=2025-08-01&to_date=2025-09-02", facts.creditor_id)
    assert before.json()["settlements"] == []
    turned = await call("GET", "/settlements?from_date=2025-09-02&to_date=2025-08-02", facts.creditor_id)
    assert turned.status_code == 422


async def test_another_creditors_settlement_reads_like_a_missing_one(call: Any, facts: Any, settled: None) -> None:
    other = facts.other_creditor_id
    assert (await call("GET", "/settlements", other)).json()["settlements"] == []
    for method, path in _PATHS:
        theirs = await call(method, f"/settlements/{NUMBER}/{path}", other)
        missing = await call(method, f"/settlements/{NUMBER}/{path}", facts.creditor_id.__class__(int=1))
        assert theirs.status_code == missing.status_code == 404
        assert theirs.json() == missing.json()
        assert theirs.json()["detail"] == f"You have no settlement {NUMBER}."


async def test_the_report_tells_everything_in_json(call: Any, facts: Any, settled: None) -> None:
    report = (await call("GET", f"/settlements/{NUMBER}/report.json", facts.creditor_id)).json()
    assert (report["creditor_name"], report["period_from"], report["api_fetch_date"]) == (
        "Fjellheim Strøm AS",
        "2025-09-01",
        None,
    )
    totals = report["totals"]
    assert totals["allocated_minor"] == totals["own_share_minor"] + totals["net_minor"] == 374_500


async def test_the_report_is_a_pdf_with_the_figures_of_the_settlement(call: Any, facts: Any, settled: None) -> None:
    answer = await call("GET", f"/settlements/{NUMBER}/report.pdf", facts.creditor_id)
    assert answer.headers["content-type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    text = "".join(pages[0].extract_text().split())
    assert len(pages) == 1
    for shown in ("Oppgjør", "FjellheimStrømAS", "2025-000001", "NO8615030002313", "2723,12", "202509030001-C1"):
        assert shown in text
    assert "Side1av1" in text


async def test_a_report_of_several_payouts_shows_the_reference_of_each(call: Any, office: Any, facts: Any) -> None:
    await office.hear(facts.onboarded(), facts.activated(payout_per_invoice=True))
    await office.hear(*(facts.allocated(number, PRINCIPAL=number * 1_000) for number in (1, 2, 3)))
    await office.run(date(2025, 9, 3))
    answer = await call("GET", f"/settlements/{NUMBER}/report.pdf", facts.creditor_id)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    shown = "".join(text.split())
    for number in (1, 2, 3):
        assert f"1001{number:08}202509030001-C{number}-12025-{number:06}{number * 10},00" in shown
    assert "Referanseénperoverføring,seunder" in shown


async def test_a_settlement_is_bookkept_once(call: Any, office: Any, facts: Any, settled: None) -> None:
    path = f"/settlements/{NUMBER}/bookkept"
    first = await call("POST", path, facts.creditor_id)
    assert first.json()["internal_accounting_id"] is None
    await office.set_date(date(2025, 9, 9))
    second = await call("POST", f"{path}?internal_accounting_id=XYZ3", facts.creditor_id)
    again = await call("POST", path, facts.creditor_id)
    assert again.json() == second.json() == first.json() | {"internal_accounting_id": "XYZ3"}
    assert second.json()["bookkept_date"] == "2025-09-03"
    otherwise = await call("POST", f"{path}?internal_accounting_id=XYZ4", facts.creditor_id)
    assert (otherwise.status_code, otherwise.json()["detail"]) == (
        409,
        f"Settlement {NUMBER} is bookkept as XYZ3 already.",
    )


async def test_a_bookkept_settlement_is_closed(call: Any, facts: Any, settled: None) -> None:
    path = "/settlements?exclude_closed=true"
    [still_open] = (await call("GET", path, facts.creditor_id)).json()["settlements"]
    assert still_open["bookkept_date"] is None
    await call("POST", f"/settlements/{NUMBER}/bookkept", facts.creditor_id)
    assert (await call("GET", path, facts.creditor_id)).json()["settlements"] == []
    [closed] = (await call("GET", "/settlements", facts.creditor_id)).json()["settlements"]
    assert closed["bookkept_date"] == "2025-09-03"


async def test_the_house_counts_what_is_accrued_settled_and_paid(
    call: Any, office: Any, facts: Any, settled: None
) -> None:
    await office.hear(facts.allocated(3, PRINCIPAL=5_000))
    counts = (await call("GET", "/settlement-counts", None)).json()
    assert counts == {
        "settlements": 1,
        "undelivered_orders": 1,
        "currencies": [
            {
                "currency": "NOK",
                "accrued_minor": 5_000,
                "settled_minor": 374_500,
                "net_minor": 272_312,
                "own_share_minor": 102_188,
                "deferred_own_share_minor": 0,
                "payouts": {"CREDITOR": {"INITIATED": 272_312}, "OWN": {"INITIATED": 102_188}, "REFUND": {}},
                "given_up": 0,
            }
        ],
    }
    assert (await call("GET", "/settlement-counts", facts.creditor_id)).status_code == 403


async def test_nobody_is_answered_without_a_signed_call(call: Any, facts: Any) -> None:
    assert (await call("GET", "/settlements/0/report.json", facts.creditor_id)).status_code == 422
    assert (await call("GET", "/settlements", None)).status_code == 403
