"""The JSON Schema of what stands on a topic, and the fields its partition key is made of."""

import inspect
from collections.abc import Iterable
from typing import Any, cast

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from contracts.event import EVENTS, Event

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class WireSchema(GenerateJsonSchema):
    """JSON Schema 2020-12 of what producers write, without a title repeating each field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema_of(event_class: type[Event]) -> Schema:
    """One event's schema, complete in itself; `$id` is the name the envelope carries as `dataschema`."""
    body = event_class.model_json_schema(schema_generator=WireSchema, mode="serialization")
    return {
        "$schema": DIALECT,
        "$id": event_class.schema_urn(),
        "x-topic": event_class.topic,
        "x-key": list(key_fields(event_class)),
        **with_envelope_required(body),
    }


def schemas() -> dict[str, Schema]:
    """Every event's schema by topic."""
    return {topic: schema_of(EVENTS[topic]) for topic in sorted(EVENTS)}


def statement(event_class: type[Event]) -> str:
    """What an event says, as its own docstring puts it."""
    assert "__doc__" in vars(event_class), (
        f"{event_class.__name__} needs a docstring: it is the definition others rely on"
    )
    return inspect.cleandoc(str(event_class.__doc__))


def shared_definitions(event_classes: Iterable[type[Event]], ref_template: str) -> dict[str, Schema]:
    """Every event and every part of one by class name, for a document that holds them all."""
    mode: JsonSchemaMode = "serialization"
    _, document = models_json_schema(
        [(event_class, mode) for event_class in event_classes],
        schema_generator=WireSchema,
        ref_template=ref_template,
    )
    definitions = cast("dict[str, Schema]", document["$defs"])
    events = {event_class.__name__ for event_class in event_classes}
    return {
        name: with_envelope_required(definition) if name in events else definition
        for name, definition in definitions.items()
    }


def with_envelope_required(schema: Schema) -> Schema:
    """Id and time have defaults for the producer's convenience only: on the topic they are never missing."""
    return {**schema, "required": ["event_id", "occurred_at", *schema.get("required", [])]}


class KeyProbe:
    """Stands in for an event and notes which fields its key asks for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> None:
        # None is falsy, so a key such as `a or b` goes on to ask for b
        self.asked.append(name)


def key_fields(event_class: type[Event]) -> tuple[str, ...]:
    """The fields the partition key is taken from, the first that has a value; none where the key is constant."""
    probe = KeyProbe()
    read_key = cast("property", event_class.key).fget
    assert read_key is not None, f"{event_class.__name__}.key is not a property"
    read_key(probe)
    return tuple(probe.asked)
