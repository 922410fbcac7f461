"""A small trace viewer: takes OTLP over HTTP, keeps the latest traces in memory and draws each as a waterfall.

`python -m fordring.stack.traces --port P`
"""

import argparse
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

import uvicorn
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fordring.stack.pages import page

KEPT_TRACES = 5_000
KEPT_SPANS = 200_000
LARGEST_BODY_BYTES = 32 * 1024 * 1024
LISTED_TRACES = 100
COLOURS = ("#3b7dd8", "#d97a2b", "#3f9d63", "#a45bc2", "#c94f5d", "#2f9aa8", "#8a7a2e", "#6b6fd1", "#7a8793")


@dataclass(frozen=True, slots=True)
class Span:
    """One span; times in nanoseconds since 1970, ids in hexadecimal, `links` are ids of other traces."""

    span_id: str
    parent_id: str
    name: str
    service: str
    kind: str
    start_ns: int
    end_ns: int
    is_error: bool
    message: str
    attributes: dict[str, str]
    links: tuple[str, ...]


@dataclass(slots=True)
class Trace:
    """All spans of one trace that have come in so far."""

    trace_id: str
    spans: dict[str, Span] = field(default_factory=dict[str, Span])

    @property
    def start_ns(self) -> int:
        return min(span.start_ns for span in self.spans.values())

    @property
    def duration_ns(self) -> int:
        return max(span.end_ns for span in self.spans.values()) - self.start_ns

    @property
    def services(self) -> list[str]:
        """In order of their first span."""
        ordered = sorted(self.spans.values(), key=lambda span: span.start_ns)
        return list(dict.fromkeys(span.service for span in ordered))

    @property
    def root(self) -> Span:
        """The span without a parent here that began first."""
        return min(self._tops(), key=lambda span: span.start_ns)

    @property
    def has_error(self) -> bool:
        return any(span.is_error for span in self.spans.values())

    @property
    def links(self) -> list[str]:
        return list(dict.fromkeys(link for span in self.spans.values() for link in span.links))

    def _tops(self) -> list[Span]:
        return [span for span in self.spans.values() if span.parent_id not in self.spans] or [*self.spans.values()]

    def in_order(self) -> Iterator[tuple[int, Span]]:
        """Depth and span, parents before children, siblings by start."""
        children: dict[str, list[Span]] = {}
        for span in self.spans.values():
            children.setdefault(span.parent_id, []).append(span)
        waiting = [(0, span) for span in sorted(self._tops(), key=lambda span: -span.start_ns)]
        seen: set[str] = set()
        while waiting:
            depth, span = waiting.pop()
            if span.span_id in seen:
                continue
            seen.add(span.span_id)
            yield depth, span
            below = sorted(children.get(span.span_id, []), key=lambda child: -child.start_ns)
            waiting += [(depth + 1, child) for child in below]

    def as_json(self) -> dict[str, object]:
        return {
            "trace_id": self.trace_id,
            "root": self.root.name,
            "services": self.services,
            "span_count": len(self.spans),
            "start_ns": self.start_ns,
            "duration_ms": round(self.duration_ns / 1e6, 3),
            "has_error": self.has_error,
            "links": self.links,
            "spans": [asdict(span) | {"depth": depth} for depth, span in self.in_order()],
        }

    def summary(self) -> dict[str, object]:
        return {name: value for name, value in self.as_json().items() if name != "spans"}


@dataclass(slots=True)
class TraceStore:
    """The latest traces; those that were quiet longest go first. `received` counts all spans ever."""

    kept_traces: int = KEPT_TRACES
    kept_spans: int = KEPT_SPANS
    traces: OrderedDict[str, Trace] = field(default_factory=OrderedDict[str, Trace])
    span_count: int = 0
    received: int = 0

    def add(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            service = _attributes(resource.resource.attributes).get("service.name", "unknown")
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self._add_span(span.trace_id.hex(), read_span(span, service))
        while self.traces and (len(self.traces) > self.kept_traces or self.span_count > self.kept_spans):
            _, oldest = self.traces.popitem(last=False)
            self.span_count -= len(oldest.spans)

    def _add_span(self, trace_id: str, span: Span) -> None:
        trace = self.traces.setdefault(trace_id, Trace(trace_id))
        self.traces.move_to_end(trace_id)
        self.received += 1
        self.span_count += span.span_id not in trace.spans
        trace.spans[span.span_id] = span

    def list_latest_first(self, attribute: str = "", value: str = "") -> list[Trace]:
        """All traces; with `attribute` those where a span has it, with `value` too those where it is equal.

        A value alone matches any attribute.
        """
        attribute, value = attribute.strip(), value.strip()
        latest = reversed(self.traces.values())
        if not attribute and not value:
            return list(latest)
        return [trace for trace in latest if any(_matches(span, attribute, value) for span in trace.spans.values())]


def _matches(span: Span, attribute: str, value: str) -> bool:
    if attribute:
        return attribute in span.attributes and (not value or span.attributes[attribute] == value)
    return value in span.attributes.values()


def read_span(span: WireSpan, service: str) -> Span:
    """Take from the wire what the pages show."""
    return Span(
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        name=span.name,
        service=service,
        kind=WireSpan.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        start_ns=span.start_time_unix_nano,
        end_ns=max(span.end_time_unix_nano, span.start_time_unix_nano),
        is_error=span.status.code == Status.STATUS_CODE_ERROR,
        message=span.status.message,
        attributes=_attributes(span.attributes) | _events(span),
        links=tuple(link.trace_id.hex() for link in span.links),
    )


def _events(span: WireSpan) -> dict[str, str]:
    """Recorded exceptions and the like, shown among the attributes."""
    return {
        f"event {number} {event.name}": "; ".join(
            f"{key}={value}" for key, value in _attributes(event.attributes).items()
        )
        for number, event in enumerate(span.events, 1)
    }


def _attributes(pairs: Sequence[KeyValue]) -> dict[str, str]:
    return {pair.key: _text(pair.value) for pair in pairs}


def _text(value: AnyValue) -> str:
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value
        case "int_value":
            return str(value.int_value)
        case "bool_value":
            return "true" if value.bool_value else "false"
        case "double_value":
            return repr(value.double_value)
        case "array_value":
            return ", ".join(_text(item) for item in value.array_value.values)
        case "kvlist_value":
            return ", ".join(f"{pair.key}={_text(pair.value)}" for pair in value.kvlist_value.values)
        case "bytes_value":
            return value.bytes_value.hex()
        case _:
            return ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the waterfall; `left` and `width` in percent of the whole trace."""

    span: Span
    depth: int
    colour: str
    left: float
    width: float
    duration: str


def draw(trace: Trace) -> list[Bar]:
    """The waterfall of a trace."""
    colour = {service: COLOURS[index % len(COLOURS)] for index, service in enumerate(trace.services)}
    start, whole = trace.start_ns, max(trace.duration_ns, 1)
    return [
        Bar(
            span=span,
            depth=depth,
            colour=colour[span.service],
            left=round(min(100 * (span.start_ns - start) / whole, 99.7), 3),
            width=round(max(100 * (span.end_ns - span.start_ns) / whole, 0.3), 3),
            duration=duration_text(span.end_ns - span.start_ns),
        )
        for depth, span in trace.in_order()
    ]


def duration_text(nanoseconds: int) -> str:
    if nanoseconds < 1_000_000:
        return f"{nanoseconds / 1e3:.0f} µs"
    return f"{nanoseconds / 1e6:.1f} ms" if nanoseconds < 1_000_000_000 else f"{nanoseconds / 1e9:.2f} s"


async def read_body(request: Request) -> bytes:
    """The body, unpacked, at most 32 MB of it."""
    body = await request.body()
    if request.headers.get("content-encoding") == "gzip":
        try:
            unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
            body = unpacker.decompress(body, LARGEST_BODY_BYTES)
        except zlib.error as error:
            raise HTTPException(400, f"The body is not gzip: {error}") from error
        if unpacker.unconsumed_tail:
            raise HTTPException(413, "More than 32 MB of spans in one request.")
    return body


def build_app(store: TraceStore) -> Starlette:
    """The receiver, the pages and the JSON of one store."""

    def of_request(request: Request) -> Trace:
        trace = store.traces.get(request.path_params["trace_id"])
        if trace is None:
            raise HTTPException(404, "No such trace, or it was too old to be kept.")
        return trace

    def searched(request: Request) -> list[Trace]:
        return store.list_latest_first(request.query_params.get("attribute", ""), request.query_params.get("value", ""))

    async def receive(request: Request) -> Response:
        try:
            store.add(ExportTraceServiceRequest.FromString(await read_body(request)))
        except DecodeError as error:
            raise HTTPException(400, f"The body is not an OTLP trace export: {error}") from error
        answer = ExportTraceServiceResponse().SerializeToString()
        return Response(answer, media_type="application/x-protobuf")

    async def show_list(request: Request) -> Response:
        found = searched(request)
        return page(
            "traces.html",
            traces=found[:LISTED_TRACES],
            found=len(found),
            received=store.received,
            attribute=request.query_params.get("attribute", ""),
            value=request.query_params.get("value", ""),
            duration_text=duration_text,
        )

    async def show_trace(request: Request) -> Response:
        trace = of_request(request)
        bars = draw(trace)
        legend = {bar.span.service: bar.colour for bar in bars}
        return page("trace.html", trace=trace, bars=bars, legend=legend, duration=duration_text(trace.duration_ns))

    async def list_json(request: Request) -> Response:
        found = searched(request)
        return JSONResponse({"count": len(found), "traces": [trace.summary() for trace in found[:LISTED_TRACES]]})

    async def get_json(request: Request) -> Response:
        return JSONResponse(of_request(request).as_json())

    async def ready(request: Request) -> Response:
        return JSONResponse({"status": "ready"})

    return Starlette(
        routes=[
            Route("/v1/traces", receive, methods=["POST"]),
            Route("/", show_list),
            Route("/trace/{trace_id}", show_trace),
            Route("/api/traces", list_json),
            Route("/api/traces/{trace_id}", get_json),
            Route("/health/ready", ready),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Receive traces and show them.")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    uvicorn.run(build_app(TraceStore()), host="127.0.0.1", port=arguments.port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
