"""Traces and logs. Ids and amounts only: never a debtor's name, address, national id or message body."""

import logging
import re
from collections.abc import Mapping
from typing import Any

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagate import extract, inject
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, Status, StatusCode
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.settings import ServiceSettings

SPAN_ATTRIBUTES = {
    "case_id": "case.id",
    "creditor_id": "creditor.id",
    "claim_id": "claim.id",
    "invoice_id": "invoice.id",
    "payment_id": "payment.id",
    "settlement_id": "settlement.id",
    "payout_id": "payout.id",
    "message_id": "message.id",
    "level": "dunning.level",
}
"""Field of an event -> span attribute. The only facts of the domain that a trace may hold."""

_ROW_DETAILS = re.compile(
    r"\\nDETAIL:[^\n]*|\nDETAIL:.*?(?=\n\[SQL:|\n\n(?:The above exception|During handling)|\Z)", re.DOTALL
)
"""As an error is written in one line, and as a traceback ends."""

tracer = trace.get_tracer("fordring")


class DiscreetFormatter(logging.Formatter):
    """Leaves out what PostgreSQL tells of the row that failed: it quotes names and addresses."""

    def format(self, record: logging.LogRecord) -> str:
        return _ROW_DETAILS.sub("", super().format(record))


def start_telemetry(service: str, settings: ServiceSettings) -> TracerProvider | None:
    """Send spans to the OTLP endpoint of the settings; without one, record none."""
    handler = logging.StreamHandler()
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=settings.log_level, handlers=[handler])
    # httpx logs whole addresses at INFO, aiokafka each group join
    for noisy in ("httpx", "aiokafka", "httpcore", "faststream"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    if settings.otel_exporter_otlp_endpoint is None:
        return None
    provider = TracerProvider(
        resource=Resource.create({"service.name": service}),
        sampler=ParentBased(TraceIdRatioBased(settings.trace_sample_ratio)),
    )
    endpoint = settings.otel_exporter_otlp_endpoint.rstrip("/") + "/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint), schedule_delay_millis=1000))
    trace.set_tracer_provider(provider)
    return provider


def attributes_of(fact: object) -> dict[str, str | int]:
    """The span attributes of an event or row, by the names of `SPAN_ATTRIBUTES`."""
    found: dict[str, str | int] = {}
    for field, attribute in SPAN_ATTRIBUTES.items():
        value = getattr(fact, field, None)
        if value is not None:
            found[attribute] = value if isinstance(value, int) else str(value)
    return found


def current_traceparent() -> str | None:
    """W3C traceparent of the current span, or None outside of any."""
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent")


def context_of(traceparent: str | None) -> Context:
    """The context to start a span in so that it continues the trace of `traceparent`."""
    return extract({"traceparent": traceparent}, context=Context()) if traceparent else Context()


def is_sampled(traceparent: str | None) -> bool:
    """Whether the lowest bit of the trace flags is set; other bits may be too (W3C Trace Context)."""
    return traceparent is not None and int(traceparent[-2:], 16) & 1 == 1


class TraceRequests:
    """ASGI middleware: one server span per request, in the caller's trace. Health and progress calls have none."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(("/health", "/internal/progress")):
            await self.app(scope, receive, send)
            return
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        with tracer.start_as_current_span(
            f"{scope['method']} {scope['path']}", context=extract(headers), kind=SpanKind.SERVER
        ) as span:

            async def send_and_note(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self._note(span, scope, message["status"])
                await send(message)

            await self.app(scope, receive, send_and_note)

    @staticmethod
    def _note(span: trace.Span, scope: Scope, status: int) -> None:
        route: Any = scope.get("route")
        if route is not None:
            span.update_name(f"{scope['method']} {route.path}")
        span.set_attribute("http.response.status_code", status)
        if status >= 500:
            span.set_status(Status(StatusCode.ERROR))


def trace_headers() -> Mapping[str, str]:
    """Headers that carry the current trace to the next service."""
    carrier: dict[str, str] = {}
    inject(carrier, context=otel_context.get_current())
    return carrier
