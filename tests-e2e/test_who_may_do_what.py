"""Tenants, tokens, bad input and databases stay apart."""

from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from fordring.stack.postgres import plain_url


def test_another_creditors_case_looks_like_a_missing_one(onboard: Any) -> None:
    mine, other = onboard(), onboard()
    claim = mine.hands_in("100.00")

    foreign = other.get("/partner/invoice/case", caseId=claim.case_id)
    missing = other.get("/partner/invoice/case", caseId=99_999_999)

    assert foreign.status_code == missing.status_code == 404
    assert {**foreign.json(), "detail": ""} == {**missing.json(), "detail": ""}
    assert foreign.json()["detail"].replace(str(claim.case_id), "99999999") == missing.json()["detail"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"dueDate": "2020-01-01"}, "invoice.header.dueDate", id="due before it is written"),
        pytest.param({"dueDate": "soon"}, "invoice.header.dueDate", id="no date"),
        pytest.param({"currencyCode": "XXY"}, "invoice.header.currencyCode", id="no currency"),
        pytest.param({"number": None}, "invoice.header.number", id="no number"),
    ],
)
async def test_bad_input_names_its_field_and_leaves_no_trace(
    change: dict[str, Any], field: str, creditor: Any, house: Any
) -> None:
    before = await house.rows("intake", "SELECT count(*) FROM invoice")

    answer = creditor.post("/partner/invoice", creditor.invoice("100.00", **change))

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert await house.rows("intake", "SELECT count(*) FROM invoice") == before


def test_an_idempotency_key_replays_the_answer_and_refuses_another_body(creditor: Any, house: Any) -> None:
    body = creditor.invoice("100.00")
    headers = {"Idempotency-Key": "the-same"}

    first = house.call("POST", "/partner/invoice", creditor.token, json=body, headers=headers)
    again = house.call("POST", "/partner/invoice", creditor.token, json=body, headers=headers)
    body["invoice"]["header"]["number"] += 1
    other = house.call("POST", "/partner/invoice", creditor.token, json=body, headers=headers)

    assert again.json() == first.json()
    assert other.status_code == 422


def test_without_a_token_nobody_is_let_in(house: Any) -> None:
    answer = house.call("GET", "/partner/payments", "not-a-token")

    assert answer.status_code == 401


@pytest.mark.parametrize(("role", "database"), [("intake", "lifecycle"), ("gateway", "payment_control")])
async def test_a_service_cannot_open_anothers_database(role: str, database: str, house: Any) -> None:
    own = urlsplit(plain_url(house.settings[f"database_url.{role}"]))
    foreign = own._replace(path=f"/{database}").geturl()

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
        await asyncpg.connect(foreign)
