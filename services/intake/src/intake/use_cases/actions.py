"""Record what creditors ask to be done with an invoice's case."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from contracts import ActionRequested
from delivery import publish
from intake import queries
from intake.domain.actions import PlanWish, judge_action
from intake.domain.debtor_changes import CHANGES, with_new_contact
from intake.schemas import ActionCreate, ActionResult, FieldError
from intake.tables import InvoiceRow
from runtime.database import Session


async def request_actions(
    session: Session, creditor_id: UUID, request_id: UUID, orders: Sequence[ActionCreate], today: date
) -> list[ActionResult]:
    """Record each action and announce it; one that names no invoice of the creditor is answered as not found."""
    rows = await queries.list_invoice_places(
        session,
        creditor_id,
        {order.case_id for order in orders if order.case_id is not None},
        {order.invoice_number for order in orders if order.invoice_number is not None},
    )
    by_case = {row.case_id: row for row in rows}
    by_number = {row.number: row for row in rows}

    erased = await _erased(session, rows, orders)
    placed: dict[int, InvoiceRow] = {}
    results: list[ActionResult] = []
    actions: list[ActionRequested] = []
    for index, order in enumerate(orders):
        row = _place(order, by_case, by_number)
        if row is None:
            results.append(_not_found(index, order))
            continue
        if order.code in CHANGES and row.debtor_id in erased:
            results.append(_erased_debtor(index, order))
            continue
        errors = _judge(order, row, today)
        if errors:
            results.append(_refused(index, order, errors))
            continue
        placed[row.case_id] = row
        action = _action(order, row, uuid5(request_id, f"action:{index}"), today)
        actions.append(action)
        results.append(
            ActionResult(index=index, ok=True, action_id=action.action_id, case_id=row.case_id, code=order.code)
        )

    new = await queries.save_actions(session, actions) if actions else set()
    await publish(session, [action for action in actions if action.action_id in new])
    changed = [
        (placed[result.case_id], orders[result.index])
        for result in results
        if result.case_id is not None and result.action_id in new and result.code in CHANGES
    ]
    if changed:
        await _change_debtors(session, changed)
    return results


async def _erased(session: Session, rows: Sequence[InvoiceRow], orders: Sequence[ActionCreate]) -> Collection[UUID]:
    if not any(order.code in CHANGES for order in orders):
        return ()
    return (await queries.list_successors(session, {row.debtor_id for row in rows})).keys()


async def _change_debtors(session: Session, changed: Sequence[tuple[InvoiceRow, ActionCreate]]) -> None:
    """Correct contact details and tell them; several corrections of one debtor come one upon the other."""
    debtors = await queries.list_debtors(session, {row.debtor_id for row, _ in changed})
    for row, order in changed:
        changes = order.address.model_dump() if order.address else {"email": order.email}
        debtors[row.debtor_id] = with_new_contact(debtors[row.debtor_id], changes)
    stored = await queries.save_debtors(session, list(debtors.values()))
    await publish(session, [debtor for debtor_id, debtor in debtors.items() if debtor_id in stored])


def _place(order: ActionCreate, by_case: dict[int, InvoiceRow], by_number: dict[str, InvoiceRow]) -> InvoiceRow | None:
    """The invoice meant; when case and number are both told they must agree."""
    found = by_case.get(order.case_id) if order.case_id is not None else by_number.get(order.invoice_number or "")
    if found and order.invoice_number is not None and found.number != order.invoice_number:
        return None
    return found


def _judge(order: ActionCreate, row: InvoiceRow, today: date) -> list[tuple[str, str]]:
    return judge_action(
        order.code,
        comment=order.comment,
        amount_minor=order.amount_minor,
        currency=order.currency,
        invoice_currency=row.currency,
        payment_date=order.payment_date,
        due_date=order.due_date,
        until_date=order.until_date,
        today=today,
        plan=PlanWish(order.instalment_count, order.first_instalment_date, order.instalment_every),
        has_address=order.address is not None,
        has_email=order.email is not None,
    )


def _action(order: ActionCreate, row: InvoiceRow, action_id: UUID, today: date) -> ActionRequested:
    return ActionRequested(
        event_id=uuid5(action_id, "action.requested"),
        creditor_id=row.creditor_id,
        case_id=row.case_id,
        action_id=action_id,
        claim_id=row.invoice_id,
        requested_date=today,
        currency=row.currency,
        **order.model_dump(exclude={"case_id", "invoice_number", "currency", "address", "email"}) | _as_comment(order),
    )


def _as_comment(order: ActionCreate) -> dict[str, Any]:
    """A corrected address is nothing the case acts on: there it is a comment, without the address."""
    if order.code not in CHANGES:
        return {}
    return {"code": "COMMENT", "comment": ". ".join(text for text in (CHANGES[order.code], order.comment) if text)}


def _not_found(index: int, order: ActionCreate) -> ActionResult:
    message = "no invoice of yours has this case id and invoice number"
    return ActionResult(
        index=index,
        ok=False,
        code=order.code,
        status=404,
        detail=message,
        errors=[FieldError(field="data.caseId" if order.case_id else "data.invoiceNumber", message=message)],
    )


def _erased_debtor(index: int, order: ActionCreate) -> ActionResult:
    message = "the debtor was erased; nothing more can be kept about the person"
    return ActionResult(
        index=index,
        ok=False,
        code=order.code,
        status=409,
        detail=message,
        errors=[FieldError(field="data.code", message=message)],
    )


def _refused(index: int, order: ActionCreate, errors: list[tuple[str, str]]) -> ActionResult:
    return ActionResult(
        index=index,
        ok=False,
        code=order.code,
        status=422,
        detail=" ".join(f"{field}: {message}" for field, message in errors),
        errors=[FieldError(field=field, message=message) for field, message in errors],
    )
