"""The law of late payment as dated rows, and pure calculators that name every row they used."""

from statutes.allocation import AllocationRule, Component, allocation_order, allocation_rule
from statutes.banking_days import (
    RolledDate,
    add_banking_days,
    is_banking_day,
    next_banking_day,
    roll_forward,
    rolled,
)
from statutes.book import StatuteBook, statute_book
from statutes.errors import (
    PolicyForbidden,
    PolicyInvalid,
    RateMissing,
    RowInvalid,
    RuleMissing,
    StatuteError,
    UnknownDebtorKind,
    UnknownFeeCode,
    UnknownJurisdiction,
    UnknownPolicy,
    UnknownRow,
)
from statutes.fees import Charged, FeeResult, fee
from statutes.interest import Accrual, Segment, accrue_interest
from statutes.lawful import check_policy
from statutes.policies import (
    Policy,
    PolicyStep,
    list_policy_codes,
    policy,
    step_date,
    step_deadline,
    step_deadline_rule,
    step_fees,
)
from statutes.rows import Facts
from statutes.waiting import EarliestDate, MinimumDeadline, earliest_send_date, minimum_deadline_days, notice_deadline

__all__ = [
    "Accrual",
    "AllocationRule",
    "Charged",
    "Component",
    "EarliestDate",
    "Facts",
    "FeeResult",
    "MinimumDeadline",
    "Policy",
    "PolicyForbidden",
    "PolicyInvalid",
    "PolicyStep",
    "RateMissing",
    "RolledDate",
    "RowInvalid",
    "RuleMissing",
    "Segment",
    "StatuteBook",
    "StatuteError",
    "UnknownDebtorKind",
    "UnknownFeeCode",
    "UnknownJurisdiction",
    "UnknownPolicy",
    "UnknownRow",
    "accrue_interest",
    "add_banking_days",
    "allocation_order",
    "allocation_rule",
    "check_policy",
    "earliest_send_date",
    "fee",
    "is_banking_day",
    "list_policy_codes",
    "minimum_deadline_days",
    "next_banking_day",
    "notice_deadline",
    "policy",
    "roll_forward",
    "rolled",
    "statute_book",
    "step_date",
    "step_deadline",
    "step_deadline_rule",
    "step_fees",
]
