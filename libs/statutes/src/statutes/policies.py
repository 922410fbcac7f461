"""Dunning policies on file: when a step falls, what deadline it gives, and what it may charge."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from statutes.banking_days import RolledDate
from statutes.book import StatuteBook, known_debtor_kind, statute_book
from statutes.errors import UnknownPolicy
from statutes.fees import Charged, FeeResult, fee, get_fee_rows
from statutes.ladders import Policy, PolicyStep
from statutes.policy_documents import parse_policy
from statutes.rows import Wait
from statutes.waiting import SENDING, notice_deadline, wait_ends


@cache
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
    """The day the step falls on; `previous_deadline` is the one the letter before it gave.

    Where no letter went before (the steps before were passed over) the due date is the only deadline there was.
    """
    if policy_step.days_after_due is not None:
        return due_date + timedelta(days=policy_step.days_after_due)
    if policy_step.days_after_previous_deadline is None:
        raise ValueError(f"step {policy_step.level} ({policy_step.code}) is counted from nothing")
    return (previous_deadline or due_date) + timedelta(days=policy_step.days_after_previous_deadline)


def lawful_after(
    policy_step: PolicyStep, earlier_codes: Sequence[str], last_sent_date: date, last_deadline_date: date
) -> date | None:
    """The first day the law allows a step and its fees after the letters that went before, as they really went.

    A policy is judged by the days it names. A step counted from the due date keeps no distance to a letter that a hold
    put off, so that one is looked at again here. None where the law asks for no wait.
    """
    days = [
        wait_ends(wait, last_sent_date if wait.from_event.endswith("_sent") else last_deadline_date)
        for wait in _waits_after_letters(policy_step)
        if wait.from_event.removesuffix("_sent").removesuffix("_deadline") in {"previous_notice", *earlier_codes}
    ]
    return max(days, default=None)


@cache
def _waits_after_letters(policy_step: PolicyStep) -> tuple[Wait, ...]:
    book = statute_book()
    fees = (row for code in policy_step.fee_codes for row in get_fee_rows(book, policy_step.jurisdiction, code))
    events = {policy_step.code, *(row.earliest_event for row in fees)}
    kind = known_debtor_kind(policy_step.debtor_kind)
    return tuple(
        wait
        for wait in book.waits
        if wait.facts.jurisdiction == policy_step.jurisdiction
        and kind in wait.debtor_kinds
        and wait.rule_kind in SENDING
        and wait.to_event in events
        and wait.from_event.endswith(("_sent", "_deadline"))
    )


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


def _folder() -> Traversable:
    return files("statutes") / "data" / "policies"
