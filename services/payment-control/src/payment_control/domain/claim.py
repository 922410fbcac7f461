"""A claim: what is owed on one invoice, and every way in which that changes. Amounts are minor units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from statutes import Compounding, accrue_interest, allocation_rule

Component = Literal["PRINCIPAL", "INTEREST", "REMINDER_FEE", "COLLECTION_FEE", "COMPENSATION"]
Stage = Literal["INVOICED", "OVERDUE", "REMINDER", "NOTICE", "COLLECTION", "LEGAL", "MONITORING"]
Status = Literal["OPEN", "SETTLED", "CLOSED"]
SettledBy = Literal["PAID", "CREDITED", "WRITTEN_OFF"]
ChangeKind = Literal[
    "PAYMENT_ALLOCATED",
    "PAYMENT_REVERSED",
    "DIRECT_PAYMENT",
    "CREDITED",
    "WAIVED",
    "WRITTEN_OFF",
    "SMALL_BALANCE",
    "INTEREST_ACCRUED",
    "CORRECTED",
]
EntryKind = Literal[
    "OPENED",
    "INTEREST_ACCRUED",
    "FEE_CHARGED",
    "PAYMENT_ALLOCATED",
    "DIRECT_PAYMENT",
    "CREDITED",
    "WAIVED",
    "WRITTEN_OFF",
    "REVERSED",
    "SMALL_BALANCE",
    "CORRECTED",
]

STAGES: tuple[Stage, ...] = ("INVOICED", "OVERDUE", "REMINDER", "NOTICE", "COLLECTION", "LEGAL", "MONITORING")
FEES: tuple[Component, ...] = ("REMINDER_FEE", "COLLECTION_FEE", "COMPENSATION")
COMPONENTS: tuple[Component, ...] = ("PRINCIPAL", "INTEREST", *FEES)
ORDERED: tuple[str, ...] = ("fees", "interest", "principal")
_COVERED: dict[str, tuple[Component, ...]] = {"fees": FEES, "interest": ("INTEREST",), "principal": ("PRINCIPAL",)}
_SPARED: tuple[Component, ...] = ("INTEREST", *reversed(FEES))
_ENTRY_KINDS: dict[ChangeKind, EntryKind] = {"PAYMENT_REVERSED": "REVERSED"}


class DirectionNotAllowed(ValueError):
    """The debtor says what a payment is for, where the law leaves that to others."""

    def __init__(self, claim: "Claim", row_id: str) -> None:
        super().__init__(
            f"In {claim.jurisdiction} a debtor of this kind may not say what a payment covers (row {row_id}); "
            "leave the direction out and the order of law counts."
        )
        self.row_id = row_id


class Part(NamedTuple):
    """An amount of one component; as a change of what is owed, negative lowers it."""

    component: Component
    amount_minor: int


@dataclass(frozen=True, slots=True)
class OpenItems:
    """What is still owed, by component; never negative."""

    principal_minor: int = 0
    interest_minor: int = 0
    reminder_fee_minor: int = 0
    collection_fee_minor: int = 0
    compensation_minor: int = 0

    def __post_init__(self) -> None:
        assert min(self.of(component) for component in COMPONENTS) >= 0, f"nothing owed can be negative: {self}"

    def of(self, component: Component) -> int:
        return getattr(self, f"{component.lower()}_minor")

    @property
    def fees_minor(self) -> int:
        return self.reminder_fee_minor + self.collection_fee_minor + self.compensation_minor

    @property
    def total_minor(self) -> int:
        return self.principal_minor + self.interest_minor + self.fees_minor

    def changed_by(self, parts: Iterable[Part]) -> "OpenItems":
        amounts = {component: self.of(component) for component in COMPONENTS}
        for component, amount_minor in parts:
            amounts[component] += amount_minor
        return OpenItems(*(amounts[component] for component in COMPONENTS))


@dataclass(frozen=True, slots=True)
class Claim:
    """What is owed on one invoice and under which terms."""

    claim_id: UUID
    case_id: int
    creditor_id: UUID
    debtor_id: UUID
    invoice_number: str
    payment_reference: str
    reference_scheme: str
    account_id: str
    currency: str
    jurisdiction: str
    debtor_kind: str
    due_date: date
    owed: OpenItems
    original_minor: int
    claim_version: int
    stage: Stage
    status: Status
    interest_enabled: bool
    interest_runs: bool
    interest_through: date
    small_balance_minor: int
    closing_version: int = 0
    close_code: str | None = None
    traceparent: str | None = None
    allocation_order: str = ""
    """The order agreed with the creditor, as "interest|principal|fees"; "": the order of law."""
    accept_low_confidence: bool = False
    compounding_started_on: date | None = None
    """Where interest bears interest (NL): the first day of default; None before the first interest and elsewhere."""
    capitalised_minor: int = 0
    pending_minor: int = 0

    @property
    def compounding(self) -> Compounding | None:
        """Unpaid interest that bears interest already, and that which will from the next anniversary on."""
        if self.compounding_started_on is None:
            return None
        return Compounding(self.compounding_started_on, self.capitalised_minor, self.pending_minor)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a claim's history, never changed afterwards; `amount_minor` is signed.

    `statute_row` is the law it rests on, `code` the fee's name in that law, `vat_minor` the VAT within the amount,
    `warning` what was missing when it was reckoned, `reverses_id` the entry it takes back.
    """

    kind: EntryKind
    component: Component
    amount_minor: int
    as_of: date
    cause_id: UUID
    statute_row: str = ""
    code: str = ""
    vat_minor: int = 0
    warning: str = ""
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One step in a claim's balance: the claim after it, and the entries that explain it."""

    claim: Claim
    kind: ChangeKind
    entries: tuple[Entry, ...]
    cause_id: UUID
    as_of: date
    ignored_minor: int = 0

    @property
    def parts(self) -> tuple[Part, ...]:
        return summed(Part(entry.component, entry.amount_minor) for entry in self.entries)

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(entry.warning for entry in self.entries if entry.warning)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The claim after an act, step by step; `settled` tells why nothing is owed any more."""

    claim: Claim
    changes: tuple[Change, ...]
    settled: SettledBy | None = None


@dataclass(frozen=True, slots=True)
class FeeCharge:
    """A fee as the debtor owes it, with the statute row it rests on; `vat_minor` is within `amount_minor`."""

    component: Component
    amount_minor: int
    statute_row: str
    code: str = ""
    vat_minor: int = 0


@dataclass(frozen=True, slots=True)
class StepCharge:
    """What a dunning step added to a claim."""

    claim: Claim
    entries: tuple[Entry, ...]
    interest_minor: int
    interest_rows: tuple[str, ...]
    interest_warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Allocation:
    """A payment spread over what was owed: parts + surplus = amount; the surplus is the debtor's."""

    parts: tuple[Part, ...]
    surplus_minor: int

    @property
    def allocated_minor(self) -> int:
        return sum(part.amount_minor for part in self.parts)


def opening_entry(claim: Claim, as_of: date) -> Entry:
    return Entry("OPENED", "PRINCIPAL", claim.original_minor, as_of, claim.claim_id)


def charge_step(
    claim: Claim, fees: Sequence[FeeCharge], stage: Stage, as_of: date, *, accrue: bool, cause_id: UUID
) -> StepCharge:
    """Book a step's fees, and interest from the day after due (or the last accrual) to `as_of`; interest then runs."""
    accrue = accrue and claim.interest_enabled
    interest = _interest(claim, as_of, cause_id) if accrue else _NO_INTEREST
    entries = (
        *interest.entries,
        *(
            Entry(
                "FEE_CHARGED",
                fee.component,
                fee.amount_minor,
                as_of,
                cause_id,
                fee.statute_row,
                fee.code,
                fee.vat_minor,
            )
            for fee in fees
        ),
    )
    charged = replace(
        interest.borne_by(claim),
        owed=claim.owed.changed_by(Part(entry.component, entry.amount_minor) for entry in entries),
        claim_version=claim.claim_version + 1,
        stage=later_stage(claim.stage, stage),
        interest_runs=claim.interest_runs or accrue,
        interest_through=max(claim.interest_through, as_of) if accrue else claim.interest_through,
    )
    amount_minor = sum(entry.amount_minor for entry in interest.entries)
    return StepCharge(charged, entries, amount_minor, interest.row_ids, interest.warnings)


def pay(
    claim: Claim, amount_minor: int, value_date: date, cause_id: UUID, directed: Sequence[str] = ()
) -> tuple[Outcome, Allocation]:
    """Cover what is owed on the value date in its order; a small residual of interest and fees is let go.

    `directed` is the order the debtor named; DirectionNotAllowed where the law does not let the debtor.
    """
    order, row_id = covering_order(claim, directed)
    changes = _accrued(claim, value_date, cause_id)
    current = changes[-1].claim if changes else claim
    if spared := spare(current.owed, current.owed.total_minor - amount_minor, current.small_balance_minor):
        changes.append(change(current, "SMALL_BALANCE", spared, value_date, cause_id))
        current = changes[-1].claim
    allocation = allocate(amount_minor, current.owed, order)
    changes.append(change(current, "PAYMENT_ALLOCATED", negated(allocation.parts), value_date, cause_id, row_id))
    return settled_when_nothing_is_owed(changes, "PAID"), allocation


def covering_order(claim: Claim, directed: Sequence[str] = ()) -> tuple[Sequence[str], str]:
    """Which of fees, interest and principal is covered first, and the statute row that says so.

    The debtor's own direction wins where the law lets it. An order agreed with the creditor counts for businesses;
    a consumer's payment is spread as the law says.
    """
    rule = allocation_rule(claim.jurisdiction, claim.debtor_kind)
    if directed:
        if not rule.debtor_may_direct:
            raise DirectionNotAllowed(claim, rule.row_id)
        return (*directed, *(name for name in rule.components if name not in directed)), rule.row_id
    if claim.allocation_order and claim.debtor_kind == "BUSINESS":
        return claim.allocation_order.split("|"), rule.row_id
    return rule.components, rule.row_id


def allocate(amount_minor: int, owed: OpenItems, order: Sequence[str]) -> Allocation:
    """Spread a payment in the given order of fees, interest and principal; within the fees the oldest kind first."""
    assert amount_minor > 0
    left = amount_minor
    parts: list[Part] = []
    for name in order:
        for component in _COVERED[name]:
            if covered := min(left, owed.of(component)):
                parts.append(Part(component, covered))
                left -= covered
    return Allocation(tuple(parts), left)


def spare(owed: OpenItems, residual_minor: int, limit_minor: int) -> tuple[Part, ...]:
    """What is let go of a residual up to the limit: interest, then the newest fees; nothing if principal would fall."""
    if not 0 < residual_minor <= min(limit_minor, owed.total_minor - owed.principal_minor):
        return ()
    left = residual_minor
    parts: list[Part] = []
    for component in _SPARED:
        if spared := min(left, owed.of(component)):
            parts.append(Part(component, -spared))
            left -= spared
    return tuple(parts)


def pay_directly(claim: Claim, amount_minor: int, paid_date: date, as_of: date, cause_id: UUID) -> Outcome:
    """The debtor paid the creditor: covers principal only; what exceeds it is ignored and told."""
    if claim.status != "OPEN":
        return _ignored(claim, "DIRECT_PAYMENT", amount_minor, as_of, cause_id)
    changes = _accrued(claim, paid_date, cause_id)
    current = changes[-1].claim if changes else claim
    changes.append(_lower_principal(current, "DIRECT_PAYMENT", amount_minor, as_of, cause_id))
    owed = changes[-1].claim.owed
    if owed.principal_minor == 0 and (spared := spare(owed, owed.total_minor, claim.small_balance_minor)):
        changes.append(change(changes[-1].claim, "SMALL_BALANCE", spared, as_of, cause_id))
    return settled_when_nothing_is_owed(changes, "PAID")


def credit(claim: Claim, amount_minor: int, as_of: date, cause_id: UUID) -> Outcome:
    """A credit note covers principal only; when it takes the last of it, interest and fees are waived."""
    if claim.status != "OPEN":
        return _ignored(claim, "CREDITED", amount_minor, as_of, cause_id)
    changes = [_lower_principal(claim, "CREDITED", amount_minor, as_of, cause_id)]
    owed = changes[-1].claim.owed
    if owed.principal_minor == 0 < claim.owed.principal_minor:
        waived = tuple(Part(kind, -owed.of(kind)) for kind in COMPONENTS if owed.of(kind))
        if waived:
            changes.append(change(changes[-1].claim, "WAIVED", waived, as_of, cause_id))
        return settled_when_nothing_is_owed(changes, "CREDITED")
    return Outcome(changes[-1].claim, tuple(changes))


def reverse(
    claim: Claim, covered: Sequence[Part], spared: Sequence[Part], as_of: date, payment_id: UUID, reversal_id: UUID
) -> Outcome:
    """What a payment had covered is owed again, and what was let go because of it; a settled claim is open again."""
    status: Status = "OPEN" if claim.status == "SETTLED" else claim.status
    changes = [change(replace(claim, status=status), "PAYMENT_REVERSED", covered, as_of, payment_id)]
    if spared:
        changes.append(change(changes[-1].claim, "CORRECTED", spared, as_of, reversal_id))
    return Outcome(changes[-1].claim, tuple(changes))


def close(claim: Claim, close_code: str, closing_version: int) -> Claim:
    """Nothing more is done on the claim, its balance stays; a settled claim is closed already."""
    if closing_version <= claim.closing_version or claim.status == "SETTLED" or close_code in ("PAID", "CREDITED"):
        return claim
    return replace(claim, status="CLOSED", close_code=close_code, closing_version=closing_version)


def later_stage(current: Stage, reached: Stage) -> Stage:
    """Stages only go forward."""
    return reached if STAGES.index(reached) > STAGES.index(current) else current


def summed(parts: Iterable[Part]) -> tuple[Part, ...]:
    """One part per component that changed, in the order of components."""
    totals = dict.fromkeys(COMPONENTS, 0)
    for component, amount_minor in parts:
        totals[component] += amount_minor
    return tuple(Part(component, amount_minor) for component, amount_minor in totals.items() if amount_minor)


def negated(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(Part(component, -amount_minor) for component, amount_minor in parts)


@dataclass(frozen=True, slots=True)
class _Interest:
    entries: tuple[Entry, ...] = ()
    row_ids: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    compounding: Compounding | None = None

    def borne_by(self, claim: Claim) -> Claim:
        """The claim with what the next period must be told."""
        if self.compounding is None:
            return claim
        return replace(
            claim,
            compounding_started_on=self.compounding.started_on,
            capitalised_minor=self.compounding.capitalised_minor,
            pending_minor=self.compounding.pending_minor,
        )


_NO_INTEREST = _Interest()


def _interest(claim: Claim, to_date: date, cause_id: UUID) -> _Interest:
    """Interest on the open principal since the last accrual; a missing rate is a warning, never silence."""
    from_date = claim.interest_through + timedelta(days=1)
    if from_date > to_date or claim.owed.principal_minor == 0:
        return _NO_INTEREST
    accrual = accrue_interest(
        claim.jurisdiction,
        claim.debtor_kind,
        claim.owed.principal_minor,
        from_date,
        to_date,
        "warn",
        accept_low_confidence=claim.accept_low_confidence,
        compounding=claim.compounding,
    )
    entries = [
        Entry("INTEREST_ACCRUED", "INTEREST", segment.amount_minor, to_date, cause_id, segment.row_id)
        for segment in accrual.segments
        if segment.amount_minor
    ]
    if accrual.warnings:
        # days without a rate leave a line of their own, of amount zero if nothing was reckoned
        last = entries.pop() if entries else Entry("INTEREST_ACCRUED", "INTEREST", 0, to_date, cause_id)
        entries.append(replace(last, warning="; ".join(accrual.warnings)))
    return _Interest(tuple(entries), accrual.row_ids if entries else (), accrual.warnings, accrual.compounding)


def _accrued(claim: Claim, to_date: date, cause_id: UUID) -> list[Change]:
    """Interest up to the day principal falls, where it runs; no change when there is none."""
    interest = _interest(claim, to_date, cause_id) if claim.interest_runs else _NO_INTEREST
    if not interest.entries:
        return []
    booked = _booked(interest.borne_by(claim), "INTEREST_ACCRUED", interest.entries, to_date, cause_id)
    return [replace(booked, claim=replace(booked.claim, interest_through=to_date))]


def _lower_principal(claim: Claim, kind: ChangeKind, amount_minor: int, as_of: date, cause_id: UUID) -> Change:
    assert amount_minor > 0
    covered = min(amount_minor, claim.owed.principal_minor)
    parts = (Part("PRINCIPAL", -covered),) if covered else ()
    return replace(change(claim, kind, parts, as_of, cause_id), ignored_minor=amount_minor - covered)


def _ignored(claim: Claim, kind: ChangeKind, amount_minor: int, as_of: date, cause_id: UUID) -> Outcome:
    ignored = replace(change(claim, kind, (), as_of, cause_id), ignored_minor=amount_minor)
    return Outcome(ignored.claim, (ignored,))


def settled_when_nothing_is_owed(changes: Sequence[Change], cause: SettledBy) -> Outcome:
    """The outcome of these changes; the claim is settled by `cause` if they left nothing owed."""
    claim = changes[-1].claim
    if claim.owed.total_minor:
        return Outcome(claim, tuple(changes))
    return Outcome(replace(claim, status="SETTLED"), tuple(changes), cause)


def change(
    claim: Claim, kind: ChangeKind, parts: Iterable[Part], as_of: date, cause_id: UUID, statute_row: str = ""
) -> Change:
    """One step in the balance, an entry for each part."""
    entry_kind: EntryKind = _ENTRY_KINDS.get(kind) or kind  # pyright: ignore[reportAssignmentType] - the rest agree
    entries = tuple(Entry(entry_kind, component, amount, as_of, cause_id, statute_row) for component, amount in parts)
    return _booked(claim, kind, entries, as_of, cause_id)


def booked_entries(claim: Claim, kind: ChangeKind, entries: Sequence[Entry], as_of: date, cause_id: UUID) -> Change:
    """One step in the balance made of given entries."""
    return _booked(claim, kind, tuple(entries), as_of, cause_id)


def _booked(claim: Claim, kind: ChangeKind, entries: tuple[Entry, ...], as_of: date, cause_id: UUID) -> Change:
    owed = claim.owed.changed_by(Part(entry.component, entry.amount_minor) for entry in entries)
    after = replace(claim, owed=owed, claim_version=claim.claim_version + 1)
    if kind != "INTEREST_ACCRUED":
        after = _bearing(after, owed.interest_minor - claim.owed.interest_minor)
    return Change(after, kind, entries, cause_id, as_of)


def _bearing(claim: Claim, interest_change_minor: int) -> Claim:
    """Where interest bears interest: what was paid or let go bears none, the oldest first.

    Interest that is owed again waits for the next anniversary like new interest: never to the debtor's harm.
    """
    if claim.compounding_started_on is None:
        return claim
    left = max(0, -interest_change_minor)
    from_capitalised = min(left, claim.capitalised_minor)
    return replace(
        claim,
        capitalised_minor=claim.capitalised_minor - from_capitalised,
        pending_minor=max(0, claim.pending_minor - (left - from_capitalised)) + max(0, interest_change_minor),
    )
