"""HTTP bodies of accounting documents; content as the gateway checked it, amounts as decimal text."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from accounting.domain.documents import DocumentKind, DocumentStatus, TargetKind


class TargetSet(BaseModel):
    kind: TargetKind
    url: str | None = Field(default=None, max_length=500)


class TargetRead(TargetSet):
    """`secret` verifies the signatures of an HTTP target."""

    secret: str | None


class DocumentSubmit(BaseModel):
    source_identifier: str = Field(min_length=1, max_length=100)
    document_date: date
    content: dict[str, Any]


class DocumentsSubmit(BaseModel):
    kind: DocumentKind
    documents: list[DocumentSubmit] = Field(min_length=1, max_length=1_000)


class InvoiceSubmit(BaseModel):
    source_identifier: str = Field(min_length=1, max_length=100)
    invoice_number: str


class InvoicesSubmit(BaseModel):
    invoices: list[InvoiceSubmit] = Field(min_length=1, max_length=1_000)


class DocumentRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    source_identifier: str
    document_date: date
    content: dict[str, Any]
    status: DocumentStatus
    description: str
    sync_date: date | None


class DocumentsRead(BaseModel):
    documents: list[DocumentRead]

    @classmethod
    def of(cls, rows: Iterable[Row[Any]]) -> Self:
        return cls(documents=[DocumentRead.model_validate(row) for row in rows])


class SettledPart(BaseModel):
    invoice_number: str
    component: Literal["CAPITAL", "FEES", "INTEREST"]
    amount_minor: int


class SettlementToBook(BaseModel):
    """A settlement as its service tells it; amounts in minor units."""

    settlement_number: int
    net_minor: int
    parts: list[SettledPart]
    deductions: dict[Literal["COMMISSION", "FEE_SHARE", "VAT"], int]


class SuggestedLineRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    account_number: str
    vat_code: str
    debit_minor: int
    credit_minor: int
    invoice_number: str | None
    component: str
    text: str


class SuggestionRead(BaseModel):
    lines: list[SuggestedLineRead]
    creditor_id: UUID
