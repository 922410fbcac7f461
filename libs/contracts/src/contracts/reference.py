"""The page that lists every event for people: what it says, who tells whom, and its fields."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from contracts.asyncapi import key_text
from contracts.event import EVENTS, Event
from contracts.schemas import shared_definitions, statement

Schema = dict[str, Any]

INTRODUCTION = """\
# Events

Generated from `libs/contracts` by `python -m contracts.export`; edit the classes, not this page.

Every event is delivered at least once and, within its topic, in order per key; there is no order between topics.
The value on the topic is the event as JSON, its CloudEvents 1.0 attributes are headers. Amounts (`_minor`) are integers in
minor units, `_date` and `as_of` are calendar days, `_at` is an instant in UTC. Unknown fields are to be ignored.
"""

TYPE_NAMES = {"date-time": "instant", "date": "date", "uuid": "uuid"}
LIMIT_SIGNS = {"exclusiveMinimum": ">", "minimum": "≥", "exclusiveMaximum": "<", "maximum": "≤"}


def page() -> str:
    """docs/events.md, whole."""
    events = [EVENTS[topic] for topic in sorted(EVENTS)]
    definitions = shared_definitions(events, ref_template="{model}")
    names = {event.__name__ for event in events}
    parts = sorted(definitions.keys() - names)
    blocks = [
        INTRODUCTION,
        *contents(events, parts),
        *who_says_what(events),
        *(topic_section(event, definitions[event.__name__]) for event in events),
        "## Parts of events\n",
        *(part_section(part, definitions[part]) for part in parts),
    ]
    return "\n".join(blocks)


def contents(events: Iterable[type[Event]], parts: Iterable[str]) -> Iterator[str]:
    yield "## Contents\n"
    yield "- [Who says what](#who-says-what)"
    for event in events:
        yield f"- [{event.topic}](#{anchor(event.topic)}): {statement(event)}"
    yield "- [Parts of events](#parts-of-events): " + ", ".join(f"[{part}](#{anchor(part)})" for part in parts) + "\n"


def who_says_what(events: list[type[Event]]) -> Iterator[str]:
    yield "## Who says what\n"
    yield "| service | says | listens to |"
    yield "|---|---|---|"
    services = {event.producer for event in events} | {name for event in events for name in event.consumers}
    for service in sorted(services):
        said = [linked(event.topic) for event in events if event.producer == service]
        heard = [linked(event.topic) for event in events if service in event.consumers]
        yield f"| {service} | {', '.join(said) or '–'} | {', '.join(heard) or '–'} |"
    yield ""


def topic_section(event: type[Event], schema: Schema) -> str:
    consumers = ", ".join(event.consumers) or "nobody yet"
    lines = [
        f"## {event.topic}\n",
        f"{statement(event)}\n",
        f"- producer: {event.producer}",
        f"- consumers: {consumers}",
        f"- key: {key_text(event)}",
        f"- schema: `{event.schema_urn()}` (class `{event.__name__}`)\n",
        *field_table(schema),
    ]
    return "\n".join(lines) + "\n"


def part_section(name: str, schema: Schema) -> str:
    return "\n".join([f"### {name}\n", f"{schema['description']}\n", *field_table(schema)]) + "\n"


def field_table(schema: Schema) -> Iterator[str]:
    yield "| field | type | description |"
    yield "|---|---|---|"
    required = schema.get("required", [])
    for name, field in schema["properties"].items():
        optional = "" if name in required else f" (default {json.dumps(field.get('default'))})"
        yield f"| `{name}` | {type_text(field)}{optional} | {description_of(field)} |"


def description_of(field: Schema) -> str:
    own = field.get("description")
    inner = [option["description"] for option in field.get("anyOf", []) if "description" in option]
    return str(own or " ".join(inner)).replace("|", "\\|")


def type_text(field: Schema) -> str:
    """A field's type in words that fit a table cell."""
    if "$ref" in field:
        return f"[{field['$ref']}](#{anchor(field['$ref'])})"
    if "anyOf" in field:
        return " or ".join(type_text(option) for option in field["anyOf"])
    if "enum" in field or "const" in field:
        values = field.get("enum") or [field["const"]]
        return "one of " + ", ".join(f"`{value}`" for value in values)
    if field["type"] == "array":
        return f"list of {type_text(field['items'])}"
    if field["type"] == "object":
        return map_text(field)
    limits = [f"{sign} {field[rule]}" for rule, sign in LIMIT_SIGNS.items() if rule in field]
    name = str(TYPE_NAMES.get(field.get("format", ""), field["type"]))
    pattern = f" `{field['pattern']}`" if "pattern" in field and not field.get("format") else ""
    return " ".join([name, *limits]) + pattern.replace("|", "\\|")


def map_text(field: Schema) -> str:
    """A map's type in words: what it holds, and what its keys may be."""
    if "patternProperties" in field:
        [(pattern, value)] = field["patternProperties"].items()
        return f"map of {type_text(value)} by `{pattern}`"
    keys = ", ".join(f"`{key}`" for key in field["propertyNames"]["enum"])
    return f"map of {type_text(field['additionalProperties'])} by {keys}"


def linked(topic: str) -> str:
    return f"[{topic}](#{anchor(topic)})"


def anchor(heading: str) -> str:
    """The fragment under which a Markdown viewer files a heading."""
    return heading.lower().replace(".", "")
