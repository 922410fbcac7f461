"""Dunning policies as documents: on file as JSON, or agreed with a creditor as part of the agreement."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from statutes.errors import PolicyInvalid
from statutes.ladders import CHANNELS, STAGES, STATUSES, STOP_CONDITIONS, Policy, PolicyStep, StepConditions

_Types = dict[str, tuple[type, ...]]
_WHOLE: Final = (int, type(None))
_POLICY: Final[_Types] = {
    "code": (str,),
    "version": (int,),
    "jurisdiction": (str,),
    "debtor_kind": (str,),
    "steps": (list, tuple),
}
_POLICY_MAY: Final[_Types] = {"status": (str,), "name": (str,)}
_STEP: Final[_Types] = {
    "level": (int,),
    "code": (str,),
    "stage": (str,),
    "days_after_due": _WHOLE,
    "days_after_previous_deadline": _WHOLE,
    "deadline_days": (int,),
    "fee_codes": (list, tuple),
    "template": (str,),
    "channel": (str,),
    "transfers": (bool,),
}
_STEP_MAY: Final[_Types] = {"conditions": (dict,), "stop_conditions": (list, tuple), "tolerance_minor": (int,)}
_CONDITIONS_MAY: Final[_Types] = {
    "amount_from_minor": _WHOLE,
    "amount_to_minor": _WHOLE,
    "debtor_kinds": (list, tuple),
    "debtor_countries": (list, tuple),
}


def parse_policy(file: str, text: str) -> Policy:
    """A policy from JSON; PolicyInvalid names the file and the field."""
    try:
        read: object = json.loads(text)
    except json.JSONDecodeError as broken:
        raise PolicyInvalid(file, f"line {broken.lineno}, column {broken.colno}", broken.msg) from None
    return _policy(file, read, own=False)


def policy_from_document(document: Mapping[str, object], jurisdiction: str, debtor_kind: str) -> Policy:
    """A creditor's own policy for one kind of debtor, from the document in the agreement.

    `document` is one of the agreement's dunning policies as plain values. PolicyInvalid names the field that cannot be
    read; whether the law allows the policy is for check_policy to say.
    """
    read = {
        **document,
        "jurisdiction": jurisdiction,
        "debtor_kind": document.get("debtor_kind") or debtor_kind,
    }
    return _policy(f"policy {document.get('code')}", read, own=True)


def policy_document(policy: Policy) -> dict[str, Any]:
    """A policy as the document it can be read from again, whoever's it is: policy_from_document(…) gives its steps."""
    return {
        "code": policy.code,
        "version": policy.version,
        "name": policy.name,
        "debtor_kind": policy.debtor_kind.upper(),
        "steps": [
            {
                "level": step.level,
                "code": step.code,
                "stage": step.stage,
                "days_after_due": step.days_after_due,
                "days_after_previous_deadline": step.days_after_previous_deadline,
                "deadline_days": step.deadline_days,
                "fee_codes": list(step.fee_codes),
                "template": step.template,
                "channel": step.channel,
                "transfers": step.transfers,
                "conditions": {
                    "amount_from_minor": step.conditions.amount_from_minor,
                    "amount_to_minor": step.conditions.amount_to_minor,
                    "debtor_kinds": [kind.upper() for kind in step.conditions.debtor_kinds],
                    "debtor_countries": list(step.conditions.debtor_countries),
                },
                "stop_conditions": list(step.stop_conditions),
                "tolerance_minor": step.tolerance_minor,
            }
            for step in policy.steps
        ],
    }


def _policy(file: str, read: object, *, own: bool) -> Policy:
    fields = _checked(file, "policy", read, _POLICY, _POLICY_MAY)
    status = _one_of(file, "policy, status", fields.get("status", "active"), STATUSES)
    jurisdiction, debtor_kind = fields["jurisdiction"], fields["debtor_kind"].lower()
    return Policy(
        code=fields["code"],
        version=fields["version"],
        jurisdiction=jurisdiction,
        debtor_kind=debtor_kind,
        steps=tuple(
            _step(file, f"step {number}", step, jurisdiction, debtor_kind)
            for number, step in enumerate(cast(Sequence[object], fields["steps"]), start=1)
        ),
        status=status,
        name=fields.get("name", ""),
        own=own,
    )


def _step(file: str, where: str, read: object, jurisdiction: str, debtor_kind: str) -> PolicyStep:
    step = _checked(file, where, read, _STEP, _STEP_MAY)
    return PolicyStep(
        level=step["level"],
        code=step["code"],
        stage=_one_of(file, f"{where}, stage", step["stage"], STAGES),
        days_after_due=step["days_after_due"],
        days_after_previous_deadline=step["days_after_previous_deadline"],
        deadline_days=step["deadline_days"],
        fee_codes=_texts(file, f"{where}, fee_codes", step["fee_codes"]),
        template=step["template"],
        channel=_one_of(file, f"{where}, channel", step["channel"], CHANNELS),
        transfers=step["transfers"],
        jurisdiction=jurisdiction,
        debtor_kind=debtor_kind,
        conditions=_conditions(file, f"{where}, conditions", step.get("conditions", {})),
        stop_conditions=tuple(
            _one_of(file, f"{where}, stop_conditions", reason, STOP_CONDITIONS)
            for reason in _texts(file, f"{where}, stop_conditions", step.get("stop_conditions", ()))
        ),
        tolerance_minor=step.get("tolerance_minor", 0),
    )


def _conditions(file: str, where: str, read: object) -> StepConditions:
    fields = _checked(file, where, read, {}, _CONDITIONS_MAY)
    return StepConditions(
        amount_from_minor=fields.get("amount_from_minor"),
        amount_to_minor=fields.get("amount_to_minor"),
        debtor_kinds=tuple(
            kind.lower() for kind in _texts(file, f"{where}, debtor_kinds", fields.get("debtor_kinds", ()))
        ),
        debtor_countries=_texts(file, f"{where}, debtor_countries", fields.get("debtor_countries", ())),
    )


def _one_of(file: str, where: str, value: object, allowed: Sequence[Any]) -> Any:
    if value not in allowed:
        raise PolicyInvalid(file, where, f"{value!r} is not one of {', '.join(allowed)}")
    return value


def _texts(file: str, where: str, values: Sequence[object]) -> tuple[str, ...]:
    if not all(isinstance(value, str) for value in values):
        raise PolicyInvalid(file, where, "must hold texts only")
    return tuple(cast(Sequence[str], values))


def _checked(file: str, where: str, read: object, needed: _Types, optional: _Types) -> dict[str, Any]:
    if not isinstance(read, dict):
        raise PolicyInvalid(file, where, "must be an object")
    found = cast(dict[str, Any], read)
    expected = needed | {name: types for name, types in optional.items() if name in found}
    for name in sorted(expected.keys() ^ found.keys()):
        raise PolicyInvalid(file, f"{where}, {name}", "field is missing" if name in expected else "field is not known")
    for name, types in expected.items():
        if type(found[name]) not in types:
            raise PolicyInvalid(file, f"{where}, {name}", f"{found[name]!r} has the wrong type")
    return found
