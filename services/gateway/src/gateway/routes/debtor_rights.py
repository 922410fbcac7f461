"""A debtor's data: erased, held, given out. Creditors reach their own debtors, the office all."""

from typing import Annotated

from fastapi import APIRouter, Body, Response

from gateway.access import EitherCaller, InGate, OfficeCaller, PostOnce
from gateway.routes.answers import posts, problems
from gateway.routes.communication import CaseId
from gateway.routes.unmatched import Person
from gateway.schemas.correspondence_work import Erased, LegalHoldChange, LegalHoldRead
from gateway.use_cases import debtor_rights
from gateway.use_cases.communication import who

router = APIRouter(prefix="/api", tags=["Debtors' data"])
office = APIRouter(prefix="/api/v1/office", tags=["Office"])

_ARCHIVE = {200: {"description": "The archive.", "content": {"application/zip": {}}}}


@router.post(
    "/cases/{caseId}/debtor/erasure",
    status_code=200,
    summary="Erase a debtor",
    response_model=Erased,
    responses=posts(404),
)
async def erase_debtor(case_id: CaseId, creditor: EitherCaller, gate: InGate, once: PostOnce) -> Response:
    """Names, addresses and words are gone for good, in all services; invoices, amounts and dates stay. 409 while a case of
    the debtor is open, or under a legal hold, with its reason."""
    return await once.answer(
        creditor.owner,
        lambda _: debtor_rights.erase_debtor(gate.downstream, creditor.owner, case_id, who(creditor)),
        status=200,
    )


@router.get(
    "/cases/{caseId}/debtor/export",
    summary="Everything about a debtor in one archive",
    response_class=Response,
    responses=problems(404, 422) | _ARCHIVE,
)
async def export_debtor(case_id: CaseId, creditor: EitherCaller, gate: InGate) -> Response:
    """A zip file: the person, preferences, messages, letters, notes, documents, and each case's story and account. Every
    export is on record."""
    return _archive(case_id, await debtor_rights.export_debtor(gate.downstream, creditor.owner, case_id, who(creditor)))


@office.post(
    "/cases/{caseId}/debtor/erasure",
    status_code=200,
    summary="Erase a debtor for its creditor",
    response_model=Erased,
    responses=posts(404),
)
async def erase_for_office(
    case_id: CaseId, person: Person, owner: OfficeCaller, gate: InGate, once: PostOnce
) -> Response:
    """As the creditor may; the person of the office is on record."""
    return await once.answer(
        owner,
        lambda _: debtor_rights.erase_debtor(gate.downstream, None, case_id, f"office:{person}"),
        status=200,
    )


@office.put(
    "/cases/{caseId}/debtor/legal-hold", summary="Hold or release a debtor's data", responses=problems(404, 422)
)
async def set_legal_hold(
    case_id: CaseId, body: Annotated[LegalHoldChange, Body()], person: Person, owner: OfficeCaller, gate: InGate
) -> LegalHoldRead:
    """While it is held nothing about the debtor is erased or purged."""
    return await debtor_rights.set_legal_hold(gate.downstream, case_id, body, f"office:{person}")


@office.get(
    "/cases/{caseId}/debtor/export",
    summary="Everything about a debtor, for the office",
    response_class=Response,
    responses=problems(404, 422) | _ARCHIVE,
)
async def export_for_office(case_id: CaseId, person: Person, owner: OfficeCaller, gate: InGate) -> Response:
    return _archive(case_id, await debtor_rights.export_debtor(gate.downstream, None, case_id, f"office:{person}"))


def _archive(case_id: int, content: bytes) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="debtor-of-case-{case_id}.zip"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(content, 200, headers, "application/zip")
