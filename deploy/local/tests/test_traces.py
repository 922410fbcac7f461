import gzip

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from fordring.stack.traces import TraceStore, build_app

MS = 1_000_000


def text(key: str, value: str) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(string_value=value))


def of_service(service: str, *spans: Span) -> ResourceSpans:
    return ResourceSpans(
        resource=Resource(attributes=[text("service.name", service)]), scope_spans=[ScopeSpans(spans=spans)]
    )


def a_span(number: int, parent: int | None, name: str, start_ms: int, end_ms: int, trace: int = 1) -> Span:
    return Span(
        trace_id=bytes([trace] * 16),
        span_id=bytes([number] * 8),
        parent_span_id=b"" if parent is None else bytes([parent] * 8),
        name=name,
        start_time_unix_nano=start_ms * MS,
        end_time_unix_nano=end_ms * MS,
    )


def an_export() -> ExportTraceServiceRequest:
    accept = a_span(1, None, "POST /v1/invoices", 0, 20)
    accept.attributes.extend([KeyValue(key="case.id", value=AnyValue(int_value=1001)), text("note", "<script>")])
    open_case = a_span(3, 2, "lifecycle open cases", 60, 100)
    open_case.status.CopyFrom(Status(code=Status.STATUS_CODE_ERROR, message="no such creditor"))
    open_case.links.append(Span.Link(trace_id=bytes([7] * 16), span_id=bytes([7] * 8)))
    # children arrive before their parents, as they do when each service exports for itself
    return ExportTraceServiceRequest(
        resource_spans=[
            of_service("lifecycle", open_case),
            of_service("gateway", accept),
            of_service("intake", a_span(2, 1, "intake register", 10, 50)),
        ]
    )


@pytest.fixture
def store() -> TraceStore:
    return TraceStore()


@pytest.fixture
def pages(store: TraceStore) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(build_app(store)), base_url="http://traces")


async def export(pages: httpx.AsyncClient, request: ExportTraceServiceRequest) -> httpx.Response:
    headers = {"content-type": "application/x-protobuf", "content-encoding": "gzip"}
    return await pages.post("/v1/traces", content=gzip.compress(request.SerializeToString()), headers=headers)


async def test_an_export_becomes_one_waterfall(pages: httpx.AsyncClient) -> None:
    assert (await export(pages, an_export())).status_code == 200

    trace = (await pages.get(f"/api/traces/{'01' * 16}")).json()

    assert (trace["root"], trace["services"]) == ("POST /v1/invoices", ["gateway", "intake", "lifecycle"])
    assert (trace["span_count"], trace["duration_ms"], trace["has_error"]) == (3, 100.0, True)
    assert [(span["depth"], span["name"]) for span in trace["spans"]] == [
        (0, "POST /v1/invoices"),
        (1, "intake register"),
        (2, "lifecycle open cases"),
    ]
    assert trace["links"] == ["07" * 16]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        pytest.param({"attribute": "case.id", "value": "1001"}, 1, id="attribute and value"),
        pytest.param({"attribute": "case.id", "value": "1002"}, 0, id="another value"),
        pytest.param({"attribute": "case.id"}, 1, id="attribute alone"),
        pytest.param({"value": "1001"}, 1, id="value alone"),
        pytest.param({}, 2, id="everything"),
    ],
)
async def test_traces_are_found_by_attribute(pages: httpx.AsyncClient, query: dict[str, str], count: int) -> None:
    await export(pages, an_export())
    other = ExportTraceServiceRequest(resource_spans=[of_service("gateway", a_span(1, None, "GET /", 0, 1, trace=2))])
    await export(pages, other)

    assert (await pages.get("/api/traces", params=query)).json()["count"] == count


async def test_pages_escape_what_a_span_says(pages: httpx.AsyncClient) -> None:
    await export(pages, an_export())

    shown = (await pages.get(f"/trace/{'01' * 16}")).text

    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown
    assert "POST /v1/invoices" in (await pages.get("/")).text


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(b"not protobuf at all", {}, id="no protobuf"),
        pytest.param(b"not gzip", {"content-encoding": "gzip"}, id="no gzip"),
    ],
)
async def test_what_is_no_export_is_refused_and_nothing_is_kept(
    pages: httpx.AsyncClient, store: TraceStore, body: bytes, headers: dict[str, str]
) -> None:
    assert (await pages.post("/v1/traces", content=body, headers=headers)).status_code == 400
    assert not store.traces


def test_the_quietest_traces_go_when_there_are_too_many() -> None:
    store = TraceStore(kept_traces=2)
    for trace in (1, 2, 1, 3):
        span = a_span(trace, None, "x", 0, 1, trace=trace)
        store.add(ExportTraceServiceRequest(resource_spans=[of_service("gateway", span)]))

    assert [trace.trace_id for trace in store.list_latest_first()] == ["03" * 16, "01" * 16]
    assert store.span_count == 2
