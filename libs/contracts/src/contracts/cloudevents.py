"""How an event travels: CloudEvents 1.0 in binary mode, attributes as Kafka headers, the event alone as value."""

import re
from datetime import UTC
from functools import lru_cache

from contracts.event import Event

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"
TYPE_PREFIX = "fordring."

NOT_IN_A_URI = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]")


def headers(event: Event, source: str) -> list[tuple[str, bytes]]:
    """The Kafka headers of `event`, said by `source` (a URI reference, for example `/payment-control`)."""
    occurred_at = event.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return [
        *_headers_of_class(type(event), source),
        ("ce_id", str(event.event_id).encode()),
        ("ce_time", occurred_at.encode()),
    ]


def event_type(event_class: type[Event]) -> str:
    """The CloudEvents attribute `type` of every event of a class."""
    return TYPE_PREFIX + event_class.topic


@lru_cache(maxsize=1024)
def _headers_of_class(event_class: type[Event], source: str) -> tuple[tuple[str, bytes], ...]:
    if not source or NOT_IN_A_URI.search(source):
        raise ValueError(f"{source!r} is not a CloudEvents source: give a URI reference such as /payment-control")
    return (
        ("ce_specversion", SPEC_VERSION.encode()),
        ("ce_type", event_type(event_class).encode()),
        ("ce_source", source.encode()),
        ("ce_dataschema", event_class.schema_urn().encode()),
        ("content-type", CONTENT_TYPE.encode()),
    )
