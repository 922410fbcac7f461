"""Errors as RFC 9457 problem documents: what is wrong, where, what to do."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException


class Problem(Exception):
    """An answer other than success, as the caller will read it."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = [dict(error) for error in errors]
        self.headers = dict(headers or {})
        self.members = members


def problem_response(problem: Problem, instance: str) -> JSONResponse:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "instance": instance,
    }
    if problem.errors:
        body["errors"] = problem.errors
    return JSONResponse(
        body | problem.members,
        status_code=problem.status,
        headers=problem.headers,
        media_type="application/problem+json",
    )


def install_problems(app: FastAPI, statuses: Mapping[type[Exception], int]) -> None:
    """Answer `statuses`' exceptions, validation errors and HTTP errors as problem documents."""

    async def on_problem(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Problem)
        return problem_response(error, request.url.path)

    async def on_http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return problem_response(Problem(error.status_code, str(error.detail), headers=error.headers), request.url.path)

    async def on_invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return problem_response(invalid(error.errors()), request.url.path)

    async def on_known(request: Request, error: Exception) -> JSONResponse:
        status = next(statuses[kind] for kind in type(error).__mro__ if kind in statuses)
        return problem_response(Problem(status, str(error)), request.url.path)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    for kind in statuses:
        app.add_exception_handler(kind, on_known)


def invalid(errors: Sequence[Any]) -> Problem:
    """A request whose shape is wrong, every faulty field named: 400 for text that is no JSON, else 422."""
    named = [
        {"field": ".".join(str(part) for part in error["loc"] if part != "body") or "body", "message": error["msg"]}
        for error in errors
    ]
    if any(error["type"] == "json_invalid" for error in errors):
        return Problem(400, "The body is not valid JSON.", errors=named)
    count = len(named)
    return Problem(422, f"{count} field{'s' if count > 1 else ''} must be corrected.", errors=named)
