"""Ask for something to be done with cases; a wrong state is refused before anything is stored."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from gateway.downstream import Downstream
from gateway.schemas.actions import ActionDetails, ActionOrder, ActionResult, ActionResults
from gateway.schemas.invoices import BuyerAddress, FieldFault
from gateway.schemas.wire import Faults
from gateway.use_cases.cases import find_invoice
from runtime.problems import Problem

_NEEDS: dict[str, tuple[str, ...]] = {
    "DUEDATE": ("due_date",),
    "DIRECTPAYMENT": ("amount", "currency", "payment_date"),
    "CREDITNOTE": ("amount", "currency", "credit_note_number", "date_"),
    "ADDRESS": ("address",),
    "EMAIL": ("email",),
}
_ABOUT_THE_DEBTOR = frozenset({"ADDRESS", "EMAIL"})
"""Contact details may be corrected whatever state a case is in."""
_SPELLING = {
    "due_date": "dueDate",
    "payment_date": "paymentDate",
    "credit_note_number": "creditNoteNumber",
    "date_": "date",
}


async def request_actions(
    downstream: Downstream, creditor_id: UUID, request_id: UUID, orders: Sequence[ActionOrder]
) -> ActionResults:
    """Check shape and the cases' state, then hand all actions to intake in one call."""
    faults = Faults()
    actions = [_action(order, f"actions.{index}", faults) for index, order in enumerate(orders)]
    faults.raise_if_any()
    await _check_states(downstream, creditor_id, orders)
    body = {"request_id": str(request_id), "actions": actions}
    answer = await downstream.post("intake", "/internal/actions", creditor_id, body)
    results = sorted(answer["results"], key=lambda result: result["index"])
    if not any(result["ok"] for result in results):
        raise _all_rejected(results)
    return ActionResults(actions=[_result(result) for result in results])


def _action(order: ActionOrder, place: str, faults: Faults) -> dict[str, Any]:
    """The action as intake takes it; what it lacks is noted in `faults`."""
    about = order.data
    if about.case_id is None and about.invoice_number is None:
        faults.add(f"{place}.data.caseId", "name the case by caseId, invoiceNumber or both")
    for name in _NEEDS.get(order.code, ()):
        if getattr(about, name) in {None, ""}:
            faults.add(f"{place}.data.{_SPELLING.get(name, name)}", f"needed for {order.code}")
    if order.code in {"OBJECTION", "COMMENT"} and not order.comment:
        faults.add(f"{place}.comment", f"needed for {order.code}")
    return {
        "code": order.code,
        "comment": order.comment,
        "case_id": about.case_id,
        "invoice_number": about.invoice_number,
        "currency": about.currency,
        "amount_minor": _amount(about, place, faults),
        "payment_date": _day(about.date_ if order.code == "CREDITNOTE" else about.payment_date),
        "reference": (about.credit_note_number if order.code == "CREDITNOTE" else about.reference) or "",
        "due_date": _day(about.due_date),
        "until_date": _day(about.until_date),
        "instalment_count": about.number_of_instalments,
        "first_instalment_date": _day(about.first_instalment_date),
        "instalment_every": about.instalment_every,
        "address": _address(about.address) if order.code == "ADDRESS" else None,
        "email": about.email if order.code == "EMAIL" else None,
    }


def _address(address: BuyerAddress | None) -> dict[str, Any] | None:
    if address is None:
        return None
    more = ", ".join(part for part in (address.street2, address.street3) if part)
    return {
        "street": address.street,
        "street2": more or None,
        "postal_code": address.postal_code,
        "postal_district": address.postal_district,
        "country_code": address.country_code,
    }


def _amount(about: ActionDetails, place: str, faults: Faults) -> int | None:
    if about.currency is None or not faults.currency(f"{place}.data.currency", about.currency):
        return None
    if about.amount is None:
        return None
    found_before = len(faults.errors)
    amount_minor = faults.minor(f"{place}.data.amount", about.amount, about.currency)
    if amount_minor <= 0 and len(faults.errors) == found_before:
        faults.add(f"{place}.data.amount", "must be more than zero")
    return amount_minor


def _day(value: Any) -> str | None:
    return None if value is None else value.isoformat()


async def _check_states(downstream: Downstream, creditor_id: UUID, orders: Sequence[ActionOrder]) -> None:
    """409 with the available actions if a case's state does not allow what is asked for.

    A case that lifecycle has not opened yet is not refused: intake knows whether its invoice exists.
    """
    case_ids = await asyncio.gather(*(_case_id(downstream, creditor_id, order.data) for order in orders))
    wanted = sorted({case_id for case_id in case_ids if case_id is not None})
    found = await asyncio.gather(
        *(downstream.find("lifecycle", f"/internal/cases/{case_id}", creditor_id) for case_id in wanted)
    )
    cases = dict(zip(wanted, found, strict=True))
    refusals: list[tuple[int, ActionOrder, list[str]]] = []
    for index, (order, case_id) in enumerate(zip(orders, case_ids, strict=True)):
        case = cases.get(case_id) if case_id is not None else None
        if order.code in _ABOUT_THE_DEBTOR:
            continue
        if case is not None and order.code not in case["available_actions"]:
            refusals.append((index, order, list(case["available_actions"])))
    if refusals:
        raise Problem(
            409,
            f"The case's state does not allow {refusals[0][1].code}; see availableActions.",
            errors=[
                {"field": f"actions.{index}.code", "message": f"{order.code} is not possible now; {_offer(available)}"}
                for index, order, available in refusals
            ],
            availableActions=refusals[0][2],
        )


def _offer(available: Sequence[str]) -> str:
    return f"possible: {', '.join(available)}" if available else "nothing is possible any more"


async def _case_id(downstream: Downstream, creditor_id: UUID, about: ActionDetails) -> int | None:
    if about.case_id is not None or about.invoice_number is None:
        return about.case_id
    place = await find_invoice(downstream, creditor_id, about.invoice_number)
    return place["case_id"] if place else None


def _errors(result: dict[str, Any]) -> list[dict[str, str]]:
    place = f"actions.{result['index']}"
    return [{"field": f"{place}.{error['field']}", "message": error["message"]} for error in result["errors"]]


def _all_rejected(results: Sequence[dict[str, Any]]) -> Problem:
    return Problem(
        results[0]["status"],
        f"No action was taken: {results[0]['detail']}",
        errors=[error for result in results for error in _errors(result)],
    )


def _result(result: dict[str, Any]) -> ActionResult:
    if not result["ok"]:
        faults = [FieldFault(**error) for error in _errors(result)]
        return ActionResult(code=result["code"], status="REJECTED", detail=result["detail"], errors=faults)
    return ActionResult(action_id=result["action_id"], code=result["code"], case_id=result["case_id"], status="PENDING")
