"""HTTP bodies of lifecycle's internal API; amounts in minor units."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from lifecycle.collector_schemas import HandoverRead
from lifecycle.domain.arrangements import Dispute, Plan, Promise
from lifecycle.domain.case import Case
from lifecycle.domain.states import ActionCode, Stage, Status
from lifecycle.domain.timeline import EntryKind, TimelineEntry
from lifecycle.domain.transitions import WorkCode, available_actions, available_work
from lifecycle.queries import CaseCount


class PolicyRead(BaseModel):
    code: str
    version: int
    jurisdiction: str
    override_scope: str | None = None


class HoldRead(BaseModel):
    reason: str
    until_date: date | None
    hold_version: int


class BalanceRead(BaseModel):
    """Lifecycle's copy; payment-control has the claim itself."""

    principal_minor: int
    interest_minor: int
    fees_minor: int
    claim_version: int


class CaseSummary(BaseModel):
    case_id: int
    creditor_id: UUID
    claim_id: UUID
    invoice_number: str
    status: Status
    stage: Stage
    level: int
    created_date: date
    closed_date: date | None
    active_days: int
    due_date: date
    deadline_date: date | None
    currency: str
    balance: BalanceRead
    policy: PolicyRead
    hold: HoldRead | None
    close_code: str | None
    failure: str | None
    next_review_date: date | None
    debtor_id: UUID | None = None
    arrangement: Promise | Plan | Dispute | None = None
    limitation_date: date | None = None

    @classmethod
    def of(cls, case: Case, today: date) -> Self:
        situation = case.situation
        return cls(
            case_id=case.case_id,
            creditor_id=case.creditor_id,
            claim_id=case.claim_id,
            invoice_number=case.invoice_number,
            status=situation.status,
            stage=situation.stage,
            level=situation.level,
            created_date=case.opened_date,
            closed_date=case.closed_date,
            active_days=max(0, ((case.closed_date or today) - case.opened_date).days),
            due_date=situation.due_date,
            deadline_date=situation.last_deadline_date,
            currency=case.currency,
            balance=BalanceRead(
                principal_minor=situation.principal_minor,
                interest_minor=situation.interest_minor,
                fees_minor=situation.fees_minor,
                claim_version=case.claim_version,
            ),
            policy=PolicyRead(
                code=case.policy_code,
                version=case.policy_version,
                jurisdiction=case.jurisdiction,
                override_scope=case.override_scope,
            ),
            hold=_hold(case),
            close_code=case.close_code,
            failure=case.failure,
            next_review_date=case.next_review_date,
            debtor_id=case.debtor_id,
            arrangement=case.arrangement,
            limitation_date=case.limitation_date,
        )


class EntryRead(BaseModel):
    entry_date: date
    at: datetime
    kind: EntryKind
    text: str
    who: str
    ids: dict[str, str]

    @classmethod
    def of(cls, entry: TimelineEntry) -> Self:
        return cls(
            entry_date=entry.entry_date,
            at=entry.at,
            kind=entry.kind,
            text=entry.text,
            who=entry.who,
            ids=entry.ids,
        )


class CaseRead(BaseModel):
    """A case as the creditor may see it; the timeline's oldest entry comes first."""

    summary: CaseSummary
    timeline: list[EntryRead]
    available_actions: list[ActionCode]
    available_work: list[WorkCode] = []
    handovers: list[HandoverRead] = []

    @classmethod
    def of(cls, case: Case, entries: list[TimelineEntry], today: date, handovers: list[HandoverRead]) -> Self:
        return cls(
            summary=CaseSummary.of(case, today),
            timeline=[EntryRead.of(entry) for entry in entries],
            available_actions=list(
                available_actions(case.situation.status, case.situation.stage, flagged=case.flagged)
            ),
            available_work=list(available_work(case.situation.status, flagged=case.flagged)),
            handovers=handovers,
        )


class CaseList(BaseModel):
    """A page of cases in id order; `next_cursor` is empty on the last."""

    items: list[CaseSummary]
    next_cursor: str | None


class CountRead(BaseModel):
    stage: Stage
    status: Status
    close_code: str | None
    count: int


class CaseCounts(BaseModel):
    """How many cases are where: of the caller's creditor, or of the whole house."""

    total: int
    by_stage: dict[str, int]
    by_status: dict[str, int]
    counts: list[CountRead]

    @classmethod
    def of(cls, counts: list[CaseCount]) -> Self:
        return cls(
            total=sum(place.count for place in counts),
            by_stage=_sums((place.stage, place.count) for place in counts),
            by_status=_sums((place.status, place.count) for place in counts),
            counts=[CountRead.model_validate(place, from_attributes=True) for place in counts],
        )


def _sums(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for name, count in counts:
        sums[name] = sums.get(name, 0) + count
    return sums


def _hold(case: Case) -> HoldRead | None:
    if case.hold_reason is None or not case.situation.held:
        return None
    return HoldRead(reason=case.hold_reason, until_date=case.situation.hold_until_date, hold_version=case.hold_version)
