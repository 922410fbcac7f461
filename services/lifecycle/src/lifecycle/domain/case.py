"""A case: its situation, and what facts and people do to it. Each function returns the case as it is afterwards."""

import json
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, Literal, get_args
from uuid import UUID

from lifecycle.domain.arrangements import Dispute, Plan, Promise, covered_through, is_kept, with_received
from lifecycle.domain.collectors import Source
from lifecycle.domain.dunning import CaseSituation, next_review_date
from lifecycle.domain.interruptions import Interrupting
from lifecycle.domain.states import HOLDS, HoldReason, Status
from lifecycle.domain.transitions import UNFINISHED, moved
from statutes import Policy, policy, policy_from_document

SettledCause = Literal["PAID", "CREDITED", "WITHDRAWN", "WRITTEN_OFF"]

OverrideScope = Literal["CASE", "DEBTOR"]


@dataclass(frozen=True, slots=True)
class AgreedPolicy:
    """The ladder the case had by its agreement, to which it returns when an override is removed."""

    code: str
    version: int
    document: str | None


REOPENS: Final = frozenset({"PAID", "CREDITED", "WRITTEN_OFF"})
"""Close codes that a claim owed again undoes; a withdrawn case stays withdrawn.

Only where the claim was settled: a case that the office closed as WRITTEN_OFF while something was owed stays closed,
whatever moves on its claim afterwards.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One case, whole; counters (`_version`) only grow."""

    case_id: int
    creditor_id: UUID
    claim_id: UUID
    invoice_number: str
    currency: str
    debtor_kind: str
    policy_code: str
    policy_version: int
    jurisdiction: str
    creditor_deducts_vat: bool
    interest_enabled: bool
    opened_date: date
    situation: CaseSituation
    claim_version: int = 0
    hold_reason: HoldReason | None = None
    hold_version: int = 0
    closing_version: int = 0
    close_code: str | None = None
    closed_date: date | None = None
    failure: str | None = None
    traceparent: str | None = None
    debtor_id: UUID | None = None
    policy_document: str | None = None
    accept_low_confidence: bool = False
    group_letters: bool = False
    agreed_fees: dict[str, int] = field(default_factory=dict[str, int])
    arrangement: Promise | Plan | Dispute | None = None
    limitation_date: date | None = None
    limitation_alert_date: date | None = None
    dispute_alert_date: date | None = None
    source: Source = "DUNNING"
    closed_from: Status | None = None
    handover_id: UUID | None = None
    arose_date: date | None = None
    interruptions: tuple[Interrupting, ...] = ()
    agreed_policy: AgreedPolicy | None = None
    override_scope: OverrideScope | None = None
    override_version: int | None = None

    @property
    def rules(self) -> Policy:
        """The ladder it climbs: the creditor's own (or one for this case alone), else the one on file."""
        if self.policy_document is None:
            return policy(self.policy_code)
        return _own_policy(self.policy_document, self.jurisdiction, self.debtor_kind)

    @property
    def closed(self) -> bool:
        return self.situation.status == "CLOSED"

    @property
    def flagged(self) -> bool:
        """Held for a flag of its debtor."""
        return self.hold_reason == "FLAG"

    @property
    def step_prefix(self) -> str:
        return f"{self.case_id}:{self.rules.key}"

    @property
    def next_review_date(self) -> date | None:
        """The day the sweep looks at it next, by the rule of dunning."""
        if self.situation.status == "PENDING":
            return None if self.situation.with_collector else self.situation.earliest_step_date
        return next_review_date(self.situation, self.rules) if self.situation.at_work else None


@lru_cache(maxsize=512)
def _own_policy(document: str, jurisdiction: str, debtor_kind: str) -> Policy:
    return policy_from_document(json.loads(document), jurisdiction, debtor_kind)


def with_balance(case: Case, claim_version: int, principal_minor: int, interest_minor: int, fees_minor: int) -> Case:
    """The claim's balance, unless a newer one is known."""
    if claim_version <= case.claim_version:
        return case
    situation = replace(
        case.situation, principal_minor=principal_minor, interest_minor=interest_minor, fees_minor=fees_minor
    )
    return replace(case, claim_version=claim_version, situation=situation)


def held(
    case: Case, reason: HoldReason, until_date: date | None, arrangement: Promise | Plan | Dispute | None = None
) -> Case:
    """Letters stop until `until_date` has passed, or until someone resumes; what was agreed before falls."""
    status = moved(case.situation.status, HOLDS[reason])
    situation = replace(case.situation, status=status, hold_until_date=until_date, disputed_minor=0)
    return replace(
        case,
        situation=situation,
        hold_reason=reason,
        hold_version=case.hold_version + 1,
        arrangement=arrangement,
        dispute_alert_date=None,
    )


def resumed(case: Case, as_of: date) -> Case:
    """The case goes on where it stood, with letters from the day after."""
    situation = replace(
        case.situation,
        status=moved(case.situation.status, "ACTIVE"),
        hold_until_date=None,
        earliest_step_date=as_of + timedelta(days=1),
    )
    return replace(case, situation=situation, hold_reason=None, hold_version=case.hold_version + 1, arrangement=None)


def unflagged(case: Case) -> Case:
    """A closed case whose hold for a flag is over: nothing stops it should it open again."""
    return replace(case, hold_reason=None, hold_version=case.hold_version + 1)


def vulnerable(case: Case, is_vulnerable: bool) -> Case:
    """What a policy's stop conditions know of the debtor."""
    return replace(case, situation=replace(case.situation, debtor_vulnerable=is_vulnerable))


def disputed_in_part(case: Case, dispute: Dispute) -> Case:
    """Only the disputed amount rests; the rest of the claim goes on where it is above the tolerance."""
    assert dispute.disputed_minor is not None
    situation = replace(case.situation, disputed_minor=dispute.disputed_minor)
    return replace(case, situation=situation, arrangement=dispute)


def undisputed(case: Case) -> Case:
    """A partial dispute is over: the whole claim goes on."""
    return replace(case, situation=replace(case.situation, disputed_minor=0), arrangement=None)


def received(case: Case, amount_minor: int, claim_version: int) -> Case:
    """What was promised or planned counts the money that came in for it, in whatever order it is told."""
    awaited = case.arrangement
    if not isinstance(awaited, Promise | Plan):
        return case
    return replace(case, arrangement=with_received(awaited, amount_minor, claim_version))


def kept_promise(case: Case, as_of: date) -> Case | None:
    """The case resumed, when what was promised came in; None when there is no promise or not enough came."""
    promised = case.arrangement
    if not isinstance(promised, Promise) or case.closed or not is_kept(promised, case.situation.owed_minor):
        return None
    return resumed(case, as_of)


def plan_followed(case: Case) -> Case:
    """The hold of a plan lasts as long as its instalments are covered, whatever came in or was taken back."""
    plan = case.arrangement
    if not isinstance(plan, Plan) or not plan.accepted or case.situation.status != "ON_PLAN":
        return case
    through = covered_through(plan, case.situation.owed_minor)
    if through is None:
        return case
    return replace(case, situation=replace(case.situation, hold_until_date=through))


def pending(case: Case, as_of: date) -> Case:
    """Reviewed, or in no need of it: work begins the day after."""
    situation = replace(
        case.situation,
        status=moved(case.situation.status, "PENDING"),
        earliest_step_date=max(as_of + timedelta(days=1), case.situation.earliest_step_date or date.min),
    )
    return replace(case, situation=situation)


def started(case: Case) -> Case:
    """A pending case whose day has come is at work; any other is as it was."""
    if case.situation.status != "PENDING":
        return case
    return replace(case, situation=replace(case.situation, status=moved("PENDING", "ACTIVE")))


def closed(case: Case, close_code: str, as_of: date) -> Case:
    """Nothing more is done; stage, level and hold stay for the day it may open again."""
    situation = replace(case.situation, status=moved(case.situation.status, "CLOSED"))
    return replace(
        case,
        situation=situation,
        close_code=close_code,
        closed_date=as_of,
        closing_version=case.closing_version + 1,
        closed_from=case.situation.status,
    )


def reopened(case: Case, as_of: date, *, reversal: bool = False) -> Case:
    """A settled claim is owed again: the case stands where it stood, with letters from the day after.

    A case that was paid before its review was done still waits for it.
    """
    status: Status = HOLDS[case.hold_reason] if case.hold_reason else "ACTIVE"
    if case.closed_from in UNFINISHED:
        status = case.closed_from
    situation = replace(
        case.situation,
        status=moved(case.situation.status, "FAILED" if case.failure else status),
        earliest_step_date=as_of + timedelta(days=1),
    )
    source = "CHARGEBACK" if reversal else case.source
    return replace(case, situation=situation, close_code=None, closed_date=None, source=source)


def failed(case: Case, reason: str) -> Case:
    """The law's tables gave no answer; an operator must look before anything else happens."""
    situation = replace(case.situation, status=moved(case.situation.status, "FAILED"))
    return replace(case, situation=situation, failure=reason)


def retried(case: Case, as_of: date) -> Case:
    """An operator saw to what stopped it: it goes on, held where it was held, with letters from the day after."""
    status = HOLDS[case.hold_reason] if case.hold_reason else "ACTIVE"
    situation = replace(
        case.situation, status=moved(case.situation.status, status), earliest_step_date=as_of + timedelta(days=1)
    )
    return replace(case, situation=situation, failure=None)


def settled(case: Case, claim_version: int, cause: SettledCause, as_of: date) -> Case:
    """Nothing is owed any more: the case closes, unless a newer balance says otherwise or it is closed already."""
    assert cause in get_args(SettledCause)
    if claim_version < case.claim_version:
        return case
    paid = with_balance(case, claim_version, 0, 0, 0)
    if not paid.closed:
        return closed(paid, cause, as_of)
    if claim_version == case.claim_version or paid.close_code not in REOPENS:
        return paid
    # Settled, reopened and settled again, but the middle is still on its way.
    return replace(paid, close_code=cause, closed_date=as_of)


def changed(
    case: Case,
    claim_version: int,
    principal_minor: int,
    interest_minor: int,
    fees_minor: int,
    as_of: date,
    *,
    reversal: bool,
) -> Case:
    """A new balance; a case that was closed because nothing was owed opens again when something is.

    After a reversal letters wait for the day after, whether or not the settlement before it was heard of.
    """
    if claim_version <= case.claim_version:
        return case
    was_settled = case.situation.owed_minor == 0
    case = with_balance(case, claim_version, principal_minor, interest_minor, fees_minor)
    if case.closed and case.close_code in REOPENS and was_settled and case.situation.owed_minor > 0:
        return reopened(case, as_of, reversal=reversal)
    if reversal and not case.closed:
        return replace(case, situation=replace(case.situation, earliest_step_date=as_of + timedelta(days=1)))
    return case
