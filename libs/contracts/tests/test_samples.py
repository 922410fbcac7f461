"""Every event has one golden sample: what a consumer may rely on to find on the topic."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import ValidationError

from contracts import EVENTS, CaseEvent, CreditorEvent, Event, consumed_by, topics
from contracts.schemas import key_fields, schema_of

SAMPLES = Path(__file__).parent / "samples"
SERVICES = {"gateway", "intake", "lifecycle", "payment-control", "settlement", "communication", "accounting"}
KEYS_OF_OTHERS = {
    "accounting.synced": ("creditor_id",),
    "clock.advanced": (),
    "debtor.erased": ("debtor_id",),
    "debtor.recorded": ("debtor_id",),
    "payment.disowned": ("payment_id",),
    "payment.registered": ("case_id", "payment_id"),
    "payment.reversed": ("case_id", "payment_id"),
    "payment.unmatched": ("payment_id",),
    "refund.failed": ("refund_id",),
    "refund.paid": ("refund_id",),
    "refund.requested": ("refund_id",),
    "refund.sent": ("refund_id",),
    "voucher.posted": ("creditor_id", "fact_id"),
}
CONTACT_DETAILS = {"street", "street2", "postal_code", "postal_district", "phone", "national_id", "birth_date"}
PAYEE_DETAILS = {"payee_name", "payee_iban", "payee_bic"}

every_topic = pytest.mark.parametrize("topic", topics())


def sample_text(topic: str) -> str:
    return (SAMPLES / f"{topic}.json").read_text(encoding="utf-8")


def sample(topic: str) -> Event:
    return EVENTS[topic].model_validate_json(sample_text(topic))


def documented_key(event_class: type[Event]) -> tuple[str, ...]:
    if issubclass(event_class, CaseEvent):
        return ("case_id",)
    return ("creditor_id",) if issubclass(event_class, CreditorEvent) else KEYS_OF_OTHERS[event_class.topic]


def test_every_event_has_exactly_one_sample_and_every_sample_an_event() -> None:
    assert sorted(path.name for path in SAMPLES.iterdir()) == sorted(f"{topic}.json" for topic in EVENTS)


@every_topic
def test_a_sample_read_and_written_again_is_the_same_to_the_byte(topic: str) -> None:
    written = json.dumps(sample(topic).model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
    assert written == sample_text(topic)


@every_topic
def test_a_sample_is_valid_against_the_schema_of_its_event(topic: str) -> None:
    schema = schema_of(EVENTS[topic])
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    assert [error.message for error in validator.iter_errors(json.loads(sample_text(topic)))] == []


@every_topic
def test_the_schema_refuses_a_sample_that_lacks_any_required_field(topic: str) -> None:
    schema = schema_of(EVENTS[topic])
    validator = Draft202012Validator(schema)
    for name in schema["required"]:
        without = {key: value for key, value in json.loads(sample_text(topic)).items() if key != name}
        assert not validator.is_valid(without), name


@every_topic
def test_an_event_cannot_be_changed(topic: str) -> None:
    event = sample(topic)
    for name in type(event).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(event, name, getattr(event, name))


@every_topic
def test_unknown_fields_are_ignored_at_every_depth(topic: str) -> None:
    extended = with_unknown_fields(json.loads(sample_text(topic)))
    if topic == "agreement.activated":
        # accounts by currency, policies by debtor kind and fees by code are entries, not fields
        for entries in ("incoming_account_by_currency", "policy_code_by_debtor_kind", "agreed_fees"):
            del extended["agreement"][entries]["not_yet_known"]
    assert EVENTS[topic].model_validate_json(json.dumps(extended)) == sample(topic)


def with_unknown_fields(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: with_unknown_fields(inner) for name, inner in value.items()} | {"not_yet_known": 1}
    return [with_unknown_fields(inner) for inner in value] if isinstance(value, list) else value


@every_topic
def test_the_partition_key_is_taken_from_the_documented_fields(topic: str) -> None:
    event_class = EVENTS[topic]
    assert key_fields(event_class) == documented_key(event_class)
    event = sample(topic)
    values = [getattr(event, name) for name in documented_key(event_class)]
    assert event.key == str(next((value for value in values if value), "clock"))


@pytest.mark.parametrize("topic", ["payment.registered", "payment.reversed"])
def test_a_payment_without_a_case_is_keyed_by_itself(topic: str) -> None:
    values = {**json.loads(sample_text(topic)), "case_id": None}
    assert EVENTS[topic].model_validate(values).key == values["payment_id"]


@every_topic
def test_producer_and_consumers_are_services_of_the_house(topic: str) -> None:
    event_class = EVENTS[topic]
    assert {event_class.producer, *event_class.consumers} <= SERVICES
    assert event_class.producer not in event_class.consumers
    assert len(set(event_class.consumers)) == len(event_class.consumers)


@every_topic
def test_the_version_of_an_event_is_the_one_in_the_name_of_its_topic(topic: str) -> None:
    suffix = topic.rpartition(".v")[2]
    assert EVENTS[topic].version == (int(suffix) if suffix.isdigit() else 1)


def test_consumed_by_names_the_topics_a_service_listens_to() -> None:
    assert consumed_by("settlement") >= {"payment.allocated", "payment.reversed", "agreement.activated"}
    assert consumed_by("nobody") == set()


@every_topic
def test_only_the_contact_contract_carries_contact_details(topic: str) -> None:
    if topic == "debtor.recorded":
        assert EVENTS[topic].consumers == ("communication",)
    else:
        assert not CONTACT_DETAILS & EVENTS[topic].model_fields.keys()


@every_topic
def test_only_settlement_learns_to_whom_a_refund_goes(topic: str) -> None:
    if topic == "refund.requested":
        assert EVENTS[topic].consumers == ("settlement",)
    else:
        assert not PAYEE_DETAILS & EVENTS[topic].model_fields.keys()


def test_the_amounts_of_the_samples_add_up_as_the_docstrings_say() -> None:
    values = {topic: json.loads(sample_text(topic)) for topic in EVENTS}
    invoice, allocated, reversed_ = (
        values[topic] for topic in ("invoice.created", "payment.allocated", "payment.reversed")
    )
    assert sum(line["net_minor"] for line in invoice["lines"]) + invoice["vat_minor"] == invoice["gross_minor"]
    assert total(allocated["parts"]) + allocated["surplus_minor"] == allocated["amount_minor"]
    given_back = total(reversed_["parts"]) + reversed_["surplus_minor"] + reversed_["unmatched_minor"]
    assert given_back == reversed_["amount_minor"]
    settlement = values["settlement.created"]
    components = settlement["principal_minor"] + settlement["interest_minor"] + settlement["fees_minor"]
    own_share = settlement["fee_share_minor"] + settlement["commission_minor"] + settlement["vat_minor"]
    assert components == settlement["allocated_minor"] == settlement["own_share_minor"] + settlement["net_minor"]
    assert own_share == settlement["own_share_minor"]
    assert values["payout.confirmed"]["amount_minor"] == settlement["net_minor"]


def total(parts: list[dict[str, Any]]) -> int:
    return sum(part["amount_minor"] for part in parts)


def test_the_bank_accounts_and_references_of_the_samples_have_valid_check_digits() -> None:
    invoice = json.loads(sample_text("invoice.created"))
    agreement = json.loads(sample_text("agreement.activated"))["agreement"]
    for iban in (invoice["payment_iban"], agreement["payout_account"]["iban"]):
        assert int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97 == 1
    digits = [int(digit) for digit in reversed(invoice["payment_reference"])]
    doubled = [digit * 2 for digit in digits[1::2]]
    assert (sum(digits[0::2]) + sum(number // 10 + number % 10 for number in doubled)) % 10 == 0


def test_a_second_class_for_a_topic_is_refused() -> None:
    with pytest.raises(TypeError, match=r"topic clock\.advanced is already told by ClockAdvanced"):
        type("Again", (EVENTS["clock.advanced"],), {"__doc__": "The same topic again."})


@pytest.mark.parametrize(
    ("topic", "change"),
    [
        pytest.param("invoice.created", {"gross_minor": 0}, id="an invoice over nothing"),
        pytest.param("invoice.created", {"currency": "kr"}, id="a currency that is no code"),
        pytest.param("invoice.created", {"occurred_at": "2025-10-01T08:00:00"}, id="an instant without a zone"),
        pytest.param("payment.registered", {"amount_minor": 12.5}, id="a fraction of a minor unit"),
        pytest.param("case.closed", {"close_code": "FORGOTTEN"}, id="an unknown close code"),
    ],
)
def test_the_class_refuses(topic: str, change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EVENTS[topic].model_validate({**json.loads(sample_text(topic)), **change})
