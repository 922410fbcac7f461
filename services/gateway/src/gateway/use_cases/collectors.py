"""Collectors: configured by the creditor or the office, known by a token, heard about their cases."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from pydantic.alias_generators import to_camel

from gateway.downstream import Downstream
from gateway.schemas.collectors import (
    AmountCollected,
    CaseCollector,
    CollectedAmount,
    CollectorChange,
    CollectorConditions,
    CollectorConditionsRead,
    CollectorCreate,
    CollectorFiles,
    CollectorList,
    CollectorRead,
    CollectorReportRead,
    CollectorToken,
)
from gateway.schemas.wire import Faults, major
from gateway.settings import Settings
from gateway.use_cases.tokens import hash_of, unauthorized
from runtime.problems import Problem

_PATH = "/internal/collector-configurations"
_NULLABLE = frozenset({"free_withdrawal_days", "processing_days"})


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports: a collector of a creditor, or (without both) the office."""

    owner: UUID
    creditor_id: UUID | None = None
    collector: str | None = None


def token_of_request(settings: Settings, request_id: UUID) -> str:
    """The token made by one request: a replay tells it again, though it is stored nowhere."""
    secret = settings.service_secret.get_secret_value().encode()
    digest = hmac.new(secret, b"collector-token:" + request_id.bytes, hashlib.sha256).hexdigest()
    return f"frd_collector_{digest}"


async def recognise(downstream: Downstream, token: str | None) -> Reporter:
    """The collector that holds the token; 401 when nobody does."""
    if not token:
        raise unauthorized("Send the collector's token, or the office's, in the X-Api-Key header.")
    try:
        asked = {"token_hash": hash_of(token)}
        found = await downstream.post("lifecycle", "/internal/collector-tokens/recognised", None, asked)
    except Problem as problem:
        if problem.status == 404:
            raise unauthorized("The collector's token is not valid; ask the creditor for the newer one.") from problem
        raise
    return Reporter(UUID(found["configuration_id"]), UUID(found["creditor_id"]), found["collector"])


async def list_configurations(downstream: Downstream, creditor_id: UUID) -> CollectorList:
    found = await downstream.get("lifecycle", _PATH, creditor_id)
    return CollectorList(configurations=[_read(one) for one in found["items"]])


async def create(
    downstream: Downstream, creditor_id: UUID, request_id: UUID, body: CollectorCreate, *, by_office: bool = False
) -> CollectorRead:
    """Repeated with the same request id it is the same configuration."""
    faults = Faults()
    order = body.model_dump(mode="json", exclude={"conditions"}) | {
        "configuration_id": str(uuid5(request_id, "collector")),
        "conditions": _conditions(body.conditions, faults),
    }
    faults.raise_if_any()
    params = {"must_be_known": True} if by_office else None
    return _read((await downstream.call("lifecycle", "POST", _PATH, creditor_id, params=params, body=order)).json())


async def read(downstream: Downstream, creditor_id: UUID, configuration_id: UUID) -> CollectorRead:
    return _read(await downstream.get("lifecycle", f"{_PATH}/{configuration_id}", creditor_id))


async def change(
    downstream: Downstream, creditor_id: UUID, configuration_id: UUID, body: CollectorChange
) -> CollectorRead:
    """409 when somebody changed it since the version that was read."""
    faults = Faults()
    order = body.model_dump(mode="json", exclude_unset=True, exclude={"conditions"})
    for name in [name for name, value in order.items() if value is None and name not in _NULLABLE]:
        faults.add(name, "cannot be null; leave it out to keep it")
    if body.conditions is not None:
        order["conditions"] = _conditions(body.conditions, faults)
    faults.raise_if_any()
    answer = await downstream.call("lifecycle", "PATCH", f"{_PATH}/{configuration_id}", creditor_id, body=order)
    return _read(answer.json())


async def delete(downstream: Downstream, creditor_id: UUID, configuration_id: UUID) -> None:
    await downstream.call("lifecycle", "DELETE", f"{_PATH}/{configuration_id}", creditor_id)


async def give_token(
    downstream: Downstream, settings: Settings, creditor_id: UUID, request_id: UUID, configuration_id: UUID
) -> CollectorToken:
    given = {"token_hash": hash_of(token_of_request(settings, request_id))}
    found = await downstream.post("lifecycle", f"{_PATH}/{configuration_id}/token", creditor_id, given)
    return CollectorToken(configuration_id=configuration_id, collector=found["collector"])


async def list_files(downstream: Downstream, creditor_id: UUID, configuration_id: UUID) -> CollectorFiles:
    found = await downstream.get("lifecycle", f"{_PATH}/{configuration_id}/files", creditor_id)
    return CollectorFiles.model_validate({"files": found["items"]})


async def report(
    downstream: Downstream, reporter: Reporter, case_id: int, report: Mapping[str, Any]
) -> CollectorReportRead:
    """409 where it does not fit what was reported before or the hand-over's state (`availableReports`)."""
    path = f"/internal/cases/{case_id}/collector-reports"
    order = {"collector": reporter.collector, "report": report}
    found = await downstream.post("lifecycle", path, reporter.creditor_id, order)
    return CollectorReportRead.model_validate(found)


async def report_amount(
    downstream: Downstream, reporter: Reporter, case_id: int, body: AmountCollected
) -> CollectorReportRead:
    faults = Faults()
    amount_minor = (
        faults.minor("amount", body.amount, body.currency) if faults.currency("currency", body.currency) else 0
    )
    if amount_minor <= 0 and not faults.errors:
        faults.add("amount", "must be more than zero")
    faults.raise_if_any()
    collected = body.model_dump(mode="json", exclude={"amount"}) | {"kind": "COLLECTED", "amount_minor": amount_minor}
    return await report(downstream, reporter, case_id, collected)


def collector_of_case(handover: Mapping[str, Any]) -> CaseCollector:
    """A hand-over as case details show it."""
    collected = [
        CollectedAmount(
            external_id=one["external_id"],
            amount=major(one["amount_minor"], one["currency"]),
            currency=one["currency"],
            collected_on=one["collected_on"],
        )
        for one in handover["collected"]
    ]
    return CaseCollector.model_validate({**handover, "collected": collected})


def _conditions(conditions: CollectorConditions, faults: Faults) -> dict[str, Any]:
    order = conditions.model_dump(mode="json", exclude={"amount_from", "amount_to"})
    amounts = {"amount_from": conditions.amount_from, "amount_to": conditions.amount_to}
    currency = conditions.currency
    for name, amount in amounts.items():
        if amount is None:
            continue
        if currency is None:
            faults.add("conditions.currency", "is needed where an amount is a condition")
        elif faults.currency("conditions.currency", currency):
            order[f"{name}_minor"] = faults.minor(f"conditions.{to_camel(name)}", amount, currency)
    return order


def _read(found: Mapping[str, Any]) -> CollectorRead:
    stored, currency = found["conditions"], found["conditions"]["currency"]
    amounts = {
        name: None if stored[f"{name}_minor"] is None else major(stored[f"{name}_minor"], currency)
        for name in ("amount_from", "amount_to")
    }
    conditions = CollectorConditionsRead.model_validate({**stored, **amounts})
    return CollectorRead.model_validate({**found, "conditions": conditions})
