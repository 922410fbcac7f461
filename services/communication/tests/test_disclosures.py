"""Contact details leave for a collector, for the creditor's own cases alone, and each time it is put on record."""

from services.communication.tests.api import STRANGER_ID, Api
from services.communication.tests.factories import a_settlement_of_claim, debtor_id_of
from services.communication.tests.rows import fetch, know, tell

from runtime.database import Database


async def test_a_collector_is_told_whom_to_reach_and_it_is_on_record(database: Database, api: Api) -> None:
    await know(database, 100001)
    order = {"case_ids": [100001, 999999], "who": "collector:nordinkasso"}
    answer = await api.call("POST", "/debtor-disclosures", json=order)
    [debtor] = answer.json()["debtors"]
    assert (debtor["case_id"], debtor["debtor_id"]) == (100001, str(debtor_id_of(100001)))
    assert debtor["name"]
    assert debtor["street"]
    assert (await api.call("POST", "/debtor-disclosures", STRANGER_ID, json=order)).json() == {"debtors": []}
    rows = await fetch(database, "SELECT debtor_id, kind, who, detail FROM debtor_event")
    assert [(row.debtor_id, row.kind, row.who, row.detail) for row in rows] == [
        (debtor_id_of(100001), "DISCLOSED", "collector:nordinkasso", "case 100001")
    ]


async def test_an_erased_debtor_is_told_to_nobody(database: Database, api: Api) -> None:
    await know(database, 100001)
    await tell(database, a_settlement_of_claim())
    erased = await api.call("POST", "/cases/100001/debtor/erasure", json={"who": "partner:QUICK3"})
    assert erased.status_code == 200
    order = {"case_ids": [100001], "who": "collector:nordinkasso"}
    assert (await api.call("POST", "/debtor-disclosures", json=order)).json() == {"debtors": []}
