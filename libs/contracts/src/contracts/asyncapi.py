"""The house's topics as one AsyncAPI 3.0.0 document: who says what, who listens, and how it looks on the wire."""

from collections.abc import Iterator
from typing import Any

from contracts.cloudevents import CONTENT_TYPE, SPEC_VERSION, event_type
from contracts.event import EVENTS, Event
from contracts.schemas import key_fields, shared_definitions, statement

Node = dict[str, Any]

KAFKA_BINDING = "0.5.0"
ENVELOPE = "CloudEvent"


def document() -> Node:
    """Channels are topics; every service has one operation per topic that it says or listens to."""
    events = [EVENTS[topic] for topic in sorted(EVENTS)]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Fordring events",
            "version": "1.0.0",
            "description": "Every fact the services tell each other. At least once, in order per topic and key.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {event.topic: channel(event) for event in events},
        "operations": dict(operation for event in events for operation in operations(event)),
        "components": {
            "messages": {event.__name__: message(event) for event in events},
            "schemas": {
                ENVELOPE: envelope(),
                **shared_definitions(events, ref_template="#/components/schemas/{model}"),
            },
        },
    }


def channel(event: type[Event]) -> Node:
    """A topic with the one message it carries."""
    return {
        "address": event.topic,
        "description": statement(event),
        "messages": {event.__name__: {"$ref": f"#/components/messages/{event.__name__}"}},
    }


def operations(event: type[Event]) -> Iterator[tuple[str, Node]]:
    """One send by the producer, one receive for each consumer."""
    for action, service in (("send", event.producer), *(("receive", service) for service in event.consumers)):
        yield (
            f"{service}.{action}.{event.topic}",
            {
                "action": action,
                "channel": {"$ref": f"#/channels/{event.topic}"},
                "messages": [{"$ref": f"#/channels/{event.topic}/messages/{event.__name__}"}],
                "tags": [{"name": service}],
            },
        )


def message(event: type[Event]) -> Node:
    """The value is the event alone; its CloudEvents attributes are headers, its partition key is the record's key."""
    own_attributes = {
        "ce_type": {"type": "string", "const": event_type(event)},
        "ce_dataschema": {"type": "string", "const": event.schema_urn()},
    }
    return {
        "name": event_type(event),
        "title": event.__name__,
        "summary": statement(event),
        "contentType": CONTENT_TYPE,
        "headers": {
            "type": "object",
            "allOf": [{"$ref": f"#/components/schemas/{ENVELOPE}"}, {"type": "object", "properties": own_attributes}],
        },
        "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
        "bindings": {
            "kafka": {"key": {"type": "string", "description": key_text(event)}, "bindingVersion": KAFKA_BINDING}
        },
    }


def envelope() -> Node:
    """The headers every message carries."""
    attributes: Node = {
        "ce_specversion": {"type": "string", "const": SPEC_VERSION},
        "ce_id": {"type": "string", "format": "uuid", "description": "The payload's event_id."},
        "ce_source": {"type": "string", "format": "uri-reference", "minLength": 1, "description": "The producer."},
        "ce_type": {"type": "string"},
        "ce_time": {"type": "string", "format": "date-time", "description": "The payload's occurred_at, UTC."},
        "ce_dataschema": {"type": "string", "format": "uri", "description": "Name and version of the contract."},
        "content-type": {"type": "string", "const": CONTENT_TYPE},
    }
    return {
        "type": "object",
        "description": "CloudEvents 1.0, binary mode for Kafka.",
        "required": list(attributes),
        "properties": attributes,
    }


def key_text(event: type[Event]) -> str:
    """The partition key in words."""
    fields = key_fields(event)
    if not fields:
        return "A constant: all messages of the topic are in one order."
    first, *others = fields
    return first + "".join(f", or {other} where that is missing or null" for other in others)
