"""The law of late payment as dated rows, and pure calculators that name every row they used."""

from statutes.agreed import agreed_policy, named_policy
from statutes.allocation import AllocationRule, Component, Context, allocation_order, allocation_rule
from statutes.banking_days import (
    RolledDate,
    add_banking_days,
    is_banking_day,
    is_public_holiday,
    next_banking_day,
    roll_forward,
    rolled,
)
from statutes.book import StatuteBook, statute_book
from statutes.conduct import ContactWindow, Hours, RequiredField, contact_window, required_fields
from statutes.errors import (
    PolicyFault,
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
from statutes.interest import Accrual, Compounding, Segment, accrue_interest
from statutes.interest_start import interest_start_date
from statutes.ladders import STOP_CONDITIONS, Policy, PolicyStep, StepConditions, StopCondition
from statutes.lawful import check_policy, policy_faults
from statutes.limitation import Ignored, Interruption, Limitation, limitation_date
from statutes.policies import (
    lawful_after,
    list_policy_codes,
    policy,
    step_date,
    step_deadline,
    step_deadline_rule,
    step_fees,
)
from statutes.policy_documents import policy_document, policy_from_document
from statutes.rows import Facts
from statutes.waiting import EarliestDate, MinimumDeadline, earliest_send_date, minimum_deadline_days, notice_deadline

__all__ = [
    "STOP_CONDITIONS",
    "Accrual",
    "AllocationRule",
    "Charged",
    "Component",
    "Compounding",
    "ContactWindow",
    "Context",
    "EarliestDate",
    "Facts",
    "FeeResult",
    "Hours",
    "Ignored",
    "Interruption",
    "Limitation",
    "MinimumDeadline",
    "Policy",
    "PolicyFault",
    "PolicyForbidden",
    "PolicyInvalid",
    "PolicyStep",
    "RateMissing",
    "RequiredField",
    "RolledDate",
    "RowInvalid",
    "RuleMissing",
    "Segment",
    "StatuteBook",
    "StatuteError",
    "StepConditions",
    "StopCondition",
    "UnknownDebtorKind",
    "UnknownFeeCode",
    "UnknownJurisdiction",
    "UnknownPolicy",
    "UnknownRow",
    "accrue_interest",
    "add_banking_days",
    "agreed_policy",
    "allocation_order",
    "allocation_rule",
    "check_policy",
    "contact_window",
    "earliest_send_date",
    "fee",
    "interest_start_date",
    "is_banking_day",
    "is_public_holiday",
    "lawful_after",
    "limitation_date",
    "list_policy_codes",
    "minimum_deadline_days",
    "named_policy",
    "next_banking_day",
    "notice_deadline",
    "policy",
    "policy_document",
    "policy_faults",
    "policy_from_document",
    "required_fields",
    "roll_forward",
    "rolled",
    "statute_book",
    "step_date",
    "step_deadline",
    "step_deadline_rule",
    "step_fees",
]
