"""Setting and removing the policy of one debtor or one case; each change is a version, in effect from the next step."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from delivery import traced
from lifecycle import queries
from lifecycle.domain.case import Case, OverrideScope, failed
from lifecycle.domain.overrides import OverrideForbidden, as_agreed, named_document, overridden, wanted_policy
from lifecycle.domain.timeline import TimelineEntry
from lifecycle.override_queries import (
    Override,
    Target,
    add_override,
    list_overrides,
    newest_agreement,
    overrides_of_debtors,
)
from lifecycle.use_cases.changes import Changes, save_and_tell
from lifecycle.use_cases.work import CaseNotFound
from runtime.clock import wall_now
from runtime.database import Session


class DebtorNotFound(LookupError):
    """The creditor has no case of such a debtor."""

    def __init__(self, debtor_id: UUID) -> None:
        super().__init__(f"You have no debtor {debtor_id}.")


async def named_policy_document(session: Session, creditor_id: UUID, code: str) -> dict[str, object]:
    """The policy of that code as a document: one of the creditor's newest agreement, else one on file.

    UnknownPolicy where neither has it.
    """
    agreement = await newest_agreement(session, creditor_id)
    for own in agreement.dunning_policies if agreement else ():
        if own.code == code:
            return own.model_dump(mode="json")
    return named_document(code)


async def set_override(
    session: Session, target: Target, document: dict[str, object], comment: str, day: date
) -> Override:
    """Put the debtor's cases, or the case, on the policy; the same again is no new version.

    A case's own policy wins over its debtor's, and one case that is closed does not keep the others from theirs.

    OverrideForbidden where the law forbids it by itself or after what a case was told: then nothing is stored.
    """
    cases = await _lock(session, target)
    earlier = await list_overrides(session, target)
    if earlier and earlier[-1].document == document:
        return earlier[-1]
    version = len(earlier) + 1
    override = Override(version, document, comment, day)
    scope: OverrideScope = "CASE" if target.case_id is not None else "DEBTOR"
    changes = Changes(cases)
    for case in list(cases.values()):
        wanted = wanted_policy(document, case)
        if scope == "CASE" or case.override_scope != "CASE":
            try:
                changes.put(overridden(case, wanted, scope, version))
            except OverrideForbidden:
                if not case.closed or scope == "CASE":
                    raise
                continue  # nothing more is done on it; should it open again it has its old ladder
            who = "this case" if scope == "CASE" else "the debtor"
            text = f"Policy {wanted.code}, version {version} for {who}, from the next step"
            changes.entries.append(_entry(case, day, text, comment))
    await add_override(session, target, override)
    with traced({str(case.case_id): case.traceparent for case in cases.values()}):
        await save_and_tell(session, changes)
    return override


async def remove_override(session: Session, target: Target, comment: str, day: date) -> bool:
    """Back to the agreed policy (a case's own gives way to its debtor's); says whether there was one to remove."""
    cases = await _lock(session, target)
    earlier = await list_overrides(session, target)
    if not earlier or earlier[-1].document is None:
        return False
    scope: OverrideScope = "CASE" if target.case_id is not None else "DEBTOR"
    of_debtors = await overrides_of_debtors(session, _debtors(cases)) if scope == "CASE" else {}
    changes = Changes(cases)
    for case in list(cases.values()):
        if case.override_scope != scope:
            continue
        after = _with_debtors(as_agreed(case), of_debtors)
        changes.put(after)
        text = f"Policy {after.policy_code} again, from the next step"
        changes.entries.append(_entry(case, day, text, comment))
    await add_override(session, target, Override(len(earlier) + 1, None, comment, day))
    await save_and_tell(session, changes)
    return True


async def with_debtors_overrides(session: Session, cases: Mapping[int, Case]) -> dict[int, Case]:
    """New cases on the policies of their debtors; one for which that policy is none needs an operator."""
    found = await overrides_of_debtors(session, _debtors(cases))
    return {number: _opened_with(case, found) for number, case in cases.items()} if found else dict(cases)


def _opened_with(case: Case, found: Mapping[tuple[UUID, UUID], Override]) -> Case:
    try:
        return _with_debtors(case, found)
    except OverrideForbidden as wrong:
        reason = "; ".join([str(wrong), *(str(fault) for fault in wrong.faults)])
        return case if case.situation.status == "FAILED" else failed(case, reason)


def _with_debtors(case: Case, found: Mapping[tuple[UUID, UUID], Override]) -> Case:
    override = found.get((case.creditor_id, case.debtor_id)) if case.debtor_id else None
    if override is None or override.document is None:
        return case
    reopened = overridden(case, wanted_policy(override.document, case), "DEBTOR", override.version)
    if case.situation.status != "FAILED" or case.situation.level:
        return reopened
    # the agreed policy is unknown, the debtor's is not: nothing is missing any more
    return replace(reopened, situation=replace(reopened.situation, status="ACTIVE"), failure=None)


async def _lock(session: Session, target: Target) -> dict[int, Case]:
    if target.case_id is not None:
        found = await queries.lock_cases(session, [target.case_id])
        case = found.get(target.case_id)
        if case is None or case.creditor_id != target.creditor_id:
            raise CaseNotFound(target.case_id)
        return found
    assert target.debtor_id is not None  # a target is one of the two
    found = await queries.lock_cases_of_debtor(session, target.creditor_id, target.debtor_id)
    if not found:
        raise DebtorNotFound(target.debtor_id)
    return found


def _debtors(cases: Mapping[int, Case]) -> set[tuple[UUID, UUID]]:
    return {(case.creditor_id, case.debtor_id) for case in cases.values() if case.debtor_id}


def _entry(case: Case, day: date, text: str, comment: str) -> TimelineEntry:
    words = f"{text}. {comment}" if comment else text
    return TimelineEntry(case.case_id, day, wall_now(), "POLICY", words, who="Creditor")
