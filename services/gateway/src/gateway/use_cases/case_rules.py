"""Policies of one debtor or case, and limitation: judged and kept by lifecycle."""

from typing import Any
from uuid import UUID

from gateway.downstream import Downstream
from gateway.schemas.case_rules import (
    InterruptionCreate,
    LimitationRead,
    PolicyOverride,
    PolicyOverrideRead,
    PolicyOverrideVersion,
)
from gateway.schemas.case_work import CaseState
from gateway.schemas.wire import Faults
from gateway.use_cases.agreements import policy_order, spelled_policy
from gateway.use_cases.case_work import do_work


async def set_policy(downstream: Downstream, creditor_id: UUID, place: str, body: PolicyOverride) -> PolicyOverrideRead:
    """`place` is the case or debtor; a refusal names field, rule, row and source of every fault."""
    order: dict[str, Any] = {"comment": body.comment}
    if body.policy is None:
        order["policy_code"] = body.policy_code
    else:
        faults = Faults()
        order["policy"] = policy_order(body.policy, "policy", faults)
        faults.raise_if_any()
    return _read((await downstream.call("lifecycle", "PUT", _path(place), creditor_id, body=order)).json())


async def read_policy(downstream: Downstream, creditor_id: UUID, place: str) -> PolicyOverrideRead:
    return _read(await downstream.get("lifecycle", _path(place), creditor_id))


async def remove_policy(downstream: Downstream, creditor_id: UUID, place: str, comment: str) -> PolicyOverrideRead:
    params = {"comment": comment}
    return _read((await downstream.call("lifecycle", "DELETE", _path(place), creditor_id, params=params)).json())


async def read_limitation(downstream: Downstream, creditor_id: UUID, case_id: int) -> LimitationRead:
    found = await downstream.get("lifecycle", f"/internal/cases/{case_id}/limitation", creditor_id)
    return LimitationRead.model_validate(found)


async def record_interruption(
    downstream: Downstream, creditor_id: UUID, case_id: int, body: InterruptionCreate
) -> CaseState:
    order = body.model_dump(mode="json")
    return await do_work(downstream, creditor_id, case_id, "limitation/interruptions", order)


def _path(place: str) -> str:
    return f"/internal/{place}/policy"


def _read(found: dict[str, Any]) -> PolicyOverrideRead:
    return PolicyOverrideRead(
        in_force=_version(found["in_force"]) if found["in_force"] else None,
        versions=[_version(one) for one in found["versions"]],
    )


def _version(told: dict[str, Any]) -> PolicyOverrideVersion:
    policy = spelled_policy(told["policy"]) if told["policy"] else None
    return PolicyOverrideVersion(
        version=told["version"], policy=policy, comment=told["comment"], set_date=told["set_date"]
    )
