"""Case details, put together from lifecycle (what happens) and payment control (what is owed)."""

import asyncio
from datetime import UTC, date, datetime, time
from typing import Any, Literal
from urllib.parse import quote
from uuid import UUID

from gateway.downstream import Downstream
from gateway.schemas.cases import (
    CaseBalance,
    CaseDetails,
    CaseEvent,
    CaseHold,
    CasePayment,
    CasePolicy,
    CaseRead,
    CaseSummary,
)
from gateway.schemas.wire import major, refused
from gateway.use_cases.collectors import collector_of_case
from runtime.problems import Problem

AGENCY = "FORDRING"
PaymentKind = Literal["PAYMENT", "DIRECTPAYMENT", "REVERSAL"]
_MONEY: dict[str, PaymentKind] = {
    "PAYMENT_ALLOCATED": "PAYMENT",
    "DIRECT_PAYMENT": "DIRECTPAYMENT",
    "COLLECTED": "PAYMENT",
    "REVERSED": "REVERSAL",
}


async def read_case(
    downstream: Downstream, creditor_id: UUID, case_id: int | None, invoice_number: str | None
) -> CaseRead:
    """One case of the creditor; 404 for a missing one and for somebody else's, in the same words."""
    if case_id is None and invoice_number is None:
        raise refused([{"field": "query.caseId", "message": "name the case by caseId or invoiceNumber"}])
    if invoice_number is not None:
        place = await find_invoice(downstream, creditor_id, invoice_number)
        if place is None or (case_id is not None and place["case_id"] != case_id):
            raise _not_found(case_id, invoice_number)
        case_id = int(place["case_id"])
    case, claim = await asyncio.gather(
        downstream.find("lifecycle", f"/internal/cases/{case_id}", creditor_id),
        downstream.find("payment-control", f"/internal/claims/{case_id}", creditor_id),
    )
    if case is None:
        raise _not_found(case_id, invoice_number)
    if claim is None:
        raise Problem(503, f"Case {case_id} is just being opened; ask again.", headers={"Retry-After": "1"})
    return CaseRead(
        case=CaseDetails(
            summary=_summary(case["summary"]),
            balance=_balance(claim),
            payments=_payments(claim),
            events=[_event(entry) for entry in case["timeline"]],
            available_actions=case["available_actions"],
            available_work=case.get("available_work", []),
            hold=_hold(case["summary"].get("hold")),
            arrangement=case["summary"].get("arrangement"),
            debtor_id=case["summary"].get("debtor_id"),
            limitation_date=case["summary"].get("limitation_date"),
            policy=_policy(case["summary"].get("policy")),
            failure=case["summary"].get("failure"),
            collectors=[collector_of_case(one) for one in case.get("handovers", [])],
        )
    )


async def find_invoice(downstream: Downstream, creditor_id: UUID, number: str) -> dict[str, Any] | None:
    """Where intake keeps the creditor's invoice; the number is one path segment, whatever it holds."""
    return await downstream.find("intake", f"/internal/invoices/by-number/{quote(number, safe='')}", creditor_id)


def _not_found(case_id: int | None, invoice_number: str | None) -> Problem:
    asked = f"case {case_id}" if case_id is not None else f"case with invoice number {invoice_number}"
    return Problem(404, f"You have no {asked}.")


def midnight(day: str) -> datetime:
    """A calendar day as the reference's midnight UTC."""
    return datetime.combine(date.fromisoformat(day), time(), UTC)


def _summary(summary: dict[str, Any]) -> CaseSummary:
    return CaseSummary(
        case_id=summary["case_id"],
        invoice_number=summary["invoice_number"],
        status=summary["status"],
        stage=summary["stage"],
        created_at=midnight(summary["created_date"]),
        closed_at=summary["closed_date"],
        close_code=summary["close_code"],
        active_days=summary["active_days"],
        due_date=summary["due_date"],
        creditor=summary["creditor_id"],
        currency=summary["currency"],
        agency=AGENCY,
    )


def _hold(hold: dict[str, Any] | None) -> CaseHold | None:
    return CaseHold(reason=hold["reason"], until_date=hold["until_date"]) if hold else None


def _policy(policy: dict[str, Any] | None) -> CasePolicy | None:
    if policy is None:
        return None
    return CasePolicy(code=policy["code"], version=policy["version"], override_scope=policy.get("override_scope"))


def _balance(claim: dict[str, Any]) -> CaseBalance:
    currency = claim["currency"]
    parts = [int(claim[name]) for name in ("principal_minor", "interest_minor", "fees_minor")]
    return CaseBalance(
        capital_amount=major(parts[0], currency),
        interest_amount=major(parts[1], currency),
        costs_amount=major(parts[2], currency),
        total_amount=major(sum(parts), currency),
    )


def _payments(claim: dict[str, Any]) -> list[CasePayment]:
    """The claim's entries that are money, one payment per cause; entries that lower the claim are negative."""
    sums: dict[tuple[str, str], dict[str, int]] = {}
    days: dict[tuple[str, str], str] = {}
    for entry in claim["entries"]:
        if entry["kind"] not in _MONEY:
            continue
        payment = (entry["cause_id"], entry["kind"])
        days[payment] = entry["as_of"]
        parts = sums.setdefault(payment, {"PRINCIPAL": 0, "INTEREST": 0, "FEES": 0})
        part = entry["component"] if entry["component"] in parts else "FEES"
        parts[part] -= int(entry["amount_minor"])
    return [
        _payment(_MONEY[kind], days[cause, kind], parts, claim["currency"]) for (cause, kind), parts in sums.items()
    ]


def _payment(kind: PaymentKind, day: str, parts: dict[str, int], currency: str) -> CasePayment:
    return CasePayment(
        type=kind,
        payment_date=date.fromisoformat(day),
        amount=major(sum(parts.values()), currency),
        capital_amount=major(parts["PRINCIPAL"], currency),
        interest_amount=major(parts["INTEREST"], currency),
        costs_amount=major(parts["FEES"], currency),
        currency=currency,
    )


def _event(entry: dict[str, Any]) -> CaseEvent:
    return CaseEvent(date=entry["entry_date"], at=entry["at"], type=entry["kind"], text=entry["text"], who=entry["who"])
