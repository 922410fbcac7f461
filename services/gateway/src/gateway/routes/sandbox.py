"""The test clock."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from gateway.access import ClockCaller, InGate, PostOnce
from gateway.routes.answers import posts, problems
from gateway.schemas.clock import ClockAdvance, ClockRead
from gateway.use_cases import clock

router = APIRouter(prefix="/api/v1/sandbox", tags=["Sandbox"])


@router.get("/clock", summary="Where the test clock is", responses=problems(403, 404, 422))
async def get_clock(
    caller: ClockCaller,
    gate: InGate,
    wait_seconds: Annotated[
        float,
        Query(alias="waitSeconds", ge=0, le=30, description="Answer once it is ready, at the latest after so long."),
    ] = 0,
) -> ClockRead:
    """`ready` once every service has done every day up to the target."""
    return await clock.read_clock(gate.database, gate.driver.ready, wait_seconds)


@router.post(
    "/clock/advance",
    status_code=202,
    summary="Advance the test clock",
    response_model=ClockRead,
    responses=posts(403, 404),
)
async def advance_clock(
    body: Annotated[ClockAdvance, Body(examples=[{"to": "2025-12-31"}])],
    caller: ClockCaller,
    gate: InGate,
    once: PostOnce,
) -> Response:
    """Take the whole house to a later day, day by day; ask `GET /clock?waitSeconds=30` until it is ready."""
    answer = await once.answer(caller, lambda _: clock.advance_clock(gate.database, body.to))
    gate.driver.wake()
    return answer
