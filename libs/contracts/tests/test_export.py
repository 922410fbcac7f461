"""The files others read: up to date, the same on every run, and true to the classes."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from contracts import EVENTS, Event, topics
from contracts.cloudevents import headers
from contracts.export import ROOT, differences, generated_files, main

SAMPLES = Path(__file__).parent / "samples"
Node = dict[str, Any]

every_topic = pytest.mark.parametrize("topic", topics())


@pytest.fixture(scope="module")
def document() -> Node:
    return json.loads((ROOT / "docs/asyncapi.json").read_text(encoding="utf-8"))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A root with nothing in it but the file by which a checkout is known."""
    (tmp_path / "libs/contracts").mkdir(parents=True)
    (tmp_path / "libs/contracts/pyproject.toml").touch()
    return tmp_path


def target(document: Node, reference: Node) -> Any:
    found: Any = document
    for step in reference["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def references(node: Any) -> list[Node]:
    if isinstance(node, list):
        return [found for inner in node for found in references(inner)]
    if not isinstance(node, dict):
        return []
    own: list[Node] = [node] if "$ref" in node else []
    return own + [found for inner in node.values() for found in references(inner)]


def test_the_checked_in_files_are_what_the_code_generates() -> None:
    assert differences(ROOT, generated_files()) == []


def test_two_runs_generate_the_same() -> None:
    assert generated_files() == generated_files()


def test_a_fresh_export_passes_its_check(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], root=checkout) == 0
    assert main(["--check"], root=checkout) == 0
    assert capsys.readouterr().out.endswith("generated files are up to date\n")


def test_the_check_names_files_that_are_changed_missing_or_left_over(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([], root=checkout)
    page = checkout / "docs/events.md"
    page.write_text(page.read_text(encoding="utf-8").replace("# Events", "# Happenings", 1), encoding="utf-8")
    (checkout / "libs/contracts/schemas/case.closed.json").unlink()
    (checkout / "libs/contracts/schemas/case.gone.json").write_text("{}", encoding="utf-8")
    capsys.readouterr()
    assert main(["--check"], root=checkout) == 1
    assert capsys.readouterr().out.splitlines() == [
        "libs/contracts/schemas/case.closed.json: missing",
        "docs/events.md: 1 lines to add, 1 to remove, first +# Events",
        "libs/contracts/schemas/case.gone.json: no event has this topic",
        "3 generated files differ from the code: run python -m contracts.export and check them in",
    ]


def test_exporting_again_removes_the_schema_of_a_topic_that_is_gone_and_never_touches_the_released_ones(
    checkout: Path,
) -> None:
    main(["--release"], root=checkout)
    released = checkout / "libs/contracts/released/case.closed.json"
    released.write_text("{}", encoding="utf-8")
    left_over = checkout / "libs/contracts/schemas/case.gone.json"
    left_over.write_text("{}", encoding="utf-8")
    main([], root=checkout)
    assert not left_over.exists()
    assert released.read_text(encoding="utf-8") == "{}"


def test_a_release_that_breaks_a_promise_writes_nothing(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--release"], root=checkout)
    released = checkout / "libs/contracts/released/case.closed.json"
    promised = json.loads(released.read_text(encoding="utf-8"))
    promised["properties"]["verdict"] = {"type": "string"}
    released.write_text(json.dumps(promised), encoding="utf-8")
    capsys.readouterr()
    assert main(["--release"], root=checkout) == 1
    assert capsys.readouterr().out.splitlines()[0] == (
        "case.closed: field verdict was removed: publish case.closed.v2 beside it"
    )
    assert json.loads(released.read_text(encoding="utf-8")) == promised


def test_outside_a_checkout_the_export_says_where_to_run_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([], root=tmp_path)
    assert stopped.value.code == 2
    assert "is not a checkout of this repository" in capsys.readouterr().err


@every_topic
def test_a_schema_is_named_as_the_envelope_says_and_valid_in_itself(topic: str) -> None:
    schema = json.loads((ROOT / f"libs/contracts/schemas/{topic}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == EVENTS[topic].schema_urn()
    assert {"event_id", "occurred_at"} <= set(schema["required"])


def test_every_topic_is_a_channel_with_one_message(document: Node) -> None:
    assert document["asyncapi"] == "3.0.0"
    assert sorted(document["channels"]) == topics()
    for topic, channel in document["channels"].items():
        assert channel["address"] == topic
        [message] = channel["messages"].values()
        assert target(document, message)["name"] == f"fordring.{topic}"


def test_every_topic_has_exactly_one_producer_and_the_consumers_of_its_class(document: Node) -> None:
    for topic, event_class in EVENTS.items():
        operations = [
            (operation["action"], operation["tags"][0]["name"])
            for operation in document["operations"].values()
            if operation["channel"]["$ref"] == f"#/channels/{topic}"
        ]
        assert [service for action, service in operations if action == "send"] == [event_class.producer]
        assert [service for action, service in operations if action == "receive"] == list(event_class.consumers)


def test_every_operation_refers_to_messages_of_its_own_channel(document: Node) -> None:
    for operation in document["operations"].values():
        for message in operation["messages"]:
            assert message["$ref"].startswith(operation["channel"]["$ref"] + "/messages/")


def test_every_reference_of_the_document_leads_somewhere(document: Node) -> None:
    found = references(document)
    assert len(found) > 3 * len(EVENTS)
    for reference in found:
        assert isinstance(target(document, reference), dict)


@every_topic
def test_a_sample_and_its_headers_are_valid_against_the_document(document: Node, topic: str) -> None:
    event = EVENTS[topic].model_validate_json((SAMPLES / f"{topic}.json").read_text(encoding="utf-8"))
    message = document["components"]["messages"][type(event).__name__]
    sent = {name: value.decode() for name, value in headers_of(event)}
    for schema, value in ((message["payload"], event.model_dump(mode="json")), (message["headers"], sent)):
        rooted = {**schema, "components": document["components"]}
        if "$ref" in schema:
            # beside a reference draft 7 ignores everything else
            rooted = {"allOf": [schema], "components": document["components"]}
        validator = Draft7Validator(rooted, format_checker=FormatChecker())
        assert [error.message for error in validator.iter_errors(value)] == []


def headers_of(event: Event) -> list[tuple[str, bytes]]:
    return headers(event, "/" + event.producer)


def test_the_headers_of_another_event_are_not_valid(document: Node) -> None:
    event = EVENTS["case.held"].model_validate_json((SAMPLES / "case.held.json").read_text(encoding="utf-8"))
    schema = document["components"]["messages"]["CaseResumed"]["headers"]
    validator = Draft7Validator({**schema, "components": document["components"]})
    assert not validator.is_valid({name: value.decode() for name, value in headers_of(event)})


def test_the_page_describes_every_event_and_every_field() -> None:
    page = (ROOT / "docs/events.md").read_text(encoding="utf-8")
    for topic, event_class in EVENTS.items():
        section = page.split(f"\n## {topic}\n")[1].split("\n## ")[0]
        assert f"- producer: {event_class.producer}\n" in section
        for name in event_class.model_fields:
            assert f"| `{name}` |" in section


def test_every_link_of_the_page_leads_to_a_heading() -> None:
    page = (ROOT / "docs/events.md").read_text(encoding="utf-8")
    headings = [line.lstrip("# ") for line in page.splitlines() if line.startswith("#")]
    anchors = {heading.lower().replace(".", "").replace(" ", "-") for heading in headings}
    links = {piece.split(")")[0] for piece in page.split("](#")[1:]}
    assert links <= anchors
