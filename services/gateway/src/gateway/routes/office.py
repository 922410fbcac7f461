"""What the collection office does itself: bank files, unmatched money, figures."""

from typing import Annotated

from fastapi import APIRouter, File, Response, UploadFile

from gateway.access import InGate, OfficeCaller, PostOnce
from gateway.routes.answers import posts, problems
from gateway.schemas.office import Figures, Passed
from gateway.use_cases import office

router = APIRouter(prefix="/api/v1/office", tags=["Office"])


@router.post(
    "/bank-files",
    status_code=202,
    summary="Upload a bank file",
    response_model=Passed,
    responses=posts(),
)
async def upload_bank_file(
    file: Annotated[UploadFile, File(description="Nets OCR giro or camt.054, as the bank sent it.")],
    owner: OfficeCaller,
    gate: InGate,
    once: PostOnce,
) -> Response:
    """Hand a bank file to payment control; the same file again registers nothing twice."""
    name, content = office.file_name(file.filename), await file.read()
    return await once.answer(
        owner,
        lambda _: office.upload_bank_file(gate.downstream, name, content),
        content=name.encode() + b"\0" + content,
    )


@router.get("/unmatched", summary="Money without a claim", responses=problems())
async def list_unmatched(owner: OfficeCaller, gate: InGate) -> Passed:
    """The queue of payments that found no claim, each with its reason; amounts in minor units."""
    return await office.list_unmatched(gate.downstream)


@router.get("/counts", summary="Figures of the whole house", responses=problems())
async def get_counts(owner: OfficeCaller, gate: InGate) -> Figures:
    """Cases, messages, payments and settlements in figures; amounts in minor units."""
    return await office.read_figures(gate.downstream)
