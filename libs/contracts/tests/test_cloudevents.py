"""The headers of every event, held against the rules of CloudEvents 1.0 and of its Kafka binding."""

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest

from contracts import EVENTS, ClockAdvanced, Event, topics
from contracts.cloudevents import headers

SAMPLES = Path(__file__).parent / "samples"
RFC_3339_UTC = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z")
ATTRIBUTE_HEADER = re.compile(r"ce_[a-z0-9]+")
ABSOLUTE_URI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s#]+")
REQUIRED = {"ce_id", "ce_source", "ce_specversion", "ce_type"}
OPTIONAL = {"ce_time", "ce_dataschema", "content-type"}

every_topic = pytest.mark.parametrize("topic", topics())


def sample(topic: str) -> Event:
    return EVENTS[topic].model_validate_json((SAMPLES / f"{topic}.json").read_text(encoding="utf-8"))


def text_headers(event: Event, source: str = "/payment-control") -> dict[str, str]:
    return {name: value.decode("utf-8") for name, value in headers(event, source)}


@every_topic
def test_required_and_optional_attributes_are_all_there_once_and_not_empty(topic: str) -> None:
    names = [name for name, _ in headers(sample(topic), "/intake")]
    assert sorted(names) == sorted(REQUIRED | OPTIONAL)
    assert all(text_headers(sample(topic)).values())


@every_topic
def test_attribute_names_are_lower_case_letters_and_digits_behind_the_prefix(topic: str) -> None:
    names = text_headers(sample(topic)).keys() - {"content-type"}
    assert all(ATTRIBUTE_HEADER.fullmatch(name) for name in names)


@every_topic
def test_attribute_values_hold_no_control_characters(topic: str) -> None:
    assert all(value.isprintable() for value in text_headers(sample(topic)).values())


@every_topic
def test_the_content_type_takes_the_place_of_datacontenttype_and_says_binary_mode(topic: str) -> None:
    found = text_headers(sample(topic))
    assert found["content-type"] == "application/json"
    assert "ce_datacontenttype" not in found
    assert "ce_data" not in found


@every_topic
def test_type_and_data_schema_name_the_contract(topic: str) -> None:
    found = text_headers(sample(topic))
    assert found["ce_specversion"] == "1.0"
    assert found["ce_type"] == f"fordring.{topic}"
    assert found["ce_dataschema"] == f"urn:fordring:event:{topic}:{EVENTS[topic].version}"
    assert ABSOLUTE_URI.fullmatch(found["ce_dataschema"])


@every_topic
def test_id_and_time_are_those_of_the_payload(topic: str) -> None:
    event, found = sample(topic), text_headers(sample(topic))
    payload = event.model_dump(mode="json")
    assert found["ce_id"] == payload["event_id"]
    assert found["ce_time"] == payload["occurred_at"]
    assert RFC_3339_UTC.fullmatch(found["ce_time"])


def test_an_instant_of_another_zone_is_told_in_utc() -> None:
    event = sample("clock.advanced").model_copy(
        update={"occurred_at": datetime(2025, 10, 1, 8, 30, tzinfo=timezone(timedelta(hours=2)))}
    )
    assert text_headers(event)["ce_time"] == "2025-10-01T06:30:00Z"


def test_two_facts_of_one_source_have_two_ids_and_the_same_fact_told_again_has_one() -> None:
    fact, other = sample("clock.advanced"), ClockAdvanced.model_validate({"business_date": "2025-11-05"})
    again = fact.model_copy()
    assert text_headers(fact)["ce_id"] == text_headers(again)["ce_id"] != text_headers(other)["ce_id"]
    assert UUID(text_headers(other)["ce_id"]).version == 4


@pytest.mark.parametrize("source", ["/payment-control", "payment-control", "urn:fordring:service:intake"])
def test_a_uri_reference_is_carried_as_source(source: str) -> None:
    assert text_headers(sample("clock.advanced"), source)["ce_source"] == source


@pytest.mark.parametrize("source", ["", "payment control", "/café", "a\nb"])
def test_a_source_that_is_no_uri_reference_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="is not a CloudEvents source: give a URI reference"):
        headers(sample("clock.advanced"), source)
