"""One class per event. A class is a topic, a golden sample and a promise to every consumer."""

from contracts.accounting import AccountingSynced, VoucherPosted
from contracts.case import (
    CaseClosed,
    CaseCollected,
    CaseHeld,
    CaseOpened,
    CaseOverdue,
    CaseResumed,
    CaseStepReached,
    CaseTransferred,
    Charge,
    CloseCode,
    LetterGroup,
)
from contracts.claim import ClaimChanged, ClaimCharged, ClaimSettled
from contracts.clock import ClockAdvanced
from contracts.creditor import (
    Agreement,
    AgreementActivated,
    BankAccount,
    CommissionTier,
    CreditorOnboarded,
    DunningPolicy,
    DunningStep,
    ReferenceScheme,
    StepConditions,
    StopCondition,
)
from contracts.debtor import DebtorErased, DebtorRecorded
from contracts.event import (
    EVENTS,
    Balance,
    CaseEvent,
    Channel,
    Component,
    CreditorEvent,
    DebtorKind,
    Event,
    Part,
    Stage,
)
from contracts.invoice import ActionCode, ActionRequested, InvoiceCreated, InvoiceLine
from contracts.message import (
    Category,
    DocumentUploaded,
    InvoiceDistributed,
    MessageDelivered,
    MessageFailed,
    MessageReceived,
    MessageSent,
)
from contracts.payment import (
    PaymentAllocated,
    PaymentDisowned,
    PaymentRegistered,
    PaymentReversed,
    PaymentUnmatched,
    UnmatchedReason,
)
from contracts.refund import RefundEvent, RefundFailed, RefundPaid, RefundRequested, RefundSent, RefundSource
from contracts.settlement import PayoutConfirmed, PayoutEvent, PayoutFailed, PayoutInitiated, SettlementCreated


def topics() -> list[str]:
    """Every topic of the house, in alphabetical order; each has a `<topic>.dead` beside it."""
    return sorted(EVENTS)


def consumed_by(service: str) -> set[str]:
    """The topics `service` has promised to listen to."""
    return {topic for topic, event in EVENTS.items() if service in event.consumers}


__all__ = [
    "EVENTS",
    "AccountingSynced",
    "ActionCode",
    "ActionRequested",
    "Agreement",
    "AgreementActivated",
    "Balance",
    "BankAccount",
    "CaseClosed",
    "CaseCollected",
    "CaseEvent",
    "CaseHeld",
    "CaseOpened",
    "CaseOverdue",
    "CaseResumed",
    "CaseStepReached",
    "CaseTransferred",
    "Category",
    "Channel",
    "Charge",
    "ClaimChanged",
    "ClaimCharged",
    "ClaimSettled",
    "ClockAdvanced",
    "CloseCode",
    "CommissionTier",
    "Component",
    "CreditorEvent",
    "CreditorOnboarded",
    "DebtorErased",
    "DebtorKind",
    "DebtorRecorded",
    "DocumentUploaded",
    "DunningPolicy",
    "DunningStep",
    "Event",
    "InvoiceCreated",
    "InvoiceDistributed",
    "InvoiceLine",
    "LetterGroup",
    "MessageDelivered",
    "MessageFailed",
    "MessageReceived",
    "MessageSent",
    "Part",
    "PaymentAllocated",
    "PaymentDisowned",
    "PaymentRegistered",
    "PaymentReversed",
    "PaymentUnmatched",
    "PayoutConfirmed",
    "PayoutEvent",
    "PayoutFailed",
    "PayoutInitiated",
    "ReferenceScheme",
    "RefundEvent",
    "RefundFailed",
    "RefundPaid",
    "RefundRequested",
    "RefundSent",
    "RefundSource",
    "SettlementCreated",
    "Stage",
    "StepConditions",
    "StopCondition",
    "UnmatchedReason",
    "VoucherPosted",
    "consumed_by",
    "topics",
]
