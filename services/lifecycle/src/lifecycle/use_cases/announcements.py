"""The facts lifecycle tells, with ids that follow from the fact: telling one again changes nothing."""

from datetime import date
from uuid import UUID, uuid5

from contracts import (
    CaseClosed,
    CaseHeld,
    CaseOpened,
    CaseOverdue,
    CaseResumed,
    CaseStepReached,
    CaseTransferred,
    Charge,
    InvoiceCreated,
)
from contracts.case import CloseCode
from lifecycle.domain.case import Case
from lifecycle.domain.charges import StepCharge
from lifecycle.domain.dunning import Decision
from statutes import PolicyStep

_NAMESPACE = UUID("6f6a3a5e-2f0b-5b53-9a0e-6c1c6a0b7d11")


def _id(*parts: object) -> UUID:
    return uuid5(_NAMESPACE, ":".join(str(part) for part in parts))


def case_opened(case: Case, invoice: InvoiceCreated) -> CaseOpened:
    return CaseOpened(
        event_id=_id("opened", case.case_id),
        creditor_id=case.creditor_id,
        case_id=case.case_id,
        claim_id=case.claim_id,
        source="API" if invoice.invoice_type == "COLLECTION" else "DUNNING",
        stage=case.situation.stage,
        policy_code=case.policy_code,
        as_of=case.opened_date,
    )


def case_overdue(case: Case, as_of: date) -> CaseOverdue:
    due_date = case.situation.due_date
    return CaseOverdue(
        event_id=_id("overdue", case.case_id, due_date),
        creditor_id=case.creditor_id,
        case_id=case.case_id,
        claim_id=case.claim_id,
        due_date=due_date,
        as_of=as_of,
    )


def case_step_reached(
    case: Case, decision: Decision, step: PolicyStep, charges: tuple[StepCharge, ...], as_of: date, step_key: str
) -> CaseStepReached:
    assert decision.deadline_date is not None  # a step gives one
    return CaseStepReached(
        event_id=_id("step", step_key),
        creditor_id=case.creditor_id,
        case_id=case.case_id,
        claim_id=case.claim_id,
        step_key=step_key,
        policy_code=case.policy_code,
        policy_version=case.policy_version,
        level=step.level,
        step_code=step.code,
        stage=step.stage,
        as_of=as_of,
        deadline_date=decision.deadline_date,
        channel=step.channel,
        template=step.template,
        charges=tuple(
            Charge(
                code=charge.code,
                component=charge.component,
                amount_minor=charge.amount_minor,
                vat_minor=charge.vat_minor,
                currency=charge.currency,
                statute_row=charge.statute_row,
            )
            for charge in charges
        ),
        accrue_interest=case.interest_enabled,
        disputed_minor=case.situation.disputed_minor,
    )


def case_transferred(case: Case, as_of: date, step_key: str) -> CaseTransferred:
    return CaseTransferred(
        event_id=_id("transferred", step_key),
        creditor_id=case.creditor_id,
        case_id=case.case_id,
        claim_id=case.claim_id,
        collector="own",
        as_of=as_of,
    )


def case_held(case: Case, as_of: date) -> CaseHeld:
    assert case.hold_reason is not None
    return CaseHeld(
        event_id=_id("held", case.case_id, case.hold_version),
        creditor_id=case.creditor_id,
        case_id=case.case_id,
        claim_id=case.claim_id,
        reason=case.hold_reason,
        until_date=case.situation.hold_until_date,
        as_of=as_of,
        hold_version=case.hold_version,
    )


def case_resumed(case: Case, as_of: date) -> CaseResumed:
    return CaseResumed(
        event_id=_id("resumed", case.case_id, case.hold_version),
        creditor_id=case.creditor_id,
        case_id=case.case_id,
        claim_id=case.claim_id,
        as_of=as_of,
        hold_version=case.hold_version,
    )


def case_closed(case: Case, close_code: CloseCode, as_of: date) -> CaseClosed:
    return CaseClosed(
        event_id=_id("closed", case.case_id, case.closing_version),
        creditor_id=case.creditor_id,
        case_id=case.case_id,
        claim_id=case.claim_id,
        close_code=close_code,
        as_of=as_of,
        closing_version=case.closing_version,
    )
