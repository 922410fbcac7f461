"""A debtor is given all that is kept, and then forgotten in every service; the books stay, and nobody comes back by name."""

import io
import zipfile
from typing import Any

WORDS = "has moved in with her mother"


async def test_a_debtor_is_given_everything_and_forgotten_everywhere(creditor: Any, house: Any) -> None:
    claim = creditor.hands_in("950.00", email="forgotten@debtor.example")
    assert claim.act("COMMENT", WORDS).status_code == 202
    path = f"/api/cases/{claim.case_id}/debtor"
    early = creditor.post(f"{path}/erasure", {})
    assert (early.status_code, str(claim.case_id) in early.json()["detail"]) == (409, True), "the case is open"
    assert claim.act("WITHDRAW").status_code == 202

    archive = creditor.get(f"{path}/export")
    clerk = {"X-User": "Anna"}
    office = house.settings["office_token"]
    hold = f"/office/cases/{claim.case_id}/debtor/legal-hold"
    held = house.call("PUT", hold, office, headers=clerk, json={"hold": True, "reason": "a lawsuit is pending"})
    assert held.status_code == 200, held.text
    refused = creditor.post(f"{path}/erasure", {})
    assert house.call("PUT", hold, office, headers=clerk, json={"hold": False}).status_code == 200
    erased = creditor.post(f"{path}/erasure", {})
    house.settle_down()

    with zipfile.ZipFile(io.BytesIO(archive.content)) as content:
        names = set(content.namelist())
        assert {"debtor.json", f"case-{claim.case_id}/case.json", f"case-{claim.case_id}/claim.json"} <= names
        assert "forgotten@debtor.example" in content.read("debtor.json").decode()
        assert WORDS in content.read(f"case-{claim.case_id}/case.json").decode()
    assert (refused.status_code, "a lawsuit is pending" in refused.json()["detail"]) == (409, True)
    assert erased.status_code == 200, erased.text
    debtor_id = erased.json()["debtorId"]
    for service in ("intake", "communication"):
        [row] = await house.rows(service, f"SELECT debtor::text FROM debtor WHERE debtor_id = '{debtor_id}'")
        assert "forgotten@debtor.example" not in row[0], service
        assert "Storgata" not in row[0], service
    for table, service in (("timeline_entry", "lifecycle"), ("invoice_action", "intake")):
        rows = await house.rows(service, f"SELECT t::text FROM {table} t WHERE case_id = {claim.case_id}")
        assert rows, table
        assert not any(WORDS in row[0] for row in rows), table
    assert claim.case["summary"]["closeCode"] == "WITHDRAWN"
    assert all(result.holds for result in await house.invariants()), "the books stay"
