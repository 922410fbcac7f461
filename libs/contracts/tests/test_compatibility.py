"""Which changes of a contract break others; and the contracts of today against those of the last release."""

from copy import deepcopy
from typing import Any

import pytest

from contracts.compatibility import breaking_changes, broken_promises, next_topic
from contracts.export import released_schemas
from contracts.schemas import schemas

Schema = dict[str, Any]

OLD: Schema = {
    "type": "object",
    "x-key": ["case_id"],
    "$defs": {
        "Line": {
            "title": "Line",
            "type": "object",
            "properties": {
                "text": {"type": "string"},
                "net_minor": {"type": "integer"},
                "next": {"$ref": "#/$defs/Line"},
            },
            "required": ["text", "net_minor"],
        },
        "Fee": {"title": "Fee", "type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"]},
    },
    "properties": {
        "case_id": {"type": "integer", "exclusiveMinimum": 0},
        "due_date": {"type": "string", "format": "date"},
        "stage": {"type": "string", "enum": ["INVOICED", "OVERDUE"]},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}, "maxItems": 100},
        "reason": {"anyOf": [{"type": "string", "maxLength": 50}, {"type": "null"}], "default": None},
        "accounts": {"type": "object", "patternProperties": {"^[A-Z]{3}$": {"type": "string"}}},
        "basis": {"anyOf": [{"$ref": "#/$defs/Line"}, {"$ref": "#/$defs/Fee"}]},
        "accrue": {"type": "boolean", "default": True},
        "pair": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]},
    },
    "required": ["case_id", "due_date", "stage", "lines", "accounts", "basis", "pair"],
}


def changed(path: str, value: Any) -> Schema:
    """OLD with `value` at a path of keys separated by slashes; None removes what is there."""
    schema = deepcopy(OLD)
    *way, last = [step.replace("~", "/") for step in path.split("/")]
    place: Any = schema
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return schema


def without(*names: str) -> Schema:
    schema = deepcopy(OLD)
    for name in names:
        del schema["properties"][name]
    schema["required"] = [name for name in schema["required"] if name not in names]
    return schema


REQUIRED: list[str] = OLD["required"]
LINE = "$defs/Line"

BREAKING = [
    pytest.param(without("due_date"), "field due_date was removed", id="a field is removed"),
    pytest.param(without("reason"), "field reason was removed", id="an optional field is removed"),
    pytest.param(changed("properties/due_date/format", "date-time"), "field due_date changed its format from date to date-time", id="a date becomes an instant"),
    pytest.param(changed("properties/case_id/type", "string"), "field case_id changed its type from integer to string", id="a number becomes text"),
    pytest.param(changed("properties/case_id", {"type": "number"}), "field case_id changed its type from integer to number", id="a whole number may become a fraction"),
    pytest.param(changed("properties/case_id/exclusiveMinimum", 10), "field case_id has a higher lower limit: 10 itself excluded", id="a lower limit rises"),
    pytest.param(changed("properties/case_id/maximum", 99), "field case_id has a lower upper limit: 99", id="an upper limit appears"),
    pytest.param(changed("properties/lines/maxItems", 10), "field lines has a lower upper limit: 10", id="a list becomes shorter"),
    pytest.param(changed("properties/stage/enum", ["INVOICED"]), "field stage lost the value OVERDUE", id="a value of an enumeration is removed"),
    pytest.param(changed("properties/stage", {"type": "string", "const": "INVOICED"}), "field stage lost the value OVERDUE", id="an enumeration becomes a constant"),
    pytest.param(changed("properties/due_date/enum", ["2025-01-01"]), "field due_date is now limited to 2025-01-01", id="text becomes an enumeration"),
    pytest.param(changed("properties/due_date/pattern", "^2"), "field due_date has another pattern: none became ^2", id="a pattern is demanded"),
    pytest.param(changed("required", [*REQUIRED, "reason"]), "field reason became required, and messages without it exist", id="an optional field becomes required"),
    pytest.param(changed("required", REQUIRED[1:]), "field case_id may now be missing", id="a required field becomes optional"),
    pytest.param({**changed("properties/extra", {"type": "string"}), "required": [*REQUIRED, "extra"]}, "field extra is new and required", id="a new field is required"),
    pytest.param(changed("properties/reason", {"type": "string", "maxLength": 50, "default": None}), "field reason can no longer be null", id="null is no longer allowed"),
    pytest.param(changed("properties/due_date", {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}), "field due_date can now also be null", id="null is newly allowed"),
    pytest.param(changed("properties/reason/anyOf/0/maxLength", 20), "field reason has a lower upper limit: 20", id="a member of a union is narrowed"),
    pytest.param(changed("properties/basis/anyOf", [{"$ref": "#/$defs/Line"}]), "field basis changed its type from object Fee, object Line to object", id="a member of a union is removed"),
    pytest.param(changed(f"{LINE}/properties/net_minor/type", "string"), "field lines[].net_minor changed its type from integer to string", id="a type changes inside a list of definitions"),
    pytest.param(changed(f"{LINE}/properties/text", None), "field lines[].text was removed", id="a field is removed inside a list of definitions"),
    pytest.param(changed("$defs/Fee/properties/code/maxLength", 5), "field basis.code has a lower upper limit: 5", id="a definition in a union is narrowed"),
    pytest.param(changed("properties/accounts/patternProperties/^[A-Z]{3}$/type", "integer"), "field accounts{} changed its type from string to integer", id="the entries of a map change their type"),
    pytest.param(changed("properties/accounts/patternProperties", {"^[A-Z]{2}$": {"type": "string"}}), "field accounts changed the names its entries may have", id="the names of a map change"),
    pytest.param(changed("properties/accrue/default", False), "field accrue means something else where it is missing: default true became false", id="a default changes"),
    pytest.param(changed("properties/pair/prefixItems/1/type", "integer"), "field pair[1] changed its type from string to integer", id="a place of a tuple changes its type"),
    pytest.param(changed("additionalProperties", False), "the event no longer allows further fields", id="further fields are forbidden"),
    pytest.param(changed("x-key", ["creditor_id"]), "the partition key changed from case_id to creditor_id", id="the partition key changes"),
]  # fmt: skip

HARMLESS = [
    pytest.param(OLD, id="nothing changes"),
    pytest.param(changed("properties/extra", {"type": "string"}), id="an optional field is added"),
    pytest.param(changed("properties/stage/enum", ["INVOICED", "OVERDUE", "NOTICE"]), id="a value is added to an enumeration"),
    pytest.param(changed("properties/stage/enum", ["OVERDUE", "INVOICED"]), id="the values of an enumeration change places"),
    pytest.param(changed("properties/case_id/exclusiveMinimum", None), id="a limit is lifted"),
    pytest.param(changed("properties/lines/maxItems", 500), id="a list may become longer"),
    pytest.param(changed("description", "Said more clearly."), id="a description changes"),
    pytest.param(changed(f"{LINE}/properties/vat", {"type": "integer"}), id="an optional field is added inside a definition"),
    pytest.param({**changed("properties/lines/items", {"$ref": "#/$defs/Row"}), "$defs": {**OLD["$defs"], "Row": OLD["$defs"]["Line"]}}, id="a definition is renamed"),
]  # fmt: skip


@pytest.mark.parametrize(("new", "sentence"), BREAKING)
def test_it_breaks_others_when(new: Schema, sentence: str) -> None:
    assert sentence in breaking_changes(OLD, new)


@pytest.mark.parametrize("new", HARMLESS)
def test_it_breaks_nobody_when(new: Schema) -> None:
    assert breaking_changes(OLD, new) == []


def test_one_change_of_a_definition_is_named_at_every_place_it_is_used() -> None:
    new = changed(f"{LINE}/properties/text/type", "integer")
    named = {sentence.split(" changed")[0] for sentence in breaking_changes(OLD, new)}
    assert {"field lines[].text", "field basis.text"} <= named


def test_a_breach_is_told_with_its_topic_and_the_way_out() -> None:
    released = schemas()
    current = {**released, "invoice.created": deepcopy(released["invoice.created"])}
    del current["invoice.created"]["properties"]["due_date"]
    current["invoice.created"]["required"].remove("due_date")
    assert broken_promises(released, current) == [
        "invoice.created: field due_date was removed: publish invoice.created.v2 beside it"
    ]


def test_a_released_topic_may_not_disappear_and_a_new_one_may_come() -> None:
    assert broken_promises({"case.seen": OLD}, {"case.heard": OLD}) == [
        "case.seen: the topic was removed: keep its class until the last consumer has moved"
    ]


@pytest.mark.parametrize(
    ("topic", "following"),
    [
        ("invoice.created", "invoice.created.v2"),
        ("invoice.created.v2", "invoice.created.v3"),
        ("case.step.reached", "case.step.reached.v2"),
        ("van.valued", "van.valued.v2"),
    ],
)
def test_a_breaking_change_goes_to_the_next_version_of_the_topic(topic: str, following: str) -> None:
    assert next_topic(topic) == following


def test_the_contracts_of_today_keep_every_promise_of_the_last_release() -> None:
    released = released_schemas()
    assert len(released) > 0
    broken = broken_promises(released, schemas())
    assert not broken, "\n".join(broken)
