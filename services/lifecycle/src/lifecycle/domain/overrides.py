"""A policy in place of the agreed one, for one debtor or one case: in effect from the next step on."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from lifecycle.domain.case import AgreedPolicy, Case, OverrideScope
from statutes import Policy, PolicyFault, PolicyStep, StatuteError, policy, policy_document, policy_faults
from statutes import policy_from_document as read_policy


class OverrideForbidden(ValueError):
    """The law forbids the policy, by itself or after what the case was told already; `faults` say where and why."""

    def __init__(self, faults: Sequence[PolicyFault], case_id: int | None = None) -> None:
        on = f" on case {case_id} after the steps it has taken" if case_id is not None else ""
        count = len(faults)
        super().__init__(
            f"The policy cannot be used{on}: {count} {'thing' if count == 1 else 'things'} must be corrected."
        )
        self.faults = tuple(faults)


def wanted_policy(document: dict[str, object], case: Case) -> Policy:
    """The policy of a document for a case's country and kind of debtor; OverrideForbidden where it is none or unlawful."""
    kind = document.get("debtor_kind") or case.debtor_kind
    if str(kind).upper() != case.debtor_kind.upper():
        raise OverrideForbidden([PolicyFault("debtor_kind", f"the debtor is a {case.debtor_kind.lower()}")])
    try:
        wanted = read_policy(document, case.jurisdiction, case.debtor_kind)
        faults = policy_faults(wanted)
    except StatuteError as unreadable:
        raise OverrideForbidden([PolicyFault("policy", str(unreadable))]) from unreadable
    if faults:
        raise OverrideForbidden(faults)
    return wanted


def overridden(case: Case, wanted: Policy, scope: OverrideScope, version: int) -> Case:
    """The case on the wanted ladder from where it stands; OverrideForbidden where the two together break the law."""
    agreed = case.agreed_policy or AgreedPolicy(case.policy_code, case.policy_version, case.policy_document)
    ladder = _joined(case, replace(wanted, version=version))
    return replace(_on(case, ladder), agreed_policy=agreed, override_scope=scope, override_version=version)


def as_agreed(case: Case) -> Case:
    """The case back on its agreed ladder, from where it stands."""
    agreed = case.agreed_policy
    if agreed is None:
        return case
    plain = replace(
        case,
        policy_code=agreed.code,
        policy_version=agreed.version,
        policy_document=agreed.document,
        agreed_policy=None,
        override_scope=None,
        override_version=None,
    )
    if _codes(_taken(case)) == _codes(_taken(plain)):
        return plain
    return replace(_on(plain, _joined(case, plain.rules)), agreed_policy=None)


def _joined(case: Case, wanted: Policy) -> Policy:
    """The rungs up to the case's level as they were, then what of the wanted ladder lies above them.

    A letter that was sent is not sent again because the new ladder has it too, and none that it has is left out: the
    case stands above the last of its letters that was sent. Levels go on counting, so no step key comes twice.
    """
    taken = _taken(case)
    sent, above = Counter(_codes(taken)), 0
    for step in wanted.steps:
        if sent[step.code]:
            sent[step.code] -= 1
            above = step.level
    further = [step for step in wanted.steps if step.level > above]
    ladder = [*taken, *(replace(step, level=case.situation.level + place) for place, step in enumerate(further, 1))]
    joined = replace(wanted, steps=tuple(ladder), own=True)
    if taken and further and (faults := policy_faults(joined)):
        raise OverrideForbidden(faults, case.case_id)
    return joined


def _taken(case: Case) -> list[PolicyStep]:
    level = case.situation.level
    return [step for step in case.rules.steps if step.level <= level] if level else []


def _codes(steps: Sequence[PolicyStep]) -> list[str]:
    return [step.code for step in steps]


def _on(case: Case, ladder: Policy) -> Case:
    return replace(
        case,
        policy_code=ladder.code,
        policy_version=ladder.version,
        policy_document=json.dumps(policy_document(ladder)),
    )


def named_document(code: str) -> dict[str, object]:
    """A policy on file as a document; UnknownPolicy where there is none of that name."""
    return policy_document(policy(code))
