"""What an action must carry to be performed."""

from datetime import date

_NEEDS_AMOUNT = {"DIRECTPAYMENT", "CREDITNOTE"}


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
) -> list[tuple[str, str]]:
    """Everything that is missing or wrong, by the field names of the partner API."""
    errors: list[tuple[str, str]] = []
    if code in _NEEDS_AMOUNT:
        if amount_minor is None:
            errors.append(("data.amount", f"needed for {code}"))
        if currency is not None and currency != invoice_currency:
            errors.append(("data.currency", f"the invoice is in {invoice_currency}"))
    if code == "DIRECTPAYMENT" and payment_date is not None and payment_date > today:
        errors.append(("data.paymentDate", f"must not lie after today, {today}"))
    if code == "DUEDATE":
        if due_date is None:
            errors.append(("data.dueDate", "needed for DUEDATE"))
        elif due_date < today:
            errors.append(("data.dueDate", f"must not lie before today, {today}"))
    if code == "PAUSE" and until_date is not None and until_date < today:
        errors.append(("data.untilDate", f"must not lie before today, {today}"))
    if code in {"OBJECTION", "COMMENT"} and not comment.strip():
        errors.append(("comment", f"needed for {code}"))
    return errors
