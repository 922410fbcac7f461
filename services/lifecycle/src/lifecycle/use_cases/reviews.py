"""The sweep: every case whose day has come is looked at once, and what is due is done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from delivery import publish, traced
from lifecycle import queries
from lifecycle.domain.arrangements import Plan, Promise, covered_through
from lifecycle.domain.case import Case, failed, plan_followed, started
from lifecycle.domain.charges import NO_CHARGES, StepCharge, StepCharges, charges_of_step
from lifecycle.domain.collectors import OWN
from lifecycle.domain.dunning import Decision, next_step
from lifecycle.domain.handovers import Handover, placed, without_step
from lifecycle.domain.letter_groups import Reached, Share, share_letters
from lifecycle.domain.timeline import EntryKind, TimelineEntry
from lifecycle.queries import StepTaken
from lifecycle.use_cases.announcements import case_overdue, case_resumed, case_step_reached, case_transferred
from lifecycle.use_cases.changes import Changes
from lifecycle.use_cases.following import follow_handovers
from lifecycle.use_cases.handovers import load_choices, save_planned
from lifecycle.use_cases.unsent_letters import Renewal, renew_letters
from lifecycle.use_cases.work import hold_flagged
from money import Money
from runtime.clock import wall_now
from runtime.database import Session
from statutes import StatuteError

LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class Review:
    """A case, and what its day brought."""

    day: date
    before: Case
    after: Case
    decision: Decision | None
    charges: StepCharges = NO_CHARGES
    renewal: Renewal | None = None
    handover: Handover | None = None
    share: Share | None = None

    @property
    def step_taken(self) -> StepTaken | None:
        decision = self.decision
        if decision is None or decision.step is None or decision.deadline_date is None:
            return None
        return StepTaken(
            step_key=f"{self.before.step_prefix}:{decision.step.level}",
            case_id=self.before.case_id,
            level=decision.step.level,
            step_code=decision.step.code,
            as_of=self.day,
            deadline_date=decision.deadline_date,
            charges=self.charges.charges,
        )

    @property
    def transfers(self) -> bool:
        return self.decision is not None and self.decision.step is not None and self.decision.step.transfers

    def sharing(self, share: Share) -> "Review":
        """The case has a part in a letter; another case of the debtor may bear its fee."""
        remarks = self.charges.remarks
        if len(share.charges) < len(self.charges.charges):
            remarks = (*remarks, f"The letter is shared: its fee is charged on case {share.bearer_id}")
        return replace(self, share=share, charges=StepCharges(share.charges, remarks))

    def with_handover(self, handover: Handover | None) -> "Review":
        """Our own collection takes the step; a reviewer or another collector comes instead of it."""
        if handover is None or self.decision is None:
            return self
        if handover.state == "OWN":
            return replace(self, after=placed(self.after, handover), handover=handover)
        decision = without_step(self.before, self.decision)
        after = placed(replace(self.after, situation=decision.after), handover)
        return replace(self, after=after, decision=decision, charges=NO_CHARGES, handover=handover)


async def review_cases(session: Session, day: date, limit: int = LIMIT) -> int:
    """Look at a batch of the cases due by `day`, as of `day`; says how many.

    Idempotent by state: a case that was looked at has a later day, and a step's key is stored once.
    """
    cases = await queries.lock_due_cases(session, day, limit)
    if not cases:
        return 0
    looked_at = len(cases)
    companions, postponed = await queries.lock_companions(session, day, cases)
    cases = [case for case in [*cases, *companions] if not (case.group_letters and case.debtor_id in postponed)]
    if waking := [started(case) for case in cases if case.situation.status == "PENDING"]:
        resting = await hold_flagged(session, waking, lambda _: day)
        cases = [case for case in cases if case.case_id not in resting]
    charged = await queries.list_charges(session, {case.case_id for case in cases if case.situation.level > 0})

    reviews = [review(case, day, charged.get(case.case_id, ())) for case in cases]
    reviews = await _with_collectors(session, reviews, day)
    reviews = _with_shared_letters(reviews)

    resumed = {item.after.case_id: (item.after, day) for item in reviews if item.decision and item.decision.resume}
    renewals = await renew_letters(session, resumed)
    reviews = [
        replace(item, after=renewal.case, renewal=renewal) if (renewal := renewals.get(item.after.case_id)) else item
        for item in reviews
    ]
    steps = [step for item in reviews if (step := item.step_taken)]
    afters = {item.after.case_id: item.after for item in reviews}
    afters |= await follow_handovers(session, list(afters.values()))
    await queries.save_cases(session, list(afters.values()))
    new_steps = await queries.insert_steps(session, steps)
    changes = Changes({})
    for item in reviews:
        _note(changes, item, new_steps)
    await queries.insert_entries(session, changes.entries)
    with traced({str(case.case_id): case.traceparent for case in cases}):
        await publish(session, changes.facts)
    return looked_at


def _with_shared_letters(reviews: list[Review]) -> list[Review]:
    """Steps of a debtor's cases whose letters are joined share one letter, and its fee."""
    shares = share_letters(reached for item in reviews if (reached := _reached(item)))
    return [item.sharing(share) if (share := shares.get(item.before.case_id)) else item for item in reviews]


def _reached(item: Review) -> Reached | None:
    case, decision, taken = item.before, item.decision, item.step_taken
    if not case.group_letters or case.debtor_id is None or decision is None or taken is None or item.transfers:
        return None
    step = decision.step
    assert step is not None  # it was taken
    return Reached(
        case_id=case.case_id,
        step_key=taken.step_key,
        creditor_id=case.creditor_id,
        debtor_id=case.debtor_id,
        currency=case.currency,
        policy=f"{case.policy_code}:{case.rules.key}",
        level=step.level,
        stage=step.stage,
        channel=step.channel,
        template=step.template,
        deadline_date=taken.deadline_date,
        charges=item.charges.charges,
    )


async def _with_collectors(session: Session, reviews: list[Review], day: date) -> list[Review]:
    """Where dunning is exhausted a collector is chosen; only the office's own takes the rung that transfers."""
    leaving = [item for item in reviews if item.transfers]
    if not leaving:
        return reviews
    choices = await load_choices(session, [item.after for item in leaving])
    chosen = [item.with_handover(choices.handover_of(item.before, day)) for item in leaving]
    handed = {one.after.case_id: one for one in chosen if one.handover}
    planned = {case_id: one.handover for case_id, one in handed.items() if one.handover}
    await save_planned(session, planned, {case_id: one.after for case_id, one in handed.items()}, day)
    return [handed.get(item.after.case_id, item) for item in reviews]


def review(case: Case, day: date, earlier: Sequence[StepCharge]) -> Review:
    """Decide one case; where the law's tables have no answer the case fails with the reason, and the sweep goes on."""
    case = plan_followed(started(case))
    try:
        decision = next_step(case.situation, case.rules, day)
        charges = _charges(case, decision, day, earlier)
        if decision.step and case.limitation_date and day > case.limitation_date:
            return Review(day, case, failed(case, _barred_text(case.limitation_date)), None)
    except StatuteError as problem:
        return Review(day, case, failed(case, str(problem)), None)
    after = replace(case, situation=decision.after)
    if decision.resume:
        after = replace(after, hold_reason=None, hold_version=case.hold_version + 1, arrangement=None)
    return Review(day, case, after, decision, charges)


def _barred_text(last_date: date) -> str:
    return (
        f"The claim was lost after {last_date} and no letter may ask for it: close the case as TIME_BARRED,"
        " or record what interrupted the limitation and take it up again"
    )


def _charges(case: Case, decision: Decision, day: date, earlier: Sequence[StepCharge]) -> StepCharges:
    if decision.step is None:
        return NO_CHARGES
    return charges_of_step(
        decision.step,
        debtor_kind=case.debtor_kind,
        principal_minor=max(0, case.situation.principal_minor - case.situation.disputed_minor),
        currency=case.currency,
        as_of=day,
        creditor_deducts_vat=case.creditor_deducts_vat,
        earlier=earlier,
        last_deadline_date=case.situation.last_deadline_date,
        agreed_fees=case.agreed_fees,
        accept_low_confidence=case.accept_low_confidence,
    )


def _note(changes: Changes, item: Review, new_steps: set[str]) -> None:
    """Put what a review did into words and facts."""
    case, decision, day = item.after, item.decision, item.day

    def entry(kind: EntryKind, text: str, **ids: str) -> None:
        changes.entries.append(TimelineEntry(case.case_id, day, wall_now(), kind, text, ids=ids))

    if decision is None:
        entry("FAILED", f"The case needs an operator: {case.failure}")
        return
    if decision.resume:
        fact = case_resumed(case, day)
        changes.facts.append(item.renewal.told_by(fact) if item.renewal else fact)
        entry("RESUMED", ". ".join([_resumed_text(item), *([item.renewal.text] if item.renewal else [])]))
    if decision.overdue:
        changes.facts.append(case_overdue(case, day))
        entry("OVERDUE", f"Not paid by {case.situation.due_date}")
    step, taken = decision.step, item.step_taken
    if step is None and item.handover is not None:
        entry("COLLECTOR", chosen_text(item.handover), handover_id=str(item.handover.handover_id))
    if step is None or taken is None or taken.step_key not in new_steps:
        return
    changes.facts.append(case_step_reached(case, decision, step, item.charges.charges, day, taken.step_key, item.share))
    entry("STEP", _step_text(item, taken), step_key=taken.step_key)
    if step.transfers:
        collector = item.handover.collector if item.handover else OWN
        changes.facts.append(case_transferred(case, day, taken.step_key, collector))
        whose = f", {collector}" if item.handover else ""
        entry("TRANSFERRED", f"The case went to our own collection{whose}", step_key=taken.step_key)


def chosen_text(handover: Handover) -> str:
    """What a timeline says where a collector or a reviewer comes instead of the step."""
    if handover.state == "REVIEW":
        return f"Dunning is exhausted: waits for review before it goes to {handover.collector}"
    return f"Dunning is exhausted: goes to {handover.collector}, no review is wanted"


def _resumed_text(item: Review) -> str:
    ended = f"The hold ended after {item.before.situation.hold_until_date}"
    match item.before.arrangement:
        case Promise():
            return f"{ended}: the promise to pay was broken"
        case Plan(accepted=False):
            return f"{ended}: the proposed plan was not accepted"
        case Plan() as plan if covered_through(plan, item.before.situation.owed_minor) is None:
            return f"{ended}: the payment plan was completed"
        case Plan():
            return f"{ended}: an instalment of the payment plan was missed"
        case _:
            return ended


def _step_text(item: Review, taken: StepTaken) -> str:
    fees = [
        f"{charge.code} {Money(charge.amount_minor + charge.vat_minor, charge.currency)}"
        for charge in item.charges.charges
    ]
    text = f"Step {taken.level}, {taken.step_code}: to be paid by {taken.deadline_date}; "
    text += f"charged {', '.join(fees)}" if fees else "no fee"
    return ". ".join([text, *item.charges.remarks])
