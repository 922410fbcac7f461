"""What collectors report lowers claims once; nobody is paid of it before it stands on a client account."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from payment_control.settings import Settings
from runtime.tokens import sign


@pytest.fixture
def house(settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {sign(settings, 'gateway', None)}"}


def named(*external_ids: str, **fields: Any) -> dict[str, Any]:
    word = {"decision_id": str(uuid4()), "person": "anne", "reason": "remittance of October"}
    return word | {"collector": "NORDINKASSO", "external_ids": list(external_ids)} | fields


async def arrives(office: Any, amount_minor: int) -> UUID:
    """The collector's bulk payment; it names no claim."""
    await office.imports(office.ocr(office.giro(office.kid(99), amount_minor)))
    [row] = await office.rows("SELECT payment_id FROM payment WHERE status = 'UNMATCHED'")
    return row.payment_id


async def reports(office: Any) -> dict[str, str]:
    rows = await office.rows("SELECT external_id, status FROM collected_amount")
    return {row.external_id: row.status for row in rows}


async def test_a_report_covers_fees_interest_and_principal_as_a_payment_of_that_day_would_once(office: Any) -> None:
    await office.has_claims(office.invoice(1))
    await office.handle(office.step(1, fee_minor=3_500))
    report = office.collected(50_000)

    await office.handle(report, report)
    again = report.model_copy(update={"event_id": uuid4()})
    await office.handle(again)

    claim = await office.claim(1)
    assert (claim.reminder_fee_minor, claim.interest_minor, claim.interest_through) == (0, 0, report.collected_on)
    [told] = [fact for fact in await office.announced("claim.changed") if fact.cause == "COLLECTED"]
    assert (sum(part.amount_minor for part in told.parts), told.remitted_to, told.ignored_minor) == (
        -50_000,
        "OFFICE",
        0,
    )
    assert (told.cause_id, told.as_of) == (report.report_id, report.as_of)
    assert await office.unexplained_claims() == []
    assert await office.announced("payment.allocated") == []


async def test_what_exceeds_the_claim_is_told_and_the_claim_is_settled(office: Any) -> None:
    await office.has_claims(office.invoice(1), office.invoice(2))
    await office.handle(office.collected(100_100, 1, collected_on=date(2025, 9, 15)))
    await office.handle(office.collected(500, 1, external_id="late", remitted_to="CREDITOR"))
    told = [fact for fact in await office.announced("claim.changed") if fact.cause == "COLLECTED"]
    assert [(fact.ignored_minor, fact.remitted_to) for fact in told] == [(100, "OFFICE"), (500, "CREDITOR")]
    [settled] = await office.announced("claim.settled")
    assert (settled.cause, (await office.claim(1)).status) == ("PAID", "SETTLED")
    assert await reports(office) == {"K-1-100100": "DUE", "late": "WITH_CREDITOR"}


async def test_a_report_before_its_invoice_waits_for_it(office: Any) -> None:
    await office.handle(office.collected(40_000))
    assert await reports(office) == {}
    await office.has_claims(office.invoice(1))
    await office.handle()
    assert await reports(office) == {"K-1-40000": "DUE"}
    assert (await office.claim(1)).principal_minor < 100_000


async def test_what_a_collector_passes_on_becomes_the_creditors_and_claims_stay_as_they_are(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    day = date(2025, 9, 15)
    await office.has_claims(office.invoice(1), office.invoice(2))
    await office.handle(
        office.collected(30_000, 1, external_id="a", collected_on=day),
        office.collected(20_000, 1, external_id="b", collected_on=day),
        office.collected(100_250, 2, external_id="c", collected_on=day),
    )
    before = [await office.claim(1), await office.claim(2)]
    payment_id = await arrives(office, 150_250)
    path = f"/internal/unmatched/{payment_id}/remittance"

    too_little = await client.post(path, json=named("a", "b"), headers=house)
    unknown = await client.post(path, json=named("a", "b", "x"), headers=house)
    order = named("a", "b", "c")
    done = await client.post(path, json=order, headers=house)
    again = await client.post(path, json=order, headers=house)

    assert (too_little.status_code, unknown.status_code) == (422, 422)
    assert "x" in unknown.json()["detail"]
    assert (done.status_code, done.json()) == (200, again.json())
    told = {fact.case_id: fact for fact in await office.announced("payment.allocated")}
    assert all(fact.collected_before for fact in told.values())
    assert {case: (fact.amount_minor, fact.surplus_minor) for case, fact in told.items()} == {
        100_001: (50_000, 0),
        100_002: (100_250, 250),
    }
    assert [await office.claim(1), await office.claim(2)] == before
    assert set((await reports(office)).values()) == {"CLEARED"}
    [paid] = await office.rows("SELECT * FROM payment")
    assert (paid.status, paid.allocated_minor, paid.surplus_minor) == ("ALLOCATED", 150_000, 250)
    listed = (await client.get("/internal/collected?status=CLEARED&collector=NORDINKASSO", headers=house)).json()
    assert {row["external_id"]: row["payment_id"] for row in listed} == dict.fromkeys("abc", str(payment_id))


async def test_only_what_is_due_to_the_office_can_be_passed_on_and_only_once(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    await office.has_claims(office.invoice(1), office.invoice(2))
    await office.handle(
        office.collected(10_000, 1, external_id="mine", remitted_to="CREDITOR"),
        office.collected(10_000, 2, external_id="yours"),
    )
    payment_id = await arrives(office, 10_000)
    path = f"/internal/unmatched/{payment_id}/remittance"
    creditors = await client.post(path, json=named("mine"), headers=house)
    assert (creditors.status_code, "creditor" in creditors.json()["detail"]) == (409, True)
    assert (await client.post(path, json=named("yours"), headers=house)).status_code == 200
    await office.imports(office.ocr(office.giro(office.kid(98), 10_000)))
    [second] = await office.rows("SELECT payment_id FROM payment WHERE status = 'UNMATCHED'")
    twice = await client.post(f"/internal/unmatched/{second.payment_id}/remittance", json=named("yours"), headers=house)
    assert twice.status_code == 409


async def test_a_remittance_the_bank_takes_back_is_due_again_and_the_debtor_owes_nothing_anew(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    await office.has_claims(office.invoice(1))
    await office.handle(office.collected(100_000, 1, external_id="a", collected_on=date(2025, 9, 15)))
    payment_id = await arrives(office, 100_000)
    path = f"/internal/unmatched/{payment_id}/remittance"
    assert (await client.post(path, json=named("a"), headers=house)).status_code == 200
    before = await office.claim(1)

    await office.imports(office.ocr(office.giro(office.kid(99), 100_000, transaction_type=18)))

    [told] = await office.announced("payment.reversed")
    assert (told.collected_before, told.amount_minor, told.case_id) == (True, 100_000, 100_001)
    assert (await reports(office), await office.claim(1)) == ({"a": "DUE"}, before)
    assert await office.unexplained_claims() == []
    await office.imports(office.ocr(office.giro(office.kid(97), 100_000)))
    [second] = await office.rows("SELECT payment_id FROM payment WHERE status = 'UNMATCHED'")
    path = f"/internal/unmatched/{second.payment_id}/remittance"
    assert (await client.post(path, json=named("a"), headers=house)).status_code == 200
    assert len({fact.allocation_id for fact in await office.announced("payment.allocated")}) == 2
