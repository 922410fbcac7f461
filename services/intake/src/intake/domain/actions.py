"""What an action must carry to be performed."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from intake.domain.dates import beyond_term, misdated

MOST_INSTALMENTS = 60

_NEEDS_AMOUNT = {"DIRECTPAYMENT", "CREDITNOTE"}


@dataclass(frozen=True, slots=True)
class PlanWish:
    """The payment plan a creditor proposes; without any of it the plan is left to the case worker."""

    instalment_count: int | None
    first_instalment_date: date | None
    instalment_every: Literal["WEEK", "MONTH"] | None


def judge_action(
    code: str,
    *,
    comment: str,
    amount_minor: int | None,
    currency: str | None,
    invoice_currency: str,
    payment_date: date | None,
    due_date: date | None,
    until_date: date | None,
    today: date,
    plan: PlanWish | None = None,
    has_address: bool = False,
    has_email: bool = False,
) -> list[tuple[str, str]]:
    """Everything that is missing or wrong, by the field names of the partner API."""
    errors: list[tuple[str, str]] = []
    if code in _NEEDS_AMOUNT:
        if amount_minor is None:
            errors.append(("data.amount", f"needed for {code}"))
        if currency is not None and currency != invoice_currency:
            errors.append(("data.currency", f"the invoice is in {invoice_currency}"))
    if code == "DIRECTPAYMENT" and payment_date is not None:
        wrong = f"must not lie after today, {today}" if payment_date > today else misdated(payment_date, today)
        errors += [("data.paymentDate", wrong)] if wrong else []
    if code == "DUEDATE":
        if due_date is None:
            errors.append(("data.dueDate", "needed for DUEDATE"))
        elif due_date < today:
            errors.append(("data.dueDate", f"must not lie before today, {today}"))
        elif wrong := beyond_term(due_date, today):
            errors.append(("data.dueDate", wrong))
    if code == "PAUSE" and until_date is not None and until_date < today:
        errors.append(("data.untilDate", f"must not lie before today, {today}"))
    if code == "PAUSE" and until_date is not None and (wrong := beyond_term(until_date, today)):
        errors.append(("data.untilDate", wrong))
    if code == "CREDITNOTE" and payment_date is not None and (wrong := misdated(payment_date, today)):
        errors.append(("data.date", wrong))
    if code == "ADDRESS" and not has_address:
        errors.append(("data.address", "needed for ADDRESS"))
    if code == "EMAIL" and not has_email:
        errors.append(("data.email", "needed for EMAIL"))
    if code == "PAYMENTPLAN" and plan is not None:
        errors += _judge_plan(plan, today)
    if code in {"OBJECTION", "COMMENT"} and not comment.strip():
        errors.append(("comment", f"needed for {code}"))
    return errors


def _judge_plan(plan: PlanWish, today: date) -> list[tuple[str, str]]:
    given = {
        "data.numberOfInstalments": plan.instalment_count,
        "data.firstInstalmentDate": plan.first_instalment_date,
        "data.instalmentEvery": plan.instalment_every,
    }
    if not any(given.values()):
        return []
    errors = [(field, "needed for a plan, with the other two") for field, value in given.items() if value is None]
    if plan.instalment_count is not None and not 2 <= plan.instalment_count <= MOST_INSTALMENTS:
        errors.append(("data.numberOfInstalments", f"must be 2 to {MOST_INSTALMENTS}"))
    if plan.first_instalment_date is not None and plan.first_instalment_date < today:
        errors.append(("data.firstInstalmentDate", f"must not lie before today, {today}"))
    if plan.first_instalment_date is not None and (wrong := beyond_term(plan.first_instalment_date, today)):
        errors.append(("data.firstInstalmentDate", wrong))
    return errors
