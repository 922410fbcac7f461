"""What the office decides, handed to payment control in minor units; and a claim as its creditor reads it."""

from datetime import date
from typing import Any
from uuid import UUID

from gateway.downstream import Downstream
from gateway.schemas.decisions import (
    ClaimEntry,
    ClaimRead,
    Correction,
    DecisionRead,
    MatchByHand,
    ReasonGiven,
    Waiver,
    decision_read,
)
from gateway.schemas.wire import Faults, major

_CONTROL = "payment-control"
_COMPONENTS = {"CAPITAL": "PRINCIPAL"}
_DIRECTED = {"CAPITAL": "principal", "INTEREST": "interest", "FEES": "fees"}


async def match_by_hand(
    downstream: Downstream, decision_id: UUID, person: str, line_id: UUID, body: MatchByHand
) -> DecisionRead:
    """Divide a queued payment over claims."""
    faults = Faults()
    faults.currency("currency", body.currency)
    shares = [
        {
            "case_id": share.case_id,
            "amount_minor": _positive(faults, f"shares.{place}.amount", share.amount, body.currency),
            "directed": [_DIRECTED[name] for name in share.direction],
        }
        for place, share in enumerate(body.shares)
    ]
    faults.raise_if_any()
    word = _word(decision_id, person, body.reason) | {"shares": shares, "keep_rest": body.keep_rest}
    return await _say(downstream, f"/internal/unmatched/{line_id}/match", word)


async def disown(
    downstream: Downstream, decision_id: UUID, person: str, line_id: UUID, body: ReasonGiven
) -> DecisionRead:
    """The money is for no claim of ours."""
    return await _say(downstream, f"/internal/unmatched/{line_id}/not-ours", _word(decision_id, person, body.reason))


async def waive(downstream: Downstream, decision_id: UUID, person: str, case_id: int, body: Waiver) -> DecisionRead:
    """Let go of parts of a claim."""
    faults = Faults()
    faults.currency("currency", body.currency)
    parts = [
        {
            "component": _COMPONENTS.get(part.component, part.component),
            "amount_minor": _positive(faults, f"parts.{place}.amount", part.amount, body.currency),
        }
        for place, part in enumerate(body.parts)
    ]
    faults.raise_if_any()
    return await _say(
        downstream, f"/internal/claims/{case_id}/waive", _word(decision_id, person, body.reason) | {"parts": parts}
    )


async def write_off(
    downstream: Downstream, decision_id: UUID, person: str, case_id: int, body: ReasonGiven
) -> DecisionRead:
    """Give up all that is owed."""
    return await _say(downstream, f"/internal/claims/{case_id}/write-off", _word(decision_id, person, body.reason))


async def correct(
    downstream: Downstream, decision_id: UUID, person: str, case_id: int, body: Correction
) -> DecisionRead:
    """Take back what one cause booked."""
    word = _word(decision_id, person, body.reason) | {"cause_id": str(body.cause_id)}
    return await _say(downstream, f"/internal/claims/{case_id}/correct", word)


async def second_word(downstream: Downstream, decision_id: UUID, person: str, *, approve: bool) -> DecisionRead:
    """A second person approves, or somebody declines."""
    verb = "approve" if approve else "decline"
    return await _say(downstream, f"/internal/decisions/{decision_id}/{verb}", {"person": person})


async def list_decisions(downstream: Downstream, status: str | None) -> list[DecisionRead]:
    rows = await downstream.get(_CONTROL, "/internal/decisions", None, {"status": status})
    return [decision_read(row) for row in rows]


async def read_claim(downstream: Downstream, creditor_id: UUID, case_id: int, as_of: date | None) -> ClaimRead:
    """A claim of the creditor; somebody else's is answered like a missing one."""
    claim = await downstream.get(_CONTROL, f"/internal/claims/{case_id}", creditor_id, {"as_of": as_of})
    currency: str = claim["currency"]
    return ClaimRead(
        case_id=claim["case_id"],
        invoice_number=claim["invoice_number"],
        currency=currency,
        status=claim["status"],
        as_of=claim["as_of"],
        capital_amount=major(claim["principal_minor"], currency),
        interest_amount=major(claim["interest_minor"], currency),
        costs_amount=major(claim["fees_minor"], currency),
        total_amount=major(claim["total_minor"], currency),
        warnings=claim["warnings"],
        entries=[_entry(entry, currency) for entry in claim["entries"]],
    )


def _entry(entry: dict[str, Any], currency: str) -> ClaimEntry:
    return ClaimEntry(
        entry_id=entry["entry_id"],
        kind=entry["kind"],
        component="CAPITAL" if entry["component"] == "PRINCIPAL" else entry["component"],
        code=entry["code"],
        amount=major(entry["amount_minor"], currency),
        vat_amount=major(entry["vat_minor"], currency),
        as_of=entry["as_of"],
        booked_date=entry["booked_date"],
        statute_row=entry["statute_row"],
        warning=entry["warning"],
        cause_id=entry["cause_id"],
        reverses_id=entry["reverses_id"],
    )


def _positive(faults: Faults, field: str, amount: Any, currency: str) -> int:
    minor = faults.minor(field, amount, currency)
    if amount <= 0:
        faults.add(field, "must be above zero")
    return minor


def _word(decision_id: UUID, person: str, reason: str) -> dict[str, Any]:
    return {"decision_id": str(decision_id), "person": person, "reason": reason}


async def _say(downstream: Downstream, path: str, body: dict[str, Any]) -> DecisionRead:
    return decision_read(await downstream.post(_CONTROL, path, None, body))
