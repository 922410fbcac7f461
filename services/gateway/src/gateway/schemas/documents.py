"""Bodies about documents."""

from datetime import date, datetime
from typing import Literal

from gateway.schemas.wire import Wire

DocumentType = Literal["invoice", "contract", "correspondence", "payment_proof", "settlement", "legal", "other"]


class DocumentRead(Wire):
    """A document of a case, or one version of it; `size` in bytes."""

    document_id: str
    case_id: int
    file_name: str | None
    document_type: str
    description: str | None
    media_type: str
    size: int
    version: int
    uploaded_at: datetime
    uploaded_by: str
    retain_until: date


class DocumentList(Wire):
    documents: list[DocumentRead]


class VersionList(Wire):
    document_id: str
    versions: list[DocumentRead]


class AccessEntry(Wire):
    version: int
    who: str
    at: datetime


class AccessLog(Wire):
    """Who was given the document, oldest first."""

    document_id: str
    accesses: list[AccessEntry]
