"""Message templates of a creditor, and the house's own."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from gateway.access import EitherCaller, InGate, PostOnce
from gateway.routes.answers import posts, problems
from gateway.schemas.templates import (
    Language,
    Preview,
    PreviewOrder,
    TemplateId,
    TemplateList,
    TemplateVersion,
    TemplateWrite,
    VersionChoice,
    VersionList,
    VersionWrite,
)
from gateway.use_cases import templates

router = APIRouter(prefix="/api/message-templates", tags=["Communication"])

Id = Annotated[TemplateId, Path(alias="templateId", examples=["payment-reminder-v1"])]


@router.get("", summary="List templates", responses=problems(422))
async def list_templates(
    creditor: EitherCaller, gate: InGate, language: Annotated[Language, Query()] = "en"
) -> TemplateList:
    """The templates in use, each in the nearest language; yours hide the house's of the same id."""
    return await templates.list_templates(gate.downstream, creditor.owner, language)


@router.get("/{templateId}", summary="Versions of a template", responses=problems(404, 422))
async def get_template(template_id: Id, creditor: EitherCaller, gate: InGate) -> VersionList:
    return await templates.get_template(gate.downstream, creditor.owner, template_id)


@router.post("", status_code=201, summary="Create a template", response_model=TemplateVersion, responses=posts())
async def write_template(body: TemplateWrite, creditor: EitherCaller, gate: InGate, once: PostOnce) -> Response:
    """Placeholders must be declared and declared ones used; what is wrong is 422 with its place."""
    return await once.answer(
        creditor.owner,
        lambda request_id: templates.write_template(gate.downstream, creditor.owner, request_id, body),
        status=201,
    )


@router.post(
    "/{templateId}/versions",
    status_code=201,
    summary="Write a new version",
    response_model=TemplateVersion,
    responses=posts(404),
)
async def write_version(
    template_id: Id, body: VersionWrite, creditor: EitherCaller, gate: InGate, once: PostOnce
) -> Response:
    """Versions are never changed; the one in use stays until another is activated."""
    return await once.answer(
        creditor.owner,
        lambda request_id: templates.write_version(gate.downstream, creditor.owner, request_id, template_id, body),
        status=201,
    )


@router.post(
    "/{templateId}/activate", summary="Put a version into use", response_model=VersionList, responses=posts(404)
)
async def activate_version(
    template_id: Id, body: VersionChoice, creditor: EitherCaller, gate: InGate, once: PostOnce
) -> Response:
    return await once.answer(
        creditor.owner, lambda _: templates.activate(gate.downstream, creditor.owner, template_id, body), status=200
    )


@router.post("/{templateId}/preview", summary="Preview a template", response_model=Preview, responses=posts(404))
async def preview_template(
    template_id: Id, body: PreviewOrder, creditor: EitherCaller, gate: InGate, once: PostOnce
) -> Response:
    """Fill a template in; nothing is sent. A missing or unknown variable is 422 and named."""
    return await once.answer(
        creditor.owner, lambda _: templates.preview(gate.downstream, creditor.owner, template_id, body), status=200
    )
