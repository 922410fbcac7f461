"""Documents of cases."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from communication.domain.files import DocumentType
from communication.schemas.case_file import DocumentAccess, DocumentRead
from communication.use_cases import documents
from communication.use_cases.documents import Upload
from runtime.database import RequestTransaction
from runtime.tokens import ServiceCaller

router = APIRouter(prefix="/internal")


@router.post("/cases/{case_id}/documents", status_code=201)
async def upload_document(
    case_id: int,
    caller: ServiceCaller,
    request: Request,
    request_id: UUID,
    name: str,
    document_type: DocumentType,
    uploaded_by: str,
    description: Annotated[str, Query(max_length=500)] = "",
    document_id: UUID | None = None,
) -> DocumentRead:
    """File the body as a document, or as the next version of one."""
    state = request.app.state
    upload = Upload(name, await request.body(), document_type, description, uploaded_by, document_id)
    row, fields = await documents.upload_document(
        state.database, state.vault, state.settings, caller.creditor(), case_id, request_id, upload
    )
    return _read(row, fields)


@router.get("/cases/{case_id}/documents")
async def list_documents(
    case_id: int,
    caller: ServiceCaller,
    session: RequestTransaction,
    request: Request,
    document_type: DocumentType | None = None,
) -> list[DocumentRead]:
    """The latest version of each document."""
    vault = request.app.state.vault
    found = await documents.list_documents(session, vault, caller.creditor(), case_id, document_type)
    return [_read(row, fields) for row, fields in found]


@router.get("/documents/{document_id}/versions")
async def list_versions(
    document_id: UUID, caller: ServiceCaller, session: RequestTransaction, request: Request
) -> list[DocumentRead]:
    found = await documents.list_versions(session, request.app.state.vault, caller.creditor(), document_id)
    return [_read(row, fields) for row, fields in found]


@router.get("/documents/{document_id}/access")
async def list_access(document_id: UUID, caller: ServiceCaller, session: RequestTransaction) -> list[DocumentAccess]:
    """Who was given the document, and when."""
    found = await documents.list_access(session, caller.creditor(), document_id)
    return [DocumentAccess.model_validate(row) for row in found]


@router.get("/documents/{document_id}/content", response_class=Response)
async def download_document(
    document_id: UUID, caller: ServiceCaller, request: Request, who: str, version: int | None = None
) -> Response:
    """The content as it was uploaded; the file's name is in `X-File-Name`, percent-encoded."""
    state = request.app.state
    row, fields, content = await documents.download_document(
        state.database, state.vault, caller.creditor(), document_id, version, who
    )
    return Response(
        content, media_type=row.media_type, headers={"X-File-Name": quote(fields["file_name"] or "document", safe="")}
    )


def _read(row: Any, fields: dict[str, Any]) -> DocumentRead:
    return DocumentRead(
        document_id=row.document_id,
        case_id=row.case_id,
        file_name=fields["file_name"],
        description=fields["description"],
        document_type=row.document_type,
        media_type=row.media_type,
        version=row.version,
        size=row.size_bytes,
        uploaded_at=row.uploaded_at,
        uploaded_by=row.uploaded_by,
        retain_until=row.retain_until,
    )
