"""A claim is one trace; a service that dies changes nothing; at the end the money adds up."""

import signal
from typing import Any

from fordring.stack.topology import SERVICES
from testkit import eventually_sync


def test_one_overdue_invoice_is_one_trace_through_the_house(creditor: Any, house: Any) -> None:
    claim = creditor.hands_in("1500.00")
    house.wait(16)

    def services_of_one_trace() -> set[str]:
        found = house.http.get(
            f"{house.settings['traces_url']}/api/traces", params={"attribute": "case.id", "value": claim.case_id}
        ).json()
        best: set[str] = set()
        for trace in found["traces"]:
            spans = house.http.get(f"{house.settings['traces_url']}/api/traces/{trace['trace_id']}").json()["spans"]
            best = max(best, {span["service"] for span in spans}, key=len)
        wanted = {"gateway", "intake", "lifecycle", "payment-control", "communication"}
        return best if wanted <= best else set()

    assert eventually_sync(services_of_one_trace, timeout_seconds=20)


async def test_killing_any_service_changes_nothing(creditor: Any, bank: Any, house: Any) -> None:
    claims = [creditor.hands_in(f"{1000 + number}.00") for number in range(6)]
    house.wait(10)
    for number, service in enumerate(SERVICES):
        house.stack.supervisor.kill(service, signal.SIGKILL)
        if number < len(claims):
            bank.receives(claims[number], "250.00")
        house.wait(2)

    house.wait(1)

    assert [claim.case["balance"]["capitalAmount"] < 1010 for claim in claims] == [True] * 6
    steps = await house.rows("lifecycle", "SELECT case_id, level, count(*) AS n FROM case_step GROUP BY 1, 2")
    assert all(row["n"] == 1 for row in steps)


async def test_zz_at_the_end_every_invariant_holds(house: Any) -> None:
    house.wait(10)

    results = await house.invariants()

    assert [result for result in results if not result.holds] == []
