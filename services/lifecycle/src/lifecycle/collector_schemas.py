"""Bodies about collectors; amounts in minor units."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from lifecycle.collector_message_queries import LastMessage
from lifecycle.collector_queries import PickedFile
from lifecycle.collectors.answers import CollectorCloseCode, ExternalId
from lifecycle.domain.collectors import (
    Adapter,
    CollectorConfiguration,
    Conditions,
    LateWithdrawal,
    RemitsTo,
    Source,
)
from lifecycle.domain.handovers import Handover
from lifecycle.domain.reports import Collected, Report, Taken

Days = Annotated[int, Field(ge=0, le=3_660)]


class ConditionsBody(BaseModel):
    amount_from_minor: int | None = Field(default=None, ge=0)
    amount_to_minor: int | None = Field(default=None, ge=0)
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    countries: list[Annotated[str, Field(pattern=r"^[A-Z]{2}$")]] = Field(default=[], max_length=50)
    debtor_kind: Literal["CONSUMER", "BUSINESS"] | None = None
    sources: list[Source] = Field(default=[], max_length=5)

    def conditions(self) -> Conditions:
        values: dict[str, Any] = self.model_dump()
        values |= {"countries": tuple(self.countries), "sources": tuple(self.sources)}
        return Conditions(**values)


class ConfigurationCreate(BaseModel):
    configuration_id: UUID
    collector: str
    name: str = Field(min_length=1, max_length=100)
    priority: int = Field(ge=0, le=1_000_000)
    enabled: bool = True
    conditions: ConditionsBody = ConditionsBody()
    skip_review: bool = False
    adapter: Adapter
    url: str | None = Field(default=None, max_length=500)
    free_withdrawal_days: Days | None = None
    late_withdrawal: LateWithdrawal = "MAY_COST"
    processing_days: Annotated[int, Field(ge=1, le=3_660)] | None = None
    remits_to: RemitsTo = "CREDITOR"

    def configuration(self, creditor_id: UUID) -> CollectorConfiguration:
        values: dict[str, Any] = self.model_dump(exclude={"conditions"})
        return CollectorConfiguration(creditor_id=creditor_id, conditions=self.conditions.conditions(), **values)


class ConfigurationChange(BaseModel):
    """What is left out stays; collector and adapter cannot change."""

    version: int
    name: str = Field(default="", min_length=1, max_length=100)
    priority: int = Field(default=0, ge=0, le=1_000_000)
    enabled: bool = True
    conditions: ConditionsBody = ConditionsBody()
    skip_review: bool = False
    url: str | None = Field(default=None, max_length=500)
    free_withdrawal_days: Days | None = None
    late_withdrawal: LateWithdrawal = "MAY_COST"
    processing_days: Annotated[int, Field(ge=1, le=3_660)] | None = None
    remits_to: RemitsTo = "CREDITOR"

    def changes(self) -> dict[str, Any]:
        given = self.model_fields_set - {"version"}
        values = {name: getattr(self, name) for name in given}
        return values | ({"conditions": self.conditions.conditions()} if "conditions" in given else {})


class ConfigurationRead(BaseModel):
    configuration_id: UUID
    collector: str
    name: str
    priority: int
    enabled: bool
    conditions: ConditionsBody
    skip_review: bool
    adapter: Adapter
    url: str | None
    signing_secret: str | None
    folder: str | None
    free_withdrawal_days: int | None
    late_withdrawal: LateWithdrawal
    processing_days: int | None
    remits_to: RemitsTo
    version: int

    @classmethod
    def of(cls, one: CollectorConfiguration, signing_secret: str | None) -> Self:
        conditions = ConditionsBody.model_validate(one.conditions, from_attributes=True)
        names = cls.model_fields.keys() - {"conditions", "signing_secret", "folder"}
        values = {name: getattr(one, name) for name in names}
        folder = f"{one.creditor_id}/{one.collector}" if one.adapter == "FILE_DROP" else None
        return cls(conditions=conditions, signing_secret=signing_secret, folder=folder, **values)


class ConfigurationList(BaseModel):
    items: list[ConfigurationRead]


class TokenGiven(BaseModel):
    token_hash: str = Field(pattern=r"^[0-9a-f]{64}$")


class TokenHolder(BaseModel):
    creditor_id: UUID
    configuration_id: UUID
    collector: str


class FileRead(BaseModel):
    name: str
    sha256: str
    lines: int
    taken: int
    refused: list[dict[str, Any]]
    picked_date: date

    @classmethod
    def of(cls, file: PickedFile) -> Self:
        return cls.model_validate(file, from_attributes=True)


class FileList(BaseModel):
    items: list[FileRead]


class CollectedRead(BaseModel):
    report_id: UUID
    external_id: str
    amount_minor: int
    currency: str
    collected_on: date


class HandoverRead(BaseModel):
    """A case with a collector; `delivery` says how the collector was last told something."""

    handover_id: UUID
    collector: str
    adapter: Adapter
    remits_to: RemitsTo
    state: str
    chosen_date: date
    handed_date: date | None
    accepted_date: date | None
    ended_date: date | None
    deadline_date: date | None
    free_withdrawal_until: date | None
    collector_reference: str | None
    reason: str | None
    delivery: str | None
    collected: list[CollectedRead]

    @classmethod
    def of(cls, handover: Handover, last: LastMessage | None, collected: list[Collected]) -> Self:
        own = [one for one in collected if one.handover_id == handover.handover_id]
        names = cls.model_fields.keys() - {"delivery", "collected"}
        return cls(
            **{name: getattr(handover, name) for name in names},
            delivery=f"{last.kind} {last.status} {last.description}".strip() if last else None,
            collected=[CollectedRead.model_validate(one, from_attributes=True) for one in own],
        )


class AcceptedReport(BaseModel):
    kind: Literal["ACCEPTED"]
    reference: str | None = Field(default=None, max_length=140)


class CollectedReport(BaseModel):
    kind: Literal["COLLECTED"]
    external_id: ExternalId
    amount_minor: int = Field(gt=0)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    collected_on: date


class ClosedReport(BaseModel):
    kind: Literal["CLOSED"]
    close_code: CollectorCloseCode
    reason: str = Field(default="", max_length=500)


class ReportBody(BaseModel):
    """`collector` is whose word it is; without one it is the office's, for whoever has the case."""

    collector: str | None = None
    report: Annotated[AcceptedReport | CollectedReport | ClosedReport, Field(discriminator="kind")]

    def of_case(self, case_id: int) -> Report:
        return Report(case_id=case_id, **self.report.model_dump())


class ReportRead(BaseModel):
    """Where case and hand-over are now; a repeat reads the same."""

    case_id: int
    status: str
    close_code: str | None
    collector: str
    state: str
    report_id: UUID | None
    repeated: bool

    @classmethod
    def of(cls, taken: Taken) -> Self:
        return cls(
            case_id=taken.case.case_id,
            status=taken.case.situation.status,
            close_code=taken.case.close_code,
            collector=taken.handover.collector,
            state=taken.handover.state,
            report_id=taken.collected.report_id if taken.collected else None,
            repeated=taken.repeated,
        )
