"""Message templates, asked of communication."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from gateway.downstream import Downstream
from gateway.schemas.templates import (
    Preview,
    PreviewOrder,
    TemplateList,
    TemplateListed,
    TemplateVersion,
    TemplateWrite,
    VersionChoice,
    VersionList,
    VersionWrite,
)

_PATH = "/internal/templates"


async def list_templates(downstream: Downstream, creditor_id: UUID, language: str) -> TemplateList:
    found = await downstream.get("communication", _PATH, creditor_id, {"language": language})
    return TemplateList(templates=[_listed(one) for one in found])


async def get_template(downstream: Downstream, creditor_id: UUID, template_id: str) -> VersionList:
    found = await downstream.get("communication", f"{_PATH}/{template_id}", creditor_id)
    return _versions(found)


async def write_template(
    downstream: Downstream, creditor_id: UUID, request_id: UUID, body: TemplateWrite
) -> TemplateVersion:
    return await _write(downstream, creditor_id, request_id, _PATH, body)


async def write_version(
    downstream: Downstream, creditor_id: UUID, request_id: UUID, template_id: str, body: VersionWrite
) -> TemplateVersion:
    return await _write(downstream, creditor_id, request_id, f"{_PATH}/{template_id}/versions", body)


async def activate(downstream: Downstream, creditor_id: UUID, template_id: str, choice: VersionChoice) -> VersionList:
    path = f"{_PATH}/{template_id}/activation"
    return _versions(await downstream.post("communication", path, creditor_id, choice.model_dump()))


async def preview(downstream: Downstream, creditor_id: UUID, template_id: str, order: PreviewOrder) -> Preview:
    path = f"{_PATH}/{template_id}/preview"
    told = await downstream.post("communication", path, creditor_id, order.model_dump(mode="json"))
    return Preview.model_validate(told)


async def _write(
    downstream: Downstream, creditor_id: UUID, request_id: UUID, path: str, body: VersionWrite
) -> TemplateVersion:
    values = body.model_dump(mode="json") | {"request_id": str(request_id)}
    return TemplateVersion.model_validate(await downstream.post("communication", path, creditor_id, values))


def _versions(found: Any) -> VersionList:
    return VersionList(versions=[TemplateVersion.model_validate(one) for one in found])


def _listed(one: Mapping[str, Any]) -> TemplateListed:
    return TemplateListed.model_validate({**one, "variables": [variable["name"] for variable in one["variables"]]})
