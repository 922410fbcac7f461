"""Collector configurations of a creditor, by the creditor itself or by the office."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Path, Response

from gateway.access import CreditorCaller, ExactRoute, InGate, OfficeCaller, PostOnce
from gateway.routes.answers import posts, problems
from gateway.schemas.collectors import (
    CollectorChange,
    CollectorCreate,
    CollectorFiles,
    CollectorList,
    CollectorRead,
    CollectorToken,
)
from gateway.use_cases import collectors

router = APIRouter(prefix="/api/v1/partner/collector-configurations", tags=["Collectors"], route_class=ExactRoute)
office = APIRouter(
    prefix="/api/v1/office/creditors/{creditorId}/collector-configurations", tags=["Office"], route_class=ExactRoute
)

ConfigurationId = Annotated[UUID, Path(alias="configurationId")]
CreditorId = Annotated[UUID, Path(alias="creditorId")]


@router.get("", summary="List collectors", responses=problems())
async def list_collectors(creditor: CreditorCaller, gate: InGate) -> CollectorList:
    """By ascending priority: the first that is enabled and whose conditions all hold gets a case."""
    return await collectors.list_configurations(gate.downstream, creditor.owner)


@router.post("", status_code=201, summary="Configure a collector", response_model=CollectorRead, responses=posts())
async def create_collector(
    body: Annotated[CollectorCreate, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """For cases whose dunning is exhausted from now on, and for those prepared by hand."""
    return await once.answer(
        creditor.owner,
        lambda request_id: collectors.create(gate.downstream, creditor.owner, request_id, body),
        status=201,
    )


@router.get("/{configurationId}", summary="Retrieve a collector", responses=problems(404, 422))
async def get_collector(configuration_id: ConfigurationId, creditor: CreditorCaller, gate: InGate) -> CollectorRead:
    """With the secret that signs what is sent to it, where it is spoken to over HTTP."""
    return await collectors.read(gate.downstream, creditor.owner, configuration_id)


@router.patch("/{configurationId}", summary="Change a collector", responses=problems(400, 404, 409, 422))
async def change_collector(
    configuration_id: ConfigurationId, body: Annotated[CollectorChange, Body()], creditor: CreditorCaller, gate: InGate
) -> CollectorRead:
    """For cases handed over from now on; those under way keep their terms. 409: read it again first."""
    return await collectors.change(gate.downstream, creditor.owner, configuration_id, body)


@router.delete("/{configurationId}", status_code=204, summary="Delete a collector", responses=problems(404, 409, 422))
async def delete_collector(configuration_id: ConfigurationId, creditor: CreditorCaller, gate: InGate) -> Response:
    """409 while it has cases; disable it instead."""
    await collectors.delete(gate.downstream, creditor.owner, configuration_id)
    return Response(status_code=204)


@router.post(
    "/{configurationId}/token",
    status_code=201,
    summary="Give a collector a token",
    response_model=CollectorToken,
    responses=posts(404),
)
async def give_token(
    configuration_id: ConfigurationId, creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """With it the collector reports on its cases, and does nothing else. A token given before ends at once."""
    return await _give_token(creditor.owner, creditor.owner, configuration_id, gate, once)


@router.get("/{configurationId}/files", summary="Files of a collector", responses=problems(404, 422))
async def list_files(configuration_id: ConfigurationId, creditor: CreditorCaller, gate: InGate) -> CollectorFiles:
    """The files of reports that were picked up, the latest first, each with the lines that were refused."""
    return await collectors.list_files(gate.downstream, creditor.owner, configuration_id)


@office.get("", summary="List a creditor's collectors", responses=problems(422))
async def list_collectors_of(creditor_id: CreditorId, owner: OfficeCaller, gate: InGate) -> CollectorList:
    """By ascending priority."""
    return await collectors.list_configurations(gate.downstream, creditor_id)


@office.post(
    "",
    status_code=201,
    summary="Configure a creditor's collector",
    response_model=CollectorRead,
    responses=posts(404),
)
async def create_collector_of(
    creditor_id: CreditorId, body: Annotated[CollectorCreate, Body()], owner: OfficeCaller, gate: InGate, once: PostOnce
) -> Response:
    """As the creditor itself does it."""
    return await once.answer(
        owner,
        lambda request_id: collectors.create(gate.downstream, creditor_id, request_id, body, by_office=True),
        status=201,
    )


@office.get("/{configurationId}", summary="Retrieve a creditor's collector", responses=problems(404, 422))
async def get_collector_of(
    creditor_id: CreditorId, configuration_id: ConfigurationId, owner: OfficeCaller, gate: InGate
) -> CollectorRead:
    """As the creditor itself sees it."""
    return await collectors.read(gate.downstream, creditor_id, configuration_id)


@office.patch("/{configurationId}", summary="Change a creditor's collector", responses=problems(400, 404, 409, 422))
async def change_collector_of(
    creditor_id: CreditorId,
    configuration_id: ConfigurationId,
    body: Annotated[CollectorChange, Body()],
    owner: OfficeCaller,
    gate: InGate,
) -> CollectorRead:
    """For cases handed over from now on."""
    return await collectors.change(gate.downstream, creditor_id, configuration_id, body)


@office.delete(
    "/{configurationId}", status_code=204, summary="Delete a creditor's collector", responses=problems(404, 409, 422)
)
async def delete_collector_of(
    creditor_id: CreditorId, configuration_id: ConfigurationId, owner: OfficeCaller, gate: InGate
) -> Response:
    """409 while it has cases."""
    await collectors.delete(gate.downstream, creditor_id, configuration_id)
    return Response(status_code=204)


@office.post(
    "/{configurationId}/token",
    status_code=201,
    summary="Give a creditor's collector a token",
    response_model=CollectorToken,
    responses=posts(404),
)
async def give_token_of(
    creditor_id: CreditorId, configuration_id: ConfigurationId, owner: OfficeCaller, gate: InGate, once: PostOnce
) -> Response:
    """A token given before ends at once."""
    return await _give_token(owner, creditor_id, configuration_id, gate, once)


async def _give_token(owner: UUID, creditor_id: UUID, configuration_id: UUID, gate: InGate, once: PostOnce) -> Response:
    def reveal(request_id: UUID, answer: dict[str, Any]) -> dict[str, Any]:
        return answer | {"accessToken": collectors.token_of_request(gate.settings, request_id)}

    return await once.answer(
        owner,
        lambda request_id: collectors.give_token(
            gate.downstream, gate.settings, creditor_id, request_id, configuration_id
        ),
        status=201,
        reveal=reveal,
    )
