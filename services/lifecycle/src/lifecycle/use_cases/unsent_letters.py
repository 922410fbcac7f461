"""Letters that a hold kept from leaving: when the case goes on they are still owed, with time to pay them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from contracts import Balance, CaseResumed
from lifecycle import queries
from lifecycle.domain.case import Case
from runtime.database import Session
from statutes import step_deadline


@dataclass(frozen=True, slots=True)
class Renewal:
    """A case whose last letter goes out now: the case with the new deadline, and whose letter it is."""

    case: Case
    step_key: str
    step_code: str
    deadline_date: date

    @property
    def text(self) -> str:
        return f"The letter of {self.step_code} had not left before the hold: to be paid by {self.deadline_date}"

    def told_by(self, fact: CaseResumed) -> CaseResumed:
        """The resumption with what the letter needs: its deadline, and the balance as lifecycle knows it."""
        situation = self.case.situation
        balance = Balance(
            principal_minor=situation.principal_minor,
            interest_minor=situation.interest_minor,
            fees_minor=situation.fees_minor,
        )
        known = {"claim_version": self.case.claim_version, "balance": balance} if self.case.claim_version else {}
        return fact.model_copy(update={"step_key": self.step_key, "deadline_date": self.deadline_date, **known})


async def renew_letters(session: Session, resumed: Mapping[int, tuple[Case, date]]) -> dict[int, Renewal]:
    """New deadlines for the last letters of cases that go on from a day, where nobody heard that they were sent.

    A letter that did leave, and of which we are told later, is not sent again: communication knows. Then the debtor has
    more time than the letter said, never less. What a collector outside has gets no letter of ours.
    """
    going_on = {
        number: at
        for number, at in resumed.items()
        if at[0].situation.status == "ACTIVE" and not at[0].situation.with_collector
    }
    waiting = {number for number, (case, _) in going_on.items() if case.situation.level and case.situation.owed_minor}
    renewals: dict[int, Renewal] = {}
    for unsent in await queries.list_unsent_letters(session, waiting) if waiting else ():
        case, day = going_on[unsent.case_id]
        step = case.rules.find_step(case.situation.level)
        if step is None or unsent.level != case.situation.level:
            continue
        deadline_date = max(step_deadline(step, day), case.situation.last_deadline_date or date.min)
        situation = replace(case.situation, last_deadline_date=deadline_date)
        renewed = replace(case, situation=situation)
        renewals[case.case_id] = Renewal(renewed, unsent.step_key, unsent.step_code, deadline_date)
    return renewals
