"""The rows of the law, one class per table, and how a line becomes a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from money import UnknownCurrency, exponent, share
from statutes.lines import Line

DEBTOR_KINDS: Final = ("consumer", "business", "public")
COMPONENTS: Final = ("fees", "interest", "principal")
FEE_COMPONENTS: Final = ("REMINDER_FEE", "COLLECTION_FEE", "COMPENSATION")
FEE_KINDS: Final = (
    "cap_per_notice",
    "cap_total",
    "cap_extra",
    "cap_per_plan",
    "flat",
    "factor",
    "share_of_charged",
    "contract_only",
    "free_notice",
    "not_recoverable",
)
FIGURE_KINDS: Final = ("base_unit", "base_fee", "minimum", "maximum", "limit")
CONDITIONS: Final = ("", "agreed_up_front", "more_than_4_instalments", "consumer_after_free_letter")
WAIT_KINDS: Final = (
    "earliest_send",
    "earliest",
    "automatic_default",
    "minimum_deadline",
    "minimum_term",
    "deadline_before",
    "deadline",
    "presumed_receipt",
    "latest",
    "custom",
)
FACT_COLUMNS: Final = (
    "row_id",
    "jurisdiction",
    "valid_from",
    "valid_to",
    "date_basis",
    "source",
    "confidence",
    "note",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What every row says about itself; `date_basis` is the day that chooses the row (day = each overdue day)."""

    row_id: str
    jurisdiction: str
    valid_from: date
    valid_to: date | None
    date_basis: str
    source: str
    confidence: str
    note: str

    def in_force(self, on_date: date) -> bool:
        """Whether the row answers for `on_date`."""
        return self.valid_from <= on_date and (self.valid_to is None or on_date <= self.valid_to)


@dataclass(frozen=True, slots=True)
class InterestRate:
    """The late-interest rate in percent a year; `half_yearly` rates end with their half-year."""

    facts: Facts
    debtor_kinds: tuple[str, ...]
    annual_rate_percent: Decimal
    changes: str

    @property
    def rule(self) -> tuple[str, ...]:
        return ("interest_rates", self.facts.jurisdiction, *self.debtor_kinds)


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee in minor units for claims of a size; `includes` are fees that count towards this one.

    `component` is the part of a claim it becomes; rows of the kinds in FIGURE_KINDS have none: they are only figures
    that fees rest on, named by `base_codes` (what a factor or share is taken of) and `limit_codes`.
    """

    facts: Facts
    debtor_kinds: tuple[str, ...]
    code: str
    component: str
    claim_from_minor: int | None
    claim_to_minor: int | None
    currency: str
    amount_minor: int
    rate_basis_points: int
    rate_above_minor: int
    kind: str
    base_codes: tuple[str, ...]
    limit_codes: tuple[str, ...]
    vat_basis_points: int
    earliest_event: str
    includes: tuple[str, ...]
    charge_group: str
    charge_max: int | None
    condition: str

    @property
    def rule(self) -> tuple[str, ...]:
        return ("fees", self.facts.jurisdiction, self.code, *self.debtor_kinds)

    def fits_claim(self, claim_minor: int) -> bool:
        """Whether the claim's size lies in the row's bracket, both ends included."""
        above = self.claim_from_minor is None or self.claim_from_minor <= claim_minor
        return above and (self.claim_to_minor is None or claim_minor <= self.claim_to_minor)

    def amount_for(self, claim_minor: int) -> int:
        """The row's amount and its share of what the claim has above `rate_above_minor`."""
        return self.amount_minor + share(max(0, claim_minor - self.rate_above_minor), self.rate_basis_points)


@dataclass(frozen=True, slots=True)
class Wait:
    """Days that must pass, or must be given, between two events."""

    facts: Facts
    debtor_kinds: tuple[str, ...]
    from_event: str
    to_event: str
    days: int
    day_kind: str
    rule_kind: str

    @property
    def rule(self) -> tuple[str, ...]:
        return (
            "waiting_days",
            self.facts.jurisdiction,
            self.from_event,
            self.to_event,
            self.day_kind,
            self.rule_kind,
            *self.debtor_kinds,
        )


@dataclass(frozen=True, slots=True)
class DayCount:
    """How days become a part of a year, and what happens where no rate is on file: `warn` carries the last one on."""

    facts: Facts
    convention: str
    compounding: str
    missing_rate: str

    @property
    def rule(self) -> tuple[str, ...]:
        return ("day_count", self.facts.jurisdiction)


@dataclass(frozen=True, slots=True)
class Allocation:
    """The order in which a payment covers what is owed; no components where others choose."""

    facts: Facts
    debtor_kinds: tuple[str, ...]
    context: str
    components: tuple[str, ...]
    debtor_may_direct: bool
    creditor_may_refuse: bool

    @property
    def rule(self) -> tuple[str, ...]:
        return ("allocation", self.facts.jurisdiction, self.context, *self.debtor_kinds)


@dataclass(frozen=True, slots=True)
class DueDateRoll:
    """Which calendar closes the banks, and what is closed beside public holidays and weekends."""

    facts: Facts
    calendar: str
    extra_closed_days: tuple[str, ...]

    @property
    def rule(self) -> tuple[str, ...]:
        return ("due_date_roll", self.facts.jurisdiction)


def parse_facts(line: Line) -> Facts:
    """The columns every table has."""
    valid_from, valid_to = line.day("valid_from"), line.optional_day("valid_to")
    if valid_to and valid_to < valid_from:
        raise line.fail("valid_to", f"{valid_to} lies before valid_from {valid_from}")
    return Facts(
        row_id=line.text("row_id"),
        jurisdiction=line.text("jurisdiction"),
        valid_from=valid_from,
        valid_to=valid_to,
        date_basis=line.one_of("date_basis", ("due", "sent", "paid", "placed", "day")),
        source=line.text("source"),
        confidence=line.one_of("confidence", ("high", "medium", "low")),
        note=line.optional_text("note"),
    )


def parse_interest_rate(line: Line) -> InterestRate:
    """A line of interest_rates.csv."""
    return InterestRate(
        facts=parse_facts(line),
        debtor_kinds=parse_debtor_kinds(line),
        annual_rate_percent=line.percent("annual_rate_percent"),
        changes=line.one_of("changes", ("half_yearly", "fixed")),
    )


def parse_fee(line: Line) -> Fee:
    """A line of fees.csv."""
    low, high = line.optional_whole("claim_from_minor"), line.optional_whole("claim_to_minor")
    if low is not None and high is not None and high < low:
        raise line.fail("claim_to_minor", f"{high} is less than claim_from_minor {low}")
    try:
        exponent(line.text("currency"))
    except UnknownCurrency as unknown:
        raise line.fail("currency", str(unknown)) from unknown
    kind = line.one_of("kind", (*FEE_KINDS, *FIGURE_KINDS))
    return Fee(
        facts=parse_facts(line),
        debtor_kinds=parse_debtor_kinds(line),
        code=line.text("code"),
        component=line.one_of("component", ("",) if kind in FIGURE_KINDS else FEE_COMPONENTS),
        claim_from_minor=low,
        claim_to_minor=high,
        currency=line.text("currency"),
        amount_minor=line.whole("amount_minor"),
        rate_basis_points=line.whole("rate_basis_points"),
        rate_above_minor=line.whole("rate_above_minor"),
        kind=kind,
        base_codes=line.names("base_codes"),
        limit_codes=line.names("limit_codes"),
        vat_basis_points=line.whole("vat_basis_points"),
        earliest_event=line.optional_text("earliest_event"),
        includes=line.names("includes"),
        charge_group=line.optional_text("charge_group"),
        charge_max=line.optional_whole("charge_max"),
        condition=line.one_of("condition", CONDITIONS),
    )


def parse_wait(line: Line) -> Wait:
    """A line of waiting_days.csv."""
    return Wait(
        facts=parse_facts(line),
        debtor_kinds=parse_debtor_kinds(line),
        from_event=line.text("from_event"),
        to_event=line.text("to_event"),
        days=line.whole("days"),
        day_kind=line.one_of("day_kind", ("calendar", "banking", "month")),
        rule_kind=line.one_of("rule_kind", WAIT_KINDS),
    )


def parse_day_count(line: Line) -> DayCount:
    """A line of day_count.csv; only what the interest calculator can do is accepted."""
    return DayCount(
        facts=parse_facts(line),
        convention=line.one_of("convention", ("actual/365", "actual/actual", "30/360")),
        compounding=line.one_of("compounding", ("simple", "yearly")),
        missing_rate=line.one_of("missing_rate", ("warn", "refuse")),
    )


def parse_allocation(line: Line) -> Allocation:
    """A line of allocation.csv; where a component order is given, it names each component once."""
    context = line.one_of("context", ("one_claim", "consumer_loan", "several_claims", "enforcement"))
    components = line.names("components")
    if (components or context in ("one_claim", "consumer_loan")) and sorted(components) != sorted(COMPONENTS):
        raise line.fail("components", f"must name {', '.join(COMPONENTS)} once each")
    return Allocation(
        facts=parse_facts(line),
        debtor_kinds=parse_debtor_kinds(line),
        context=context,
        components=components,
        debtor_may_direct=line.yes_or_no("debtor_may_direct"),
        creditor_may_refuse=line.yes_or_no("creditor_may_refuse"),
    )


def parse_due_date_roll(line: Line) -> DueDateRoll:
    """A line of due_date_roll.csv; deadlines only ever roll forward."""
    line.one_of("roll", ("forward",))
    line.text("applies_to")
    extra = line.names("extra_closed_days")
    for token in extra:
        if not _is_closed_day(token):
            raise line.fail("extra_closed_days", f"{token!r} is neither MM-DD nor midsummer_eve")
    return DueDateRoll(parse_facts(line), line.text("calendar"), extra)


def _is_closed_day(token: str) -> bool:
    if token == "midsummer_eve":
        return True
    try:
        date.fromisoformat(f"2024-{token}")
    except ValueError:
        return False
    return len(token) == len("MM-DD")


def parse_debtor_kinds(line: Line) -> tuple[str, ...]:
    """Who the row is about; `any` is every kind."""
    kinds: Sequence[str] = line.text("debtor_kind").split("|")
    if kinds == ["any"]:
        return DEBTOR_KINDS
    for kind in kinds:
        if kind not in DEBTOR_KINDS:
            raise line.fail("debtor_kind", f"{kind!r} is not one of any, {', '.join(DEBTOR_KINDS)}")
    return tuple(kinds)
