"""The published description of the API."""

import json
import re
from typing import Any

import pytest
from services.gateway.tests.door import Door

from gateway.export_openapi import DOCUMENT, exported, main


@pytest.fixture
def document() -> dict[str, Any]:
    return json.loads(exported())


def _operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, verb, operation) for path, verbs in document["paths"].items() for verb, operation in verbs.items()]


def test_the_document_on_disk_is_what_the_code_says() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == exported()
    assert main(["--check"]) == 0


def test_every_operation_has_a_summary_a_key_and_problem_answers(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    for path, verb, operation in _operations(document):
        assert operation["summary"], path
        assert operation["security"], path
        expected = {"401", "429", "503"} | ({"400", "409", "413", "422"} if verb == "post" else set())
        assert expected <= set(operation["responses"]), path
        for status, answer in operation["responses"].items():
            if status >= "400":
                assert set(answer["content"]) == {"application/problem+json"}, (path, status)


def test_every_reference_in_the_document_leads_to_a_schema(document: dict[str, Any]) -> None:
    names = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert names <= set(document["components"]["schemas"])


def test_every_post_names_the_idempotency_key(document: dict[str, Any]) -> None:
    for path, verb, operation in _operations(document):
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        assert ("Idempotency-Key" in names) == (verb == "post"), path


async def test_the_running_gateway_serves_the_document_and_a_page_without_other_hosts(door: Door) -> None:
    assert (await door.client.get("/openapi.json")).json() == json.loads(exported())
    page = (await door.client.get("/docs")).text
    assert "/api/v1/partner/invoice/action" in page
    assert "SalesInvoiceRequest" in page
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)
    assert "<script" not in page
