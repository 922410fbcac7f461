"""Work on cases: decided by lifecycle at once; what is credited goes to payment control by way of intake."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from gateway.downstream import Downstream
from gateway.schemas.case_work import (
    CaseState,
    DisputeCreate,
    DisputeResolve,
    DryRun,
    DryRunCharge,
    DryRunEvent,
    Flags,
    PromiseCreate,
)
from gateway.schemas.wire import Faults, major
from runtime.problems import Problem

_NAMESPACE = UUID("0d6b2f6e-3c4e-5a43-8f57-5a1f4d3a9c11")


async def do_work(
    downstream: Downstream, creditor_id: UUID, case_id: int, work: str, body: Mapping[str, Any]
) -> CaseState:
    """Ask lifecycle; 409 names what is possible, 422 the field."""
    return _state(await downstream.post("lifecycle", f"/internal/cases/{case_id}/{work}", creditor_id, body))


async def promise_payment(downstream: Downstream, creditor_id: UUID, case_id: int, body: PromiseCreate) -> CaseState:
    faults = Faults()
    amount_minor = await _minor(downstream, creditor_id, case_id, body.amount, body.currency, faults)
    faults.raise_if_any()
    order = {
        "amount_minor": amount_minor,
        "promised_date": body.promised_date.isoformat(),
        "comment": body.comment,
    }
    return await do_work(downstream, creditor_id, case_id, "promise", order)


async def raise_dispute(downstream: Downstream, creditor_id: UUID, case_id: int, body: DisputeCreate) -> CaseState:
    faults = Faults()
    disputed = None
    if body.amount is not None:
        disputed = await _minor(downstream, creditor_id, case_id, body.amount, body.currency, faults)
    faults.raise_if_any()
    order = {
        "reason": body.reason,
        "evidence": body.evidence,
        "disputed_minor": disputed,
        "deadline_date": body.deadline_date.isoformat() if body.deadline_date else None,
    }
    return await do_work(downstream, creditor_id, case_id, "dispute", order)


async def resolve_dispute(downstream: Downstream, creditor_id: UUID, case_id: int, body: DisputeResolve) -> CaseState:
    """What is upheld is credited first, once per dispute: a repeat credits nothing again, with or without a key."""
    summary = await _summary(downstream, creditor_id, case_id)
    arrangement = summary["arrangement"]
    if summary["status"] != "DISPUTED" and (arrangement is None or arrangement["kind"] != "DISPUTE"):
        raise Problem(409, f"Case {case_id} is {summary['status']} and not disputed.")
    if body.outcome != "REJECTED":
        await _credit(downstream, creditor_id, _credit_id(summary), summary, body)
    order = {"outcome": body.outcome, "comment": body.comment}
    return await do_work(downstream, creditor_id, case_id, "dispute/resolved", order)


def _credit_id(summary: Mapping[str, Any]) -> UUID:
    """The dispute's own id; of one raised before disputes had ids: its case and the hold it is."""
    dispute_id = (summary["arrangement"] or {}).get("dispute_id")
    if dispute_id is None:
        hold = summary["hold"] or {}
        dispute_id = uuid5(_NAMESPACE, f"dispute:{summary['case_id']}:{hold.get('hold_version')}")
    return uuid5(UUID(str(dispute_id)), "credit")


async def _credit(
    downstream: Downstream, creditor_id: UUID, request_id: UUID, summary: Mapping[str, Any], body: DisputeResolve
) -> None:
    faults, case_id, currency = Faults(), summary["case_id"], summary["currency"]
    if not body.credit_note_number:
        faults.add("creditNoteNumber", f"needed for {body.outcome}")
    if body.outcome == "PARTIAL":
        if body.amount is None:
            faults.add("amount", "needed for PARTIAL")
        amount_minor = faults.minor("amount", body.amount, currency) if body.amount is not None else 0
    else:
        disputed = (summary["arrangement"] or {}).get("disputed_minor")
        amount_minor = disputed or summary["balance"]["principal_minor"]
    if not faults.errors and amount_minor <= 0:
        faults.add("amount", "must be more than zero")
    faults.raise_if_any()
    action = {
        "code": "CREDITNOTE",
        "case_id": case_id,
        "amount_minor": amount_minor,
        "currency": currency,
        "reference": body.credit_note_number,
        "comment": body.comment,
    }
    answer = await downstream.post(
        "intake", "/internal/actions", creditor_id, {"request_id": str(request_id), "actions": [action]}
    )
    [result] = answer["results"]
    if not result["ok"]:
        raise Problem(result["status"], result["detail"], errors=result["errors"])


async def flag_debtor(downstream: Downstream, creditor_id: UUID, debtor_id: UUID, body: Mapping[str, Any]) -> Flags:
    found = await downstream.post("lifecycle", f"/internal/debtors/{debtor_id}/flags", creditor_id, body)
    return Flags(debtor_id=debtor_id, flags=found["flags"])


async def lift_flag(downstream: Downstream, creditor_id: UUID, debtor_id: UUID, flag: str) -> Flags:
    path = f"/internal/debtors/{debtor_id}/flags/{flag}"
    found = (await downstream.call("lifecycle", "DELETE", path, creditor_id)).json()
    return Flags(debtor_id=debtor_id, flags=found["flags"])


async def dry_run(downstream: Downstream, creditor_id: UUID, case_id: int, until: date) -> DryRun:
    path = f"/internal/cases/{case_id}/dry-run"
    found = await downstream.get("lifecycle", path, creditor_id, {"until": until.isoformat()})
    currency, interest = found["currency"], found["interest_estimate_minor"]
    return DryRun(
        case_id=case_id,
        until=until,
        currency=currency,
        events=[_event(one, currency) for one in found["happenings"]],
        interest_estimate_amount=None if interest is None else major(interest, currency),
        interest_rows=found["interest_rows"],
        warnings=found["warnings"],
    )


def _event(happening: Mapping[str, Any], currency: str) -> DryRunEvent:
    charges = [
        DryRunCharge(
            code=charge["code"],
            component=charge["component"],
            amount=major(charge["amount_minor"], currency),
            vat_amount=major(charge["vat_minor"], currency),
            statute_row=charge["statute_row"],
        )
        for charge in happening["charges"]
    ]
    return DryRunEvent(
        date=happening["day"],
        type=happening["kind"],
        step_code=happening["step_code"],
        level=happening["level"],
        stage=happening["stage"],
        deadline_date=happening["deadline_date"],
        charges=charges,
        remarks=happening["remarks"],
        owed_amount=major(happening["owed_minor"], currency),
    )


async def _summary(downstream: Downstream, creditor_id: UUID, case_id: int) -> dict[str, Any]:
    return (await downstream.get("lifecycle", f"/internal/cases/{case_id}", creditor_id))["summary"]


async def _minor(
    downstream: Downstream, creditor_id: UUID, case_id: int, amount: Any, currency: str | None, faults: Faults
) -> int:
    summary = await _summary(downstream, creditor_id, case_id)
    if currency != summary["currency"]:
        faults.add("currency", f"the case is in {summary['currency']}")
        return 0
    amount_minor = faults.minor("amount", amount, summary["currency"])
    if amount_minor <= 0 and not faults.errors:
        faults.add("amount", "must be more than zero")
    return amount_minor


def _state(summary: Mapping[str, Any]) -> CaseState:
    return CaseState(
        case_id=summary["case_id"],
        status=summary["status"],
        stage=summary["stage"],
        close_code=summary["close_code"],
        next_review_date=summary["next_review_date"],
        arrangement=summary["arrangement"],
    )
