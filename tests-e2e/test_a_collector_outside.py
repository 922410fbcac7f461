"""A case that nobody paid goes to a collector outside; what the collector reports stands on the claim, once."""

import hashlib
import json
from pathlib import Path
from typing import Any


def _hire(creditor: Any, **terms: Any) -> dict[str, str]:
    """Configure a collector that gets its cases in files; the headers with which it reports."""
    body = {
        "collector": "nordlys",
        "name": "Nordlys",
        "priority": 1,
        "skipReview": True,
        "adapter": "FILE_DROP",
    } | terms
    made = creditor.post("/partner/collector-configurations", body)
    assert made.status_code == 201, made.text
    given = creditor.post(f"/partner/collector-configurations/{made.json()['configurationId']}/token", {})
    assert given.status_code == 201, given.text
    return {"folder": made.json()["folder"], "token": given.json()["accessToken"]}


def _report(house: Any, collector: dict[str, str], claim: Any, kind: str, **body: Any) -> Any:
    answer = house.call("POST", f"/collector/cases/{claim.case_id}/{kind}", collector["token"], json=body)
    house.settle_down()
    return answer


def _handed_over(house: Any, collector: dict[str, str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The one batch that lies in the collector's folder: its manifest and its records."""
    folder: Path = house.stack.topology.collector_folder / collector["folder"] / "to-collector"
    [manifest_path] = folder.glob("*.manifest.json")
    manifest = json.loads(manifest_path.read_text())
    content = (folder / manifest["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == manifest["sha256"]
    return manifest, [json.loads(line) for line in content.splitlines()]


def _answer(house: Any, collector: dict[str, str], lines: list[dict[str, Any]]) -> None:
    """The collector leaves a file; it is whole before it has its name."""
    folder: Path = house.stack.topology.collector_folder / collector["folder"] / "from-collector"
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / ".answers.tmp"
    unfinished.write_text("\n".join(json.dumps(line) for line in lines))
    unfinished.rename(folder / "answers.ndjson")
    house.settle_down()


async def test_a_collector_outside_gets_the_case_in_a_file_and_reports_what_it_collects(
    creditor: Any, house: Any
) -> None:
    collector = _hire(creditor, remitsTo="CREDITOR")
    claim = creditor.hands_in("3000.00", method="PRINT")

    house.wait(48)

    manifest, [record] = _handed_over(house, collector)
    assert (record["type"], record["caseId"], manifest["counts"]) == ("PLACE", claim.case_id, {"PLACE": 1})
    assert manifest["sums"] == [{"currency": "NOK", "owedAmount": record["owedAmount"]}]
    capital = claim.case["balance"]["capitalAmount"]

    assert _report(house, collector, claim, "accepted", reference="N-77").status_code == 200
    paid = {"externalId": "N-77-1", "amount": 1000, "currency": "NOK", "collectedOn": str(house.today)}
    for _ in range(2):
        assert _report(house, collector, claim, "collected", **paid).status_code == 200
    assert _report(house, collector, claim, "collected", **paid | {"amount": 1001}).status_code == 409
    balance = claim.case["balance"]
    assert (balance["interestAmount"], balance["costsAmount"]) == (0, 0), "costs and interest are covered first"
    assert capital - 1000 < balance["capitalAmount"] < capital - 800, "reported twice, booked once"

    _report(house, collector, claim, "collected", **paid | {"externalId": "N-77-2", "amount": float(claim.owed)})
    summary = claim.case["summary"]
    assert (claim.owed, summary["status"], summary["closeCode"]) == (0, "CLOSED", "PAID")
    house.wait(9)
    assert creditor.get("/partner/settlements").json()["settlements"] == [], "the creditor has the money already"


async def test_a_collectors_file_is_taken_line_by_line(creditor: Any, house: Any) -> None:
    collector = _hire(creditor, collector="polaris", name="Polaris", remitsTo="CREDITOR")
    claim = creditor.hands_in("2000.00", method="PRINT")
    house.wait(48)
    capital = claim.case["balance"]["capitalAmount"]

    lines = [
        {"type": "COLLECTED", "caseId": claim.case_id, "externalId": "P-1", "amount": "250.00", "currency": "NOK"}
        | {"collectedOn": str(house.today)},
        {"type": "COLLECTED", "caseId": claim.case_id, "externalId": "P-2", "amount": "1.001", "currency": "NOK"}
        | {"collectedOn": str(house.today)},
    ]
    _answer(house, collector, lines)

    assert capital - 250 < claim.case["balance"]["capitalAmount"] < capital, "one of two lines is booked, costs first"
    [configuration] = creditor.get("/partner/collector-configurations").json()["configurations"]
    told = creditor.get(f"/partner/collector-configurations/{configuration['configurationId']}/files").json()
    [file] = told["files"]
    assert (file["lines"], file["taken"], [refused["line"] for refused in file["refused"]]) == (2, 1, [2])
