"""The problem answers that the documentation promises."""

from typing import Any

_MEANINGS = {
    400: "The body is not JSON.",
    401: "The key is missing, unknown or expired.",
    403: "The key is not for this environment.",
    404: "There is no such thing, or it belongs to somebody else.",
    409: "It conflicts with what is already there.",
    410: "It was kept as long as it may be, and is gone.",
    413: "The body is too large.",
    415: "The file is not of a kind that is taken, or not what its name says.",
    416: "The range lies outside of the document.",
    422: "Fields must be corrected; `errors` names each.",
    429: "Too many requests.",
    503: "A part of the house cannot be reached; send the same request again.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route: these statuses as problem documents, and those that every route may give."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    every = sorted({401, 429, 503, *statuses})
    return {status: {"description": _MEANINGS[status], "content": content} for status in every}


def posts(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Like `problems`, with what only a body can get wrong."""
    return problems(400, 409, 413, 422, *statuses)
