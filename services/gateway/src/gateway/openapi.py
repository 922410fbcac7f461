"""The OpenAPI document, and the page that shows it to people."""

from typing import Any

from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.routing import BaseRoute

from gateway.documentation import page

TITLE = "Fordring partner API"
VERSION = "1.0.0"
_DESCRIPTION = """\
Hand in invoices, follow their cases, fetch payments and settlements.

Send your access token in `X-Api-Key`. JSON is camelCase; amounts are decimals with at most the currency's decimals,
dates are `YYYY-MM-DD`. Errors are problem documents (RFC 9457) with `errors` naming each faulty field. Give every POST
an `Idempotency-Key`: the same key and body give the first answer again (`Idempotent-Replay: true`), the same key with
another body is 422, and while the first is still running 409. After a 503 send the same request again."""

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "What is wrong, where, and what to do (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "availableActions": {
            "type": "array",
            "items": {"type": "string"},
            "description": "With 409 on actions: what the case's state allows.",
        },
    },
    "examples": [
        {
            "type": "about:blank",
            "title": "Unprocessable Entity",
            "status": 422,
            "detail": "1 field must be corrected.",
            "instance": "/api/v1/partner/invoice",
            "errors": [{"field": "invoice.header.dueDate", "message": "must not lie before the invoice date"}],
        }
    ],
}


def describe(routes: list[BaseRoute]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the public routes."""
    document = get_openapi(
        title=TITLE, version=VERSION, openapi_version="3.1.0", description=_DESCRIPTION, routes=routes
    )
    schemas = document["components"]["schemas"]
    schemas["Problem"] = _PROBLEM
    # the items are validated one by one, so the route itself only knows that they are anything
    schemas["InvoiceBulk"]["properties"]["invoices"]["items"] = {"$ref": "#/components/schemas/SalesInvoiceRequest"}
    _document_replays(document)
    return document


def _document_replays(document: dict[str, Any]) -> None:
    header = {
        "Idempotent-Replay": {
            "description": "`true` when this is the first answer again.",
            "schema": {"type": "string", "enum": ["true"]},
        }
    }
    for operations in document["paths"].values():
        for status, response in operations.get("post", {}).get("responses", {}).items():
            if status.startswith("2"):
                response["headers"] = header


def serve_documentation(app: FastAPI) -> None:
    """/openapi.json and /docs; neither loads anything from elsewhere."""
    app.title, app.version = TITLE, VERSION
    built: dict[str, Any] = {}

    def document() -> dict[str, Any]:
        if not built:
            built.update(describe(app.routes))
        return built

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        return JSONResponse(document())

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(page(document()), headers={"Content-Security-Policy": "default-src 'unsafe-inline'"})
