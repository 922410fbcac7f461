"""What collectors took in and pass on, as payment control keeps it."""

from uuid import UUID

from gateway.downstream import Downstream
from gateway.schemas.collected import CollectedRead, Remittance
from gateway.schemas.decisions import DecisionRead, decision_read
from gateway.schemas.wire import major

_CONTROL = "payment-control"


async def list_collected(downstream: Downstream, collector: str | None, status: str | None) -> list[CollectedRead]:
    rows = await downstream.get(_CONTROL, "/internal/collected", None, {"collector": collector, "status": status})
    return [
        CollectedRead.model_validate(
            row
            | {
                "amount": major(row["amount_minor"], row["currency"]),
                "surplus_amount": major(row["surplus_minor"], row["currency"]),
            }
        )
        for row in rows
    ]


async def clear_remittance(
    downstream: Downstream, decision_id: UUID, person: str, line_id: UUID, body: Remittance
) -> DecisionRead:
    """A queued payment passes on what its collector had reported."""
    order = {
        "decision_id": str(decision_id),
        "person": person,
        "reason": body.reason,
        "collector": body.collector,
        "external_ids": body.external_ids,
    }
    return decision_read(await downstream.post(_CONTROL, f"/internal/unmatched/{line_id}/remittance", None, order))
