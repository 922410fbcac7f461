"""Documents of cases."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Header, Path, Query, Response, UploadFile

from gateway.access import EitherCaller, InGate, PostOnce
from gateway.routes.answers import posts, problems
from gateway.routes.communication import CaseId
from gateway.schemas.documents import AccessLog, DocumentList, DocumentRead, DocumentType, VersionList
from gateway.use_cases import documents

router = APIRouter(prefix="/api", tags=["Documents"])

DocumentId = Annotated[str, Path(alias="documentId", examples=["doc_00000000000000000000000000000001"])]


@router.post(
    "/cases/{caseId}/documents",
    status_code=201,
    summary="Upload a document",
    response_model=DocumentRead,
    responses=posts(404, 415),
)
async def upload_document(
    case_id: CaseId,
    file: Annotated[UploadFile, File(description="pdf, png, jpg, gif, docx, xlsx, zip, txt, csv, eml or xml.")],
    creditor: EitherCaller,
    gate: InGate,
    once: PostOnce,
    document_type: Annotated[DocumentType, Form(alias="documentType")] = "other",
    description: Annotated[str, Form(max_length=500)] = "",
    document_id: Annotated[str | None, Form(alias="documentId", description="Files the next version of it.")] = None,
) -> Response:
    """File a document on a case. Its kind is known by its content: a file in disguise is 415, one over 25 MB is 413."""
    name, content = file.filename or "", await file.read()
    return await once.answer(
        creditor.owner,
        lambda request_id: documents.upload_document(
            gate.downstream, creditor, case_id, request_id, (name, content), document_type, description, document_id
        ),
        status=201,
        content=b"\0".join(
            [*(part.encode() for part in (name, document_type, description, document_id or "")), content]
        ),
    )


@router.get("/cases/{caseId}/documents", summary="List documents", responses=problems(404, 422))
async def list_documents(
    case_id: CaseId,
    creditor: EitherCaller,
    gate: InGate,
    document_type: Annotated[DocumentType | None, Query(alias="documentType")] = None,
) -> DocumentList:
    """The latest version of each document."""
    return await documents.list_documents(gate.downstream, creditor.owner, case_id, document_type)


@router.get("/documents/{documentId}/versions", summary="Versions of a document", responses=problems(404, 422))
async def list_versions(document_id: DocumentId, creditor: EitherCaller, gate: InGate) -> VersionList:
    return await documents.list_versions(gate.downstream, creditor.owner, document_id)


@router.get("/documents/{documentId}/access-log", summary="Who read a document", responses=problems(404, 422))
async def list_access(document_id: DocumentId, creditor: EitherCaller, gate: InGate) -> AccessLog:
    return await documents.list_access(gate.downstream, creditor.owner, document_id)


@router.get(
    "/documents/{documentId}/download",
    summary="Download a document",
    response_class=Response,
    responses=problems(404, 410, 416, 422)
    | {
        200: {"description": "The document.", "content": {"application/octet-stream": {}}},
        206: {"description": "The part that `Range` asks for.", "content": {"application/octet-stream": {}}},
    },
)
async def download_document(
    document_id: DocumentId,
    creditor: EitherCaller,
    gate: InGate,
    version: Annotated[int | None, Query(ge=1)] = None,
    part: Annotated[str | None, Header(alias="Range", examples=["bytes=0-1023"])] = None,
) -> Response:
    """The latest version, or an earlier one; every download is on record."""
    found = await documents.download_document(gate.downstream, creditor, document_id, version, part)
    return Response(found.content, found.status, found.headers, found.media_type)
