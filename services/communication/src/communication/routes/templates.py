"""What the gateway asks about message templates, for the caller's creditor only."""

from fastapi import APIRouter, status

from communication.domain.templates import Wording, pick_wording
from communication.domain.wording import language_chain, language_of
from communication.queries import templates as template_queries
from communication.schemas.templates import (
    Activation,
    PreviewOrder,
    PreviewRead,
    TemplateCreate,
    TemplateSummary,
    VersionCreate,
    WordingRead,
)
from communication.use_cases import templates
from runtime.database import RequestTransaction
from runtime.tokens import ServiceCaller

router = APIRouter(prefix="/internal/templates")


@router.get("")
async def list_templates(
    caller: ServiceCaller, session: RequestTransaction, language: str = "en"
) -> list[TemplateSummary]:
    """The templates in use, each in the nearest language; a creditor's own hides the house's of the same id."""
    rows = await template_queries.list_versions(session, caller.creditor())
    own: dict[str, list[Wording]] = {}
    for row in rows:
        if row.status == "ACTIVE":
            own.setdefault(row.template_id, []).append(template_queries.to_wording(row))
    in_use = {**templates.house_templates(), **own}
    summaries: list[TemplateSummary] = []
    for template_id in sorted(in_use):
        wording = pick_wording(in_use[template_id], language_chain(language))
        assert wording is not None
        languages = [one.language for one in in_use[template_id]]
        summaries.append(TemplateSummary(**WordingRead.of(wording, "ACTIVE").model_dump(), languages=languages))
    return summaries


@router.get("/{template_id}")
async def get_template(template_id: str, caller: ServiceCaller, session: RequestTransaction) -> list[WordingRead]:
    """Every version in every language; the house's own where the creditor has none."""
    rows = await template_queries.list_versions(session, caller.creditor(), template_id)
    if rows:
        return [WordingRead.of(template_queries.to_wording(row), row.status) for row in rows]
    if house := templates.house_wordings(template_id):
        return [WordingRead.of(wording, "ACTIVE") for wording in house]
    raise templates.unknown_template(template_id)


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_template(body: TemplateCreate, caller: ServiceCaller, session: RequestTransaction) -> WordingRead:
    return await _write(session, caller, body.template_id, body, new=True)


@router.post("/{template_id}/versions", status_code=status.HTTP_201_CREATED)
async def add_version(
    template_id: str, body: VersionCreate, caller: ServiceCaller, session: RequestTransaction
) -> WordingRead:
    return await _write(session, caller, template_id, body, new=False)


@router.post("/{template_id}/activation")
async def activate_version(
    template_id: str, body: Activation, caller: ServiceCaller, session: RequestTransaction
) -> list[WordingRead]:
    creditor_id = caller.creditor()
    await templates.activate(session, creditor_id, template_id, language_of(body.language), body.version)
    rows = await template_queries.list_versions(session, creditor_id, template_id)
    return [WordingRead.of(template_queries.to_wording(row), row.status) for row in rows]


@router.post("/{template_id}/preview")
async def preview_template(
    template_id: str, body: PreviewOrder, caller: ServiceCaller, session: RequestTransaction
) -> PreviewRead:
    """The filled template; nothing is sent."""
    creditor_id = caller.creditor()
    return PreviewRead.of(
        await templates.preview(session, creditor_id, template_id, body.language, body.version, body.variables)
    )


async def _write(
    session: RequestTransaction, caller: ServiceCaller, template_id: str, body: VersionCreate, *, new: bool
) -> WordingRead:
    creditor_id = caller.creditor()
    written = await templates.add_version(session, creditor_id, body.request_id, body.to_wording(template_id), new=new)
    if body.activate:
        await templates.activate(session, creditor_id, template_id, written.language, written.version)
    return WordingRead.of(written, "ACTIVE" if body.activate else "DRAFT")
