"""The office decides about money in the queue, and a second person about what is above the limit."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Header, Response

from gateway.access import ExactRoute, InGate, OfficeCaller, PostOnce
from gateway.routes.answers import posts, problems
from gateway.schemas.decisions import DecisionRead, MatchByHand, ReasonGiven
from gateway.use_cases import decisions

router = APIRouter(prefix="/api/v1/office", tags=["Office"], route_class=ExactRoute)

Person = Annotated[
    str,
    Header(
        alias="X-User",
        min_length=1,
        max_length=140,
        pattern=r"\S",
        description="Who decides. What is above the limit waits until somebody else approves it.",
    ),
]


@router.post(
    "/unmatched/{lineId}/match",
    status_code=200,
    summary="Match a payment by hand",
    response_model=DecisionRead,
    responses=posts(404),
)
async def match_by_hand(
    lineId: UUID,  # noqa: N803 - the wire's spelling
    body: Annotated[MatchByHand, Body()],
    person: Person,
    owner: OfficeCaller,
    gate: InGate,
    once: PostOnce,
) -> Response:
    """To one claim or several: the shares sum to the payment, or the rest is kept in the queue. What a share exceeds its
    claim by is the debtor's."""
    return await once.answer(
        owner,
        lambda request_id: decisions.match_by_hand(gate.downstream, request_id, person, lineId, body),
        status=200,
    )


@router.post(
    "/unmatched/{lineId}/not-ours",
    status_code=200,
    summary="Mark a payment as not ours",
    response_model=DecisionRead,
    responses=posts(404),
)
async def disown(
    lineId: UUID,  # noqa: N803 - the wire's spelling
    body: Annotated[ReasonGiven, Body()],
    person: Person,
    owner: OfficeCaller,
    gate: InGate,
    once: PostOnce,
) -> Response:
    """It leaves the queue and stays on the account, named as money of somebody else."""
    return await once.answer(
        owner, lambda request_id: decisions.disown(gate.downstream, request_id, person, lineId, body), status=200
    )


@router.get("/decisions", summary="Decisions of the office", responses=problems(422))
async def list_decisions(
    owner: OfficeCaller, gate: InGate, status: Literal["DONE", "PENDING", "DECLINED"] | None = None
) -> list[DecisionRead]:
    """The newest 500; `status=PENDING` are those that wait for a second person."""
    return await decisions.list_decisions(gate.downstream, status)


@router.post(
    "/decisions/{decisionId}/approve",
    status_code=200,
    summary="Approve a decision as the second person",
    response_model=DecisionRead,
    responses=posts(404),
)
async def approve_decision(
    decisionId: UUID,  # noqa: N803 - the wire's spelling
    person: Person,
    owner: OfficeCaller,
    gate: InGate,
    once: PostOnce,
) -> Response:
    """It is done with this. The person who asked may not approve: 409."""
    return await once.answer(
        owner,
        lambda _: decisions.second_word(gate.downstream, decisionId, person, approve=True),
        status=200,
    )


@router.post(
    "/decisions/{decisionId}/decline",
    status_code=200,
    summary="Decline a decision",
    response_model=DecisionRead,
    responses=posts(404),
)
async def decline_decision(
    decisionId: UUID,  # noqa: N803 - the wire's spelling
    person: Person,
    owner: OfficeCaller,
    gate: InGate,
    once: PostOnce,
) -> Response:
    """Nothing is done, and the line or claim is free for another decision."""
    return await once.answer(
        owner,
        lambda _: decisions.second_word(gate.downstream, decisionId, person, approve=False),
        status=200,
    )
