"""The facts lifecycle tells, with ids that follow from the fact: telling one again changes nothing."""

from datetime import date
from typing import Literal
from uuid import UUID, uuid5

from contracts import (
    CaseClosed,
    CaseCollected,
    CaseHeld,
    CaseOpened,
    CaseOverdue,
    CaseResumed,
    CaseStepReached,
    CaseTransferred,
    Charge,
    LetterGroup,
)
from contracts.case import CloseCode
from lifecycle.domain.case import Case
from lifecycle.domain.charges import StepCharge
from lifecycle.domain.dunning import Decision
from lifecycle.domain.letter_groups import Share
from lifecycle.domain.reports import Collected
from statutes import PolicyStep

_NAMESPACE = UUID("6f6a3a5e-2f0b-5b53-9a0e-6c1c6a0b7d11")


def _id(*parts: object) -> UUID:
    return uuid5(_NAMESPACE, ":".join(str(part) for part in parts))


def case_opened(case: Case) -> CaseOpened:
    return CaseOpened(
        event_id=_id("opened", case.case_id),
        creditor_id=case.creditor_id,
        case_id=case.case_id,
        claim_id=case.claim_id,
        source=case.source,
        stage=case.situation.stage,
        policy_code=case.policy_code,
        as_of=case.opened_date,
    )


def case_opened_again(case: Case, as_of: date) -> CaseOpened:
    """A chargeback or returned debit opened a case that was closed; told once per closing."""
    event_id = _id("opened again", case.case_id, case.closing_version)
    return case_opened(case).model_copy(update={"event_id": event_id, "as_of": as_of})


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
    case: Case,
    decision: Decision,
    step: PolicyStep,
    charges: tuple[StepCharge, ...],
    as_of: date,
    step_key: str,
    share: Share | None = None,
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
        letter_group=LetterGroup(group_id=share.group_id, size=share.size) if share else None,
        accrue_interest=case.interest_enabled,
        disputed_minor=case.situation.disputed_minor,
    )


def case_transferred(case: Case, as_of: date, fact: str, collector: str) -> CaseTransferred:
    """`fact` is the step or the hand-over behind it: each is told once."""
    return CaseTransferred(
        event_id=_id("transferred", fact),
        creditor_id=case.creditor_id,
        case_id=case.case_id,
        claim_id=case.claim_id,
        collector=collector,
        as_of=as_of,
    )


def case_collected(
    case: Case, collected: Collected, remitted_to: Literal["CREDITOR", "OFFICE"], as_of: date
) -> CaseCollected:
    return CaseCollected(
        event_id=_id("collected", collected.report_id),
        creditor_id=case.creditor_id,
        case_id=case.case_id,
        report_id=collected.report_id,
        claim_id=case.claim_id,
        collector=collected.collector,
        external_id=collected.external_id,
        amount_minor=collected.amount_minor,
        currency=collected.currency,
        collected_on=collected.collected_on,
        remitted_to=remitted_to,
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
