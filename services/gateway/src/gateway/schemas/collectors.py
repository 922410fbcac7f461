"""Bodies about collectors: how cases go to them, and what they report."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from gateway.schemas.wire import Amount, AmountOut, CountryCode, CurrencyCode, Line, Wire, printable, text

Adapter = Literal["OWN", "FILE_DROP", "HTTP"]
RemitsTo = Literal["CREDITOR", "OFFICE"]
LateWithdrawal = Literal["MAY_COST", "REFUSED"]
CaseSource = Literal["DUNNING", "CHARGEBACK", "API", "CONSOLE", "IMPORT"]
CollectorCloseCode = Literal[
    "PARTIALLY_PAID",
    "SETTLEMENT_ACCEPTED",
    "INSOLVENT",
    "UNTRACEABLE",
    "TIME_BARRED",
    "EXHAUSTED",
    "UNECONOMICAL",
    "DISPUTED_DECLINED",
    "OTHER",
]
CollectorName = Annotated[str, text(100, 1), AfterValidator(printable)]
Priority = Annotated[int, Field(ge=0, le=1_000_000, description="Ascending: the lowest is asked first.")]
Url = Annotated[str, text(500, 9), AfterValidator(printable)]
FreeDays = Annotated[
    int, Field(ge=0, le=3_660, description="Days from the hand-over in which a withdrawal is free of charge.")
]
ProcessingDays = Annotated[
    int, Field(ge=1, le=3_660, description="Days after which a case that is not closed comes back to the office.")
]
ExternalId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e](?:[\x20-\x7e]{0,98}[\x21-\x7e])?$")]


class CollectorConditions(Wire):
    """All of them must hold for a case; what is left out holds for every case."""

    amount_from: Amount | None = Field(default=None, description="What is owed, at least.")
    amount_to: Amount | None = Field(default=None, description="What is owed, at most.")
    currency: CurrencyCode | None = Field(default=None, description="Needed with an amount.")
    countries: list[CountryCode] = Field(default_factory=list[str], max_length=50, description="Of the debtor.")
    debtor_kind: Literal["CONSUMER", "BUSINESS"] | None = None
    sources: list[CaseSource] = Field(default_factory=list[CaseSource], max_length=5)


class CollectorCreate(Wire):
    """A collector and the cases it gets. OWN: our own collection; FILE_DROP: files; HTTP: signed JSON to `url`."""

    collector: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")] = Field(
        description="Code of the collector; its external ids are unique under it."
    )
    name: CollectorName = Field(description="Of the configuration; distinct.")
    priority: Priority
    enabled: bool = True
    conditions: CollectorConditions = CollectorConditions()
    skip_review: bool = Field(default=False, description="True: cases go without anybody looking at them first.")
    adapter: Adapter
    url: Url | None = Field(default=None, description="HTTP: an address that the office has opened.")
    free_withdrawal_days: FreeDays | None = None
    late_withdrawal: LateWithdrawal = "MAY_COST"
    processing_days: ProcessingDays | None = None
    remits_to: RemitsTo = Field(default="CREDITOR", description="To whom the collector passes money on.")


class CollectorChange(Wire):
    """What is left out stays as it is; `version` must be the one that was read."""

    version: int
    name: CollectorName | None = None
    priority: Priority | None = None
    enabled: bool | None = None
    conditions: CollectorConditions | None = None
    skip_review: bool | None = None
    url: Url | None = None
    free_withdrawal_days: FreeDays | None = Field(default=None, description="null: no window is agreed.")
    late_withdrawal: LateWithdrawal | None = None
    processing_days: ProcessingDays | None = Field(default=None, description="null: no limit.")
    remits_to: RemitsTo | None = None


class CollectorConditionsRead(Wire):
    amount_from: AmountOut | None = None
    amount_to: AmountOut | None = None
    currency: str | None = None
    countries: list[str] = Field(default_factory=list[str])
    debtor_kind: str | None = None
    sources: list[str] = Field(default_factory=list[str])


class CollectorRead(Wire):
    """A collector configuration."""

    configuration_id: UUID
    collector: str
    name: str
    priority: int
    enabled: bool
    conditions: CollectorConditionsRead
    skip_review: bool
    adapter: Adapter
    url: str | None = None
    signing_secret: str | None = Field(default=None, description="HTTP: signs what is sent to the collector.")
    folder: str | None = Field(default=None, description="FILE_DROP: below the office's folder of collectors.")
    free_withdrawal_days: int | None = None
    late_withdrawal: LateWithdrawal
    processing_days: int | None = None
    remits_to: RemitsTo
    version: int


class CollectorList(Wire):
    configurations: list[CollectorRead]


class CollectorToken(Wire):
    """Shown only here (and to a repeat with the same key); a new one ends the one before."""

    configuration_id: UUID
    collector: str


class RefusedLine(Wire):
    line: int
    why: str


class CollectorFile(Wire):
    """A file a collector left: how many of its lines were taken, and why the others were not."""

    name: str
    sha256: str
    lines: int
    taken: int
    refused: list[RefusedLine]
    picked_date: date


class CollectorFiles(Wire):
    files: list[CollectorFile]


class CaseAccepted(Wire):
    """The collector took the case."""

    reference: Line | None = Field(default=None, description="The collector's own number of the case.")


class AmountCollected(Wire):
    """Money the collector took in; the same external id is the same amount."""

    external_id: ExternalId
    amount: Amount
    currency: CurrencyCode
    collected_on: date


class CaseClosedByCollector(Wire):
    """The collector is done. PAID follows from the money it reports."""

    close_code: CollectorCloseCode
    reason: Annotated[str, text(500), AfterValidator(printable)] = ""


class CollectorReportRead(Wire):
    """Where the case and its hand-over are now; the same report again reads the same."""

    case_id: int
    status: str
    close_code: str | None = None
    collector: str
    state: str
    report_id: UUID | None = None


class CollectedAmount(Wire):
    external_id: str
    amount: AmountOut
    currency: str
    collected_on: date


class CaseCollector(Wire):
    """A collector that has or had the case, with the terms it got it on."""

    collector: str
    adapter: Adapter
    state: str
    remits_to: RemitsTo
    chosen_date: date
    handed_date: date | None = None
    accepted_date: date | None = None
    ended_date: date | None = None
    deadline_date: date | None = Field(default=None, description="After this day the case comes back.")
    free_withdrawal_until: date | None = None
    collector_reference: str | None = None
    reason: str | None = Field(default=None, description="Why it ended.")
    delivery: str | None = Field(default=None, description="How the collector was last told something.")
    collected: list[CollectedAmount]
