"""Dunning policies as data: their steps, when a step falls, what deadline it gives, and what it may charge."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final, Literal, NotRequired, TypedDict, cast

from statutes.banking_days import RolledDate
from statutes.book import StatuteBook
from statutes.errors import PolicyInvalid, UnknownPolicy
from statutes.fees import Charged, FeeResult, fee
from statutes.waiting import notice_deadline

Stage = Literal["REMINDER", "NOTICE", "COLLECTION"]
Channel = Literal["EMAIL", "LETTER"]
Status = Literal["active", "draft"]
STAGES: Final[tuple[Stage, ...]] = ("REMINDER", "NOTICE", "COLLECTION")
CHANNELS: Final[tuple[Channel, ...]] = ("EMAIL", "LETTER")
STATUSES: Final[tuple[Status, ...]] = ("active", "draft")


@dataclass(frozen=True, slots=True)
class PolicyStep:
    """One rung: counted from the due date or from the previous deadline (the effective one), never from both."""

    level: int
    code: str
    stage: Stage
    days_after_due: int | None
    days_after_previous_deadline: int | None
    deadline_days: int
    fee_codes: tuple[str, ...]
    template: str
    channel: Channel
    transfers: bool
    jurisdiction: str
    debtor_kind: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The rungs of one kind of claim, level 1 first; a draft is lawful but not offered until its letters are written."""

    code: str
    version: int
    jurisdiction: str
    debtor_kind: str
    steps: tuple[PolicyStep, ...]
    status: Status = "active"

    def find_step(self, level: int) -> PolicyStep | None:
        """The step of that level; None when the policy is exhausted."""
        return next((step for step in self.steps if step.level == level), None)


def list_policy_codes(*, drafts: bool = False) -> tuple[str, ...]:
    """The codes of the policies that are offered; with `drafts` of every policy on file."""
    names = (entry.name for entry in _folder().iterdir())
    codes = sorted(name.removesuffix(".json") for name in names if name.endswith(".json"))
    return tuple(code for code in codes if drafts or policy(code).status == "active")


@cache
def policy(code: str) -> Policy:
    """The policy on file under `code`, such as no_consumer."""
    known = list_policy_codes(drafts=True)
    if code not in known:
        raise UnknownPolicy(code, known)
    return parse_policy(f"{code}.json", (_folder() / f"{code}.json").read_text(encoding="utf-8"))


def step_date(policy_step: PolicyStep, due_date: date, previous_deadline: date | None) -> date:
    """The day the step falls on; `previous_deadline` is the one the step before it gave."""
    if policy_step.days_after_due is not None:
        return due_date + timedelta(days=policy_step.days_after_due)
    if previous_deadline is None or policy_step.days_after_previous_deadline is None:
        raise ValueError(f"step {policy_step.level} ({policy_step.code}) is counted from a deadline; none was given")
    return previous_deadline + timedelta(days=policy_step.days_after_previous_deadline)


def step_deadline(policy_step: PolicyStep, sent_date: date, *, book: StatuteBook | None = None) -> date:
    """The day the debtor must have paid: the policy's days or the law's if longer, rolled to a banking day."""
    return step_deadline_rule(policy_step, sent_date, book=book).effective_date


def step_deadline_rule(policy_step: PolicyStep, sent_date: date, *, book: StatuteBook | None = None) -> RolledDate:
    """Like step_deadline, with the day before rolling and the rows used."""
    return notice_deadline(
        policy_step.jurisdiction,
        policy_step.debtor_kind,
        policy_step.code,
        sent_date,
        policy_step.deadline_days,
        book=book,
    )


def step_fees(
    policy_step: PolicyStep,
    claim_minor: int,
    currency: str,
    on_date: date,
    creditor_deducts_vat: bool = True,
    *,
    already_charged: Sequence[Charged] = (),
    agreed_up_front: bool = False,
    accept_low_confidence: bool = False,
    agreed_minor: int | None = None,
    free_letter_expired: bool = False,
    book: StatuteBook | None = None,
) -> tuple[FeeResult, ...]:
    """What the step may charge, in the order of its fee codes, given what the claim bears already."""
    results: list[FeeResult] = []
    charged = list(already_charged)
    for code in policy_step.fee_codes:
        result = fee(
            policy_step.jurisdiction,
            code,
            policy_step.debtor_kind,
            claim_minor,
            currency,
            on_date,
            creditor_deducts_vat,
            already_charged=charged,
            agreed_up_front=agreed_up_front,
            accept_low_confidence=accept_low_confidence,
            agreed_minor=agreed_minor,
            free_letter_expired=free_letter_expired,
            book=book,
        )
        results.append(result)
        charged.append(Charged(code, result.amount_minor))
    return tuple(results)


class _StepJson(TypedDict):
    level: int
    code: str
    stage: Stage
    days_after_due: int | None
    days_after_previous_deadline: int | None
    deadline_days: int
    fee_codes: list[str]
    template: str
    channel: Channel
    transfers: bool


class _PolicyJson(TypedDict):
    status: NotRequired[Status]
    code: str
    version: int
    jurisdiction: str
    debtor_kind: str
    steps: list[_StepJson]


_POLICY_FIELDS: Final[dict[str, tuple[type, ...]]] = {
    "code": (str,),
    "version": (int,),
    "jurisdiction": (str,),
    "debtor_kind": (str,),
    "steps": (list,),
}
_STEP_FIELDS: Final[dict[str, tuple[type, ...]]] = {
    "level": (int,),
    "code": (str,),
    "stage": (str,),
    "days_after_due": (int, type(None)),
    "days_after_previous_deadline": (int, type(None)),
    "deadline_days": (int,),
    "fee_codes": (list,),
    "template": (str,),
    "channel": (str,),
    "transfers": (bool,),
}


def parse_policy(file: str, text: str) -> Policy:
    """A policy from JSON; PolicyInvalid names the file and the field."""
    try:
        read: object = json.loads(text)
    except json.JSONDecodeError as broken:
        raise PolicyInvalid(file, f"line {broken.lineno}, column {broken.colno}", broken.msg) from None
    _check_fields(file, "policy", read, _POLICY_FIELDS, optional={"status": (str,)})
    fields = cast(_PolicyJson, read)
    status = fields.get("status", "active")
    if status not in STATUSES:
        raise PolicyInvalid(file, "policy, status", f"{status!r} is not one of {', '.join(STATUSES)}")
    for number, step in enumerate(fields["steps"], start=1):
        where = f"step {number}"
        _check_fields(file, where, step, _STEP_FIELDS)
        for column, allowed in (("stage", STAGES), ("channel", CHANNELS)):
            if step[column] not in allowed:
                problem = f"{step[column]!r} is not one of {', '.join(allowed)}"
                raise PolicyInvalid(file, f"{where}, {column}", problem)
        if not all(isinstance(code, str) for code in cast(list[object], step["fee_codes"])):
            raise PolicyInvalid(file, f"{where}, fee_codes", "must hold texts only")
    return Policy(
        code=fields["code"],
        version=fields["version"],
        jurisdiction=fields["jurisdiction"],
        debtor_kind=fields["debtor_kind"],
        steps=tuple(_step(step, fields) for step in fields["steps"]),
        status=status,
    )


def _step(step: _StepJson, fields: _PolicyJson) -> PolicyStep:
    return PolicyStep(
        level=step["level"],
        code=step["code"],
        stage=step["stage"],
        days_after_due=step["days_after_due"],
        days_after_previous_deadline=step["days_after_previous_deadline"],
        deadline_days=step["deadline_days"],
        fee_codes=tuple(step["fee_codes"]),
        template=step["template"],
        channel=step["channel"],
        transfers=step["transfers"],
        jurisdiction=fields["jurisdiction"],
        debtor_kind=fields["debtor_kind"],
    )


def _check_fields(
    file: str,
    where: str,
    read: object,
    needed: dict[str, tuple[type, ...]],
    optional: Mapping[str, tuple[type, ...]] = MappingProxyType({}),
) -> None:
    if not isinstance(read, dict):
        raise PolicyInvalid(file, where, "must be an object")
    found = cast(dict[str, object], read)
    expected = needed | {name: types for name, types in optional.items() if name in found}
    for name in sorted(expected.keys() ^ found.keys()):
        raise PolicyInvalid(file, f"{where}, {name}", "field is missing" if name in expected else "field is not known")
    for name, types in expected.items():
        if type(found[name]) not in types:
            raise PolicyInvalid(file, f"{where}, {name}", f"{found[name]!r} has the wrong type")


def _folder() -> Traversable:
    return files("statutes") / "data" / "policies"
