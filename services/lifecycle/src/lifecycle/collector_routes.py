"""HTTP in, from the gateway alone: collectors and what they report."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from lifecycle import collector_queries
from lifecycle.collector_schemas import (
    ConfigurationChange,
    ConfigurationCreate,
    ConfigurationList,
    ConfigurationRead,
    FileList,
    FileRead,
    ReportBody,
    ReportRead,
    TokenGiven,
    TokenHolder,
)
from lifecycle.collectors.endpoint import secret_of
from lifecycle.domain.collectors import CollectorConfiguration
from lifecycle.domain.configuring import ConfigurationConflict, ConfigurationRefused
from lifecycle.domain.reports import ReportChanged, ReportForbidden, Taken
from lifecycle.domain.work import WorkRefused
from lifecycle.settings import Settings
from lifecycle.use_cases import collector_configurations
from lifecycle.use_cases.collector_configurations import ConfigurationNotFound, CreditorUnknown
from lifecycle.use_cases.reports import Reporter, take_reports
from lifecycle.use_cases.work import CaseNotFound
from runtime.clock import today
from runtime.database import RequestTransaction
from runtime.problems import Problem
from runtime.tokens import ServiceCaller

router = APIRouter(prefix="/internal")

statuses: dict[type[Exception], int] = {
    ConfigurationNotFound: 404,
    CreditorUnknown: 404,
    ConfigurationConflict: 409,
    CaseNotFound: 404,
    ReportChanged: 409,
}


@router.get("/collector-configurations")
async def list_configurations(
    caller: ServiceCaller, session: RequestTransaction, request: Request
) -> ConfigurationList:
    creditor_id = caller.creditor()
    found = await collector_queries.list_configurations(session, [creditor_id])
    return ConfigurationList(items=[_read(one, request) for one in found.get(creditor_id, ())])


@router.post("/collector-configurations")
async def create_configuration(
    body: ConfigurationCreate,
    caller: ServiceCaller,
    session: RequestTransaction,
    request: Request,
    must_be_known: Annotated[bool, Query()] = False,
) -> ConfigurationRead:
    wanted = body.configuration(caller.creditor())
    try:
        created = await collector_configurations.create(
            session, wanted, _settings(request).collector_endpoints, must_be_known=must_be_known
        )
    except ConfigurationRefused as wrong:
        raise _refused(wrong) from wrong
    return _read(created, request)


@router.get("/collector-configurations/{configuration_id}")
async def get_configuration(
    configuration_id: UUID, caller: ServiceCaller, session: RequestTransaction, request: Request
) -> ConfigurationRead:
    return _read(await collector_configurations.get(session, caller.creditor(), configuration_id), request)


@router.patch("/collector-configurations/{configuration_id}")
async def change_configuration(
    configuration_id: UUID,
    body: ConfigurationChange,
    caller: ServiceCaller,
    session: RequestTransaction,
    request: Request,
) -> ConfigurationRead:
    opened = _settings(request).collector_endpoints
    try:
        changed = await collector_configurations.change(
            session, caller.creditor(), configuration_id, body.version, body.changes(), opened
        )
    except ConfigurationRefused as wrong:
        raise _refused(wrong) from wrong
    return _read(changed, request)


@router.delete("/collector-configurations/{configuration_id}", status_code=204)
async def delete_configuration(configuration_id: UUID, caller: ServiceCaller, session: RequestTransaction) -> None:
    await collector_configurations.delete(session, caller.creditor(), configuration_id)


@router.post("/collector-configurations/{configuration_id}/token")
async def give_token(
    configuration_id: UUID, body: TokenGiven, caller: ServiceCaller, session: RequestTransaction
) -> TokenHolder:
    found = await collector_configurations.give_token(session, caller.creditor(), configuration_id, body.token_hash)
    return _holder(found)


@router.get("/collector-configurations/{configuration_id}/files")
async def list_files(
    configuration_id: UUID,
    caller: ServiceCaller,
    session: RequestTransaction,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> FileList:
    found = await collector_configurations.get(session, caller.creditor(), configuration_id)
    files = await collector_queries.list_files(session, found.creditor_id, found.collector, limit)
    return FileList(items=[FileRead.of(one) for one in files])


@router.post("/collector-tokens/recognised")
async def recognise_token(body: TokenGiven, caller: ServiceCaller, session: RequestTransaction) -> TokenHolder:
    found = await collector_queries.find_by_token(session, body.token_hash)
    if found is None:
        raise Problem(404, "No collector has this token.")
    return _holder(found)


@router.post("/cases/{case_id}/collector-reports")
async def report_on_case(
    case_id: int, body: ReportBody, caller: ServiceCaller, session: RequestTransaction
) -> ReportRead:
    reporter = Reporter(caller.creditor_id, body.collector)
    [answer] = await take_reports(session, reporter, [body.of_case(case_id)], await today(session))
    match answer:
        case Taken():
            return ReportRead.of(answer)
        case ReportForbidden():
            raise Problem(409, str(answer), available_reports=list(answer.allowed))
        case WorkRefused():
            raise Problem(422, str(answer), errors=[{"field": answer.field, "message": answer.message}])
        case _:
            raise answer


def _read(configuration: CollectorConfiguration, request: Request) -> ConfigurationRead:
    own = _settings(request).service_secret.get_secret_value()
    secret = secret_of(own, configuration.configuration_id) if configuration.adapter == "HTTP" else None
    return ConfigurationRead.of(configuration, secret)


def _holder(configuration: CollectorConfiguration) -> TokenHolder:
    return TokenHolder.model_validate(configuration, from_attributes=True)


def _refused(wrong: ConfigurationRefused) -> Problem:
    return Problem(422, str(wrong), errors=[{"field": wrong.field, "message": wrong.message}])


def _settings(request: Request) -> Settings:
    return request.app.state.settings
