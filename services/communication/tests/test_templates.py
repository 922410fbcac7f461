"""Templates of creditors: declared, versioned, filled in the reader's language, and harmless."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx
import pytest
import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from services.communication.tests.factories import CREDITOR_ID, SPACE
from services.communication.tests.test_handlers import counted_statements

from communication.domain.templates import TemplateRefused, Variable, Wording, has_line_break
from communication.rendering.engine import fill, variables_in
from communication.routes.templates import router
from communication.settings import Settings
from communication.tables import MessageTemplateRow
from communication.use_cases import templates
from communication.use_cases.templates import Filling, fill_wording, house_templates, render, render_all
from runtime.database import Database
from runtime.problems import Problem, install_problems
from runtime.tokens import sign

LANGUAGES = {"nb", "sv", "fi", "da", "de", "nl", "fr", "en"}
WORDING = Wording(
    template_id="welcome",
    version=1,
    language="nb",
    name="Velkommen",
    type="email",
    category="case_update",
    subject="Sak {{case}}",
    body="Hei {{name}}, {{total}} innen {{day}}.\n{{where}}",
    variables=(
        Variable("case"),
        Variable("name"),
        Variable("total", "amount"),
        Variable("day", "date"),
        Variable("where", "address"),
    ),
)
VALUES: dict[str, Any] = {
    "case": "100001",
    "name": "Kari",
    "total": {"amount": "1357.15", "currency": "NOK"},
    "day": "2026-02-16",
    "where": {"street": "Prøveveien 12", "postalCode": "5003", "postalDistrict": "Bergen", "countryCode": "NO"},
}


def refusal(wording: Wording, values: dict[str, Any]) -> list[dict[str, str]]:
    with pytest.raises(Problem) as refused:
        fill_wording(wording, values)
    assert refused.value.status == 422
    return refused.value.errors


def test_values_are_written_for_the_language() -> None:
    filled = fill_wording(WORDING, VALUES)

    assert filled.subject == "Sak 100001"
    assert filled.body == "Hei Kari, 1\xa0357,15\xa0NOK innen 16. februar 2026.\nPrøveveien 12\n5003 Bergen\nNorge"


@pytest.mark.parametrize(
    ("language", "amount", "day"),
    [
        ("sv", "1\xa0357,15\xa0SEK", "16 februari 2026"),
        ("fi", "1\xa0357,15\xa0SEK", "16. helmikuuta 2026"),
        ("da", "1.357,15\xa0SEK", "16. februar 2026"),
        ("de", "1.357,15\xa0SEK", "16. Februar 2026"),
        ("nl", "SEK\xa01.357,15", "16 februari 2026"),
        ("en", "SEK\xa01,357.15", "16 February 2026"),
    ],
)
def test_amounts_and_dates_read_as_at_home(language: str, amount: str, day: str) -> None:
    wording = replace(
        WORDING, language=language, subject="x", body="{{total}} {{day}}", variables=WORDING.variables[2:4]
    )
    filled = fill_wording(wording, {"total": {"amount": "1357.15", "currency": "SEK"}, "day": "2026-02-16"})

    assert filled.body == f"{amount} {day}"


def test_every_missing_and_every_unknown_variable_is_named() -> None:
    errors = refusal(WORDING, {"case": "1", "total": VALUES["total"], "day": VALUES["day"], "nmae": "Kari"})

    assert {error["field"] for error in errors} == {"variables.name", "variables.where", "variables.nmae"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("total", "1357.15"),
        ("total", {"amount": "1.001", "currency": "NOK"}),
        ("total", {"amount": "NaN", "currency": "NOK"}),
        ("total", {"amount": 13.5, "currency": "NOK"}),
        ("total", {"amount": "1", "currency": "nok; DROP"}),
        ("day", "16.02.2026"),
        ("where", {"street": "a", "planet": "Mars"}),
        ("name", ["Kari"]),
        ("name", "Kari\x00"),
        ("name", "x" * 2_001),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(name: str, value: Any) -> None:
    assert {error["field"] for error in refusal(WORDING, VALUES | {name: value})} == {f"variables.{name}"}


@given(st.text(max_size=40), st.sampled_from(["\r", "\n", "\r\n", "\u2028", "\x0b", "\x85"]), st.text(max_size=40))
def test_no_value_puts_a_second_line_into_a_subject(before: str, line_break: str, after: str) -> None:
    assert refusal(WORDING, VALUES | {"case": f"{before}{line_break}Bcc: all@example.com{after}"})


@given(st.text(st.characters(exclude_categories=("Cc", "Zl", "Zp")), max_size=60))
def test_a_filled_subject_is_one_line(value: str) -> None:
    assert not has_line_break(fill_wording(WORDING, VALUES | {"case": value}).subject)


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in range(10**9) %}x{% endfor %}",
        "{{ 'x' * 10**9 }}",
        "{{ name.__class__.__mro__ }}",
        "{{ name['__class__'] }}",
        "{{ range(9) }}",
        "{% set x = 1 %}",
        "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{% include 'letterhead.typ' %}",
        "{{ name|attr('x') }}",
        "{{ name|replace('a', name) }}",
        "{{ name|center(10000000) }}",
        "{{ name ~ name }}",
        "{{ unfinished",
        "{% if name %}",
        "(" * 10 + "{{" + "(" * 5_000 + "name" + ")" * 5_000 + "}}",
        "{% if name %}" * 200 + "{% endif %}" * 200,
        "x" * 20_001,
    ],
)
def test_what_a_template_does_not_need_is_refused(source: str) -> None:
    with pytest.raises(TemplateRefused):
        variables_in(source)


def test_output_is_bounded() -> None:
    with pytest.raises(TemplateRefused, match="longer than 100"):
        fill("{{a}}" * 60, {"a": "xx"}, 100)


def test_a_value_is_never_read_as_a_template() -> None:
    filled = fill_wording(WORDING, VALUES | {"name": "{{case}} {% raw %} {{ 7*7 }}"})

    assert "{{case}} {% raw %} {{ 7*7 }}" in filled.body


@pytest.mark.parametrize("template_id", house_templates())
def test_the_houses_templates_are_worded_in_every_language_with_the_same_variables(template_id: str) -> None:
    wordings = house_templates()[template_id]

    if not template_id.startswith("de-"):  # a duty of German law alone
        assert {wording.language for wording in wordings} == LANGUAGES
    for wording in wordings:
        declared = {variable.name for variable in wording.variables}
        assert variables_in(wording.subject) | variables_in(wording.body) == declared
        assert (wording.subject != "") == (wording.type == "email")


@pytest_asyncio.fixture
async def client(database: Database, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.database, app.state.settings = database, settings
    install_problems(app, {})
    app.include_router(router)
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {sign(settings, 'gateway', CREDITOR_ID)}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://communication", headers=headers) as client:
        yield client


def a_template(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "request_id": str(uuid4()),
        "template_id": "welcome",
        "language": "NO",
        "name": "Velkommen",
        "type": "email",
        "category": "case_update",
        "subject": "Sak {{case}}",
        "body": "Hei {{name}}",
        "variables": [{"name": "case"}, {"name": "name"}],
    }
    return values | changes


async def test_a_template_is_used_from_the_version_that_was_activated(
    client: httpx.AsyncClient, database: Database
) -> None:
    first = await client.post("/internal/templates", json=a_template(activate=True))
    second = await client.post("/internal/templates/welcome/versions", json=a_template(body="God dag {{name}}"))
    values = {"case": "7", "name": "Kari"}
    async with database.transaction() as session:
        before = await render(session, CREDITOR_ID, "welcome", "nb", values)
    await client.post("/internal/templates/welcome/activation", json={"language": "nb", "version": 2})
    async with database.transaction() as session:
        after = await render(session, CREDITOR_ID, "welcome", "nb", values)
    versions = (await client.get("/internal/templates/welcome")).json()

    assert (first.status_code, second.status_code) == (201, 201)
    assert (before.version, before.body, after.version, after.body) == (1, "Hei Kari", 2, "God dag Kari")
    assert [(one["version"], one["status"]) for one in versions] == [(1, "RETIRED"), (2, "ACTIVE")]


async def test_the_same_request_writes_one_version(client: httpx.AsyncClient) -> None:
    body = a_template()
    answers = [await client.post("/internal/templates", json=body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert len((await client.get("/internal/templates/welcome")).json()) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"body": "Hei {{name}} {{unknown}}"}, "body"),
        ({"variables": [{"name": "case"}, {"name": "name"}, {"name": "idle"}]}, "variables"),
        ({"variables": [{"name": "case"}, {"name": "name"}, {"name": "name"}]}, "variables"),
        ({"subject": "Sak {{case}}\nBcc: x@example.com"}, "subject"),
        ({"subject": ""}, "subject"),
        ({"body": "{% for i in name %}{% endfor %}"}, "body"),
        ({"type": "sms"}, "subject"),
    ],
)
async def test_a_faulty_template_is_refused_and_not_stored(
    client: httpx.AsyncClient, changes: dict[str, Any], field: str
) -> None:
    answer = await client.post("/internal/templates", json=a_template(**changes))

    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert (await client.get("/internal/templates/welcome")).status_code == 404


async def test_a_reader_gets_the_nearest_language(client: httpx.AsyncClient, database: Database) -> None:
    await client.post("/internal/templates", json=a_template(activate=True))
    await client.post("/internal/templates", json=a_template(language="sv", body="Hej {{name}}", activate=True))
    values = {"case": "7", "name": "Kari"}
    async with database.transaction() as session:
        wanted = [Filling(CREDITOR_ID, "welcome", language, values) for language in ("sv-FI", "NO", "FI")]
        filled = await render_all(session, wanted)

    assert [one.body for one in filled] == ["Hej Kari", "Hei Kari", "Hei Kari"]


async def test_a_draft_can_be_previewed_and_is_not_used(client: httpx.AsyncClient, database: Database) -> None:
    await client.post("/internal/templates", json=a_template())
    order: dict[str, Any] = {"language": "no", "version": 1, "variables": {"case": "7", "name": "Kari"}}
    preview = await client.post("/internal/templates/welcome/preview", json=order)
    async with database.transaction() as session:
        with pytest.raises(Problem) as refused:
            await render(session, CREDITOR_ID, "welcome", "nb", order["variables"])

    assert (preview.json()["subject"], preview.json()["body"]) == ("Sak 7", "Hei Kari")
    assert (refused.value.status, refused.value.errors[0]["field"]) == (422, "templateId")


async def test_another_creditors_template_is_like_a_missing_one(client: httpx.AsyncClient, settings: Settings) -> None:
    await client.post("/internal/templates", json=a_template(activate=True))
    stranger = {"Authorization": f"Bearer {sign(settings, 'gateway', uuid5(SPACE, 'stranger'))}"}
    paths = ("/internal/templates/welcome", "/internal/templates/nowhere")
    answers = [await client.get(path, headers=stranger) for path in paths]
    listed = (await client.get("/internal/templates", headers=stranger)).json()

    assert [answer.status_code for answer in answers] == [404, 404]
    assert "welcome" not in {one["template_id"] for one in listed}


async def test_the_list_shows_own_and_house_templates_in_the_wanted_language(client: httpx.AsyncClient) -> None:
    own = a_template(template_id="first-notice", name="Eget varsel", activate=True)
    await client.post("/internal/templates", json=own)
    listed = (await client.get("/internal/templates", params={"language": "DK"})).json()
    names = {one["template_id"]: one["name"] for one in listed}

    assert names["first-notice"] == "Eget varsel"
    assert names["payment-reminder-v1"] == "Betalingspåmindelse"


async def test_filling_takes_one_statement_for_one_and_for_many(database: Database) -> None:
    values = {"caseNumber": "7", "amount": "1", "deadline": "x"}
    fillings = [Filling(UUID(int=number), "first-notice", "sv", values) for number in range(200)]
    counts: list[int] = []
    for batch in (fillings[:1], fillings):
        with counted_statements(database) as statements:
            async with database.transaction() as session:
                filled = await templates.render_all(session, batch)
        counts.append(len(statements))

    assert {one.language for one in filled} == {"sv"}
    assert counts[0] == counts[1]


async def test_the_table_is_what_the_migration_makes(database: Database) -> None:
    async with database.transaction() as session:
        found = await session.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), MessageTemplateRow.metadata)
        )

    assert [difference for difference in found if "message_template" in str(difference)] == []
