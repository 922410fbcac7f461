"""Documents: handed to communication, and given back whole or in part."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

from gateway.downstream import Downstream
from gateway.schemas.documents import AccessLog, DocumentList, DocumentRead, VersionList
from gateway.schemas.public_ids import meant, shown
from gateway.use_cases.communication import who
from gateway.use_cases.tokens import Creditor
from runtime.problems import Problem

_SERVICE = "communication"


@dataclass(frozen=True, slots=True)
class Content:
    """A document's bytes, or the part that was asked for."""

    content: bytes
    media_type: str
    headers: dict[str, str]
    status: int


async def upload_document(
    downstream: Downstream,
    creditor: Creditor,
    case_id: int,
    request_id: UUID,
    file: tuple[str, bytes],
    document_type: str,
    description: str,
    document_id: str | None = None,
) -> DocumentRead:
    """File a document; with `document_id` the next version of one."""
    name, content = file
    params = {
        "request_id": request_id,
        "name": name,
        "document_type": document_type,
        "description": description,
        "uploaded_by": who(creditor),
        "document_id": meant("doc", document_id) if document_id else None,
    }
    told = await downstream.call(
        _SERVICE, "POST", f"/internal/cases/{case_id}/documents", creditor.owner, params=params, content=content
    )
    return _read(told.json())


async def list_documents(
    downstream: Downstream, creditor_id: UUID, case_id: int, document_type: str | None
) -> DocumentList:
    params = {"document_type": document_type}
    told = await downstream.get(_SERVICE, f"/internal/cases/{case_id}/documents", creditor_id, params)
    return DocumentList(documents=[_read(row) for row in told])


async def list_versions(downstream: Downstream, creditor_id: UUID, document_id: str) -> VersionList:
    told = await downstream.get(_SERVICE, f"/internal/documents/{meant('doc', document_id)}/versions", creditor_id)
    return VersionList(document_id=document_id, versions=[_read(row) for row in told])


async def list_access(downstream: Downstream, creditor_id: UUID, document_id: str) -> AccessLog:
    told = await downstream.get(_SERVICE, f"/internal/documents/{meant('doc', document_id)}/access", creditor_id)
    return AccessLog.model_validate({"document_id": document_id, "accesses": told})


async def download_document(
    downstream: Downstream, creditor: Creditor, document_id: str, version: int | None, wanted: str | None
) -> Content:
    """The document, always as an attachment: a browser may not run what somebody uploaded."""
    path = f"/internal/documents/{meant('doc', document_id)}/content"
    params = {"who": who(creditor), "version": version}
    found = await downstream.call(_SERVICE, "GET", path, creditor.owner, params=params)
    name = unquote(found.headers["X-File-Name"])
    plain = re.sub(r"[^\w.-]+", "_", name, flags=re.ASCII)
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Accept-Ranges": "bytes",
    }
    media_type = found.headers["Content-Type"]
    size = len(found.content)
    part = _range(wanted, size)
    if part is None:
        return Content(found.content, media_type, headers, 200)
    first, last = part
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return Content(found.content[first : last + 1], media_type, headers, 206)


def _range(wanted: str | None, size: int) -> tuple[int, int] | None:
    """The first and last byte of a single range; None for the whole. 416 for one that lies outside."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted.strip()) if wanted else None
    if found is None or found[0] == "bytes=-":
        return None  # several ranges, or another unit: RFC 9110 lets us answer with the whole
    first, last = found[1], found[2]
    if not first:
        start, end = max(0, size - int(last)), size - 1
    else:
        start, end = int(first), min(int(last) if last else size - 1, size - 1)
    if start > end:
        raise Problem(416, f"The document has {size} bytes.", headers={"Content-Range": f"bytes */{size}"})
    return start, end


def _read(row: dict[str, Any]) -> DocumentRead:
    return DocumentRead.model_validate(row | {"document_id": shown("doc", row["document_id"])})
