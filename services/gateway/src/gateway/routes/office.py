"""What the collection office does itself: bank files, unmatched money, figures."""

from typing import Annotated

from fastapi import APIRouter, File, Query, Response, UploadFile

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


@router.get("/unmatched", summary="Money without a claim", responses=problems(422))
async def list_unmatched(
    owner: OfficeCaller,
    gate: InGate,
    reason: Annotated[str | None, Query(pattern=r"^[A-Z_]{1,40}$", description="Only lines with this reason.")] = None,
    currency: Annotated[str | None, Query(pattern=r"^[A-Z]{3}$")] = None,
    account_id: Annotated[str | None, Query(alias="accountId", pattern=r"^[A-Za-z0-9_-]{1,40}$")] = None,
    after: Annotated[
        str | None, Query(pattern=r"^[0-9a-f_-]{1,60}$", description="`cursor` of the last line of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> Passed:
    """The queue of payments that found no claim, oldest first, each with its reason and suggestions; amounts in minor
    units."""
    wanted = {"reason": reason, "currency": currency, "account_id": account_id, "after": after, "limit": limit}
    return await office.list_unmatched(gate.downstream, wanted)


@router.get("/counts", summary="Figures of the whole house", responses=problems())
async def get_counts(owner: OfficeCaller, gate: InGate) -> Figures:
    """Cases, messages, payments and settlements in figures; amounts in minor units."""
    return await office.read_figures(gate.downstream)
