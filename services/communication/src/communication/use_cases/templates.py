"""Message templates: written, tried, activated, and filled for those who send."""

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from communication.domain.templates import (
    LONGEST_BODY,
    LONGEST_SUBJECT,
    Fault,
    Rendered,
    TemplateRefused,
    Variable,
    Wording,
    check_declaration,
    check_values,
    has_line_break,
    pick_wording,
)
from communication.domain.wording import language_chain, language_of
from communication.queries import templates as template_queries
from communication.rendering.engine import fill, variables_in
from communication.rendering.values import write_values
from runtime.database import Session
from runtime.problems import Problem

_HOUSE_FILE = Path(__file__).parent.parent / "texts" / "messages.json"


@dataclass(frozen=True, slots=True)
class Filling:
    """What to fill a template with, for a reader of a language."""

    creditor_id: UUID
    template_id: str
    language: str
    variables: Mapping[str, Any]


async def render(
    session: Session, creditor_id: UUID, template_id: str, language: str, variables: Mapping[str, Any]
) -> Rendered:
    """The active template filled in; Problem 422 names an unknown template and every missing or unknown variable."""
    [rendered] = await render_all(session, [Filling(creditor_id, template_id, language, variables)])
    return rendered


async def render_all(session: Session, fillings: Sequence[Filling]) -> list[Rendered]:
    """Like `render`, in one round trip for all of them; the first that cannot be filled refuses the batch."""
    wanted = {(filling.creditor_id, filling.template_id) for filling in fillings}
    active = await template_queries.find_active(session, wanted)
    rendered: list[Rendered] = []
    for filling in fillings:
        wordings = active.get((filling.creditor_id, filling.template_id)) or house_wordings(filling.template_id)
        wording = pick_wording(wordings, language_chain(filling.language))
        if wording is None:
            problem = f"there is no active template {filling.template_id}"
            raise _refusal("The template is unknown.", [Fault("templateId", problem)])
        rendered.append(fill_wording(wording, filling.variables))
    return rendered


def fill_wording(wording: Wording, variables: Mapping[str, Any]) -> Rendered:
    """One wording with its values; Problem 422 names what is wrong with them."""
    with _refused("The template cannot be filled."):
        if faults := check_values(wording, variables, variables_in(wording.subject)):
            raise TemplateRefused(faults)
        values = write_values(wording.variables, variables, language_of(wording.language))
        subject = fill(wording.subject, values, LONGEST_SUBJECT).strip()
        if has_line_break(subject):
            raise TemplateRefused([Fault("subject", "a value would break the subject over several lines")])
        body = fill(wording.body, values, LONGEST_BODY)
    return Rendered(
        wording.template_id, wording.version, wording.language, wording.type, wording.category, subject, body
    )


async def add_version(session: Session, creditor_id: UUID, request_id: UUID, draft: Wording, *, new: bool) -> Wording:
    """A draft of a `new` template, or the next version of one that is there; the same request writes one version."""
    _check(draft)
    await template_queries.lock_template(session, creditor_id, draft.template_id)
    if repeated := await template_queries.find_request(session, creditor_id, request_id):
        return template_queries.to_wording(repeated)
    known = await template_queries.list_versions(session, creditor_id, draft.template_id)
    if new and any(row.language == draft.language for row in known):
        raise Problem(
            409, f"You have a template {draft.template_id} in {draft.language} already; add a version to it instead."
        )
    if not new and not known:
        raise unknown_template(draft.template_id)
    if any(row.type != draft.type for row in known):
        raise _refusal("The template's type is fixed.", [Fault("type", f"must be {known[0].type}, as before")])
    version = 1 + await template_queries.find_latest_version(session, creditor_id, draft.template_id, draft.language)
    written = replace(draft, version=version)
    await template_queries.add_version(session, creditor_id, request_id, written)
    return written


async def activate(session: Session, creditor_id: UUID, template_id: str, language: str, version: int) -> None:
    """From now on messages are written with this version."""
    await template_queries.lock_template(session, creditor_id, template_id)
    if not await template_queries.activate(session, creditor_id, template_id, language, version):
        raise Problem(404, f"You have no version {version} of template {template_id} in {language}.")


async def preview(
    session: Session,
    creditor_id: UUID,
    template_id: str,
    language: str,
    version: int | None,
    variables: Mapping[str, Any],
) -> Rendered:
    """Any version filled in, sent to nobody; without a version the one in use."""
    if version is None:
        return await render(session, creditor_id, template_id, language, variables)
    rows = await template_queries.list_versions(session, creditor_id, template_id)
    row = next((row for row in rows if (row.language, row.version) == (language_of(language), version)), None)
    if row is None:
        raise Problem(404, f"You have no version {version} of template {template_id} in {language}.")
    return fill_wording(template_queries.to_wording(row), variables)


def unknown_template(template_id: str) -> Problem:
    return Problem(404, f"You have no template {template_id}.")


@cache
def house_templates() -> dict[str, tuple[Wording, ...]]:
    """The templates that come with the house, version 1 of each in all its languages, by id."""
    stored: dict[str, dict[str, Any]] = json.loads(_HOUSE_FILE.read_text(encoding="utf-8"))
    return {template_id: tuple(_house_wordings(template_id, one)) for template_id, one in stored.items()}


def house_wordings(template_id: str) -> tuple[Wording, ...]:
    return house_templates().get(template_id, ())


def _house_wordings(template_id: str, stored: dict[str, Any]) -> Iterator[Wording]:
    variables = tuple(Variable(name, kind) for name, kind in stored["variables"].items())
    for language, words in stored["languages"].items():
        yield Wording(
            template_id=template_id,
            version=1,
            language=language,
            name=words["name"],
            type=stored["type"],
            category=stored["category"],
            subject=words.get("subject", ""),
            body=words["body"],
            variables=variables,
        )


def _check(draft: Wording) -> None:
    faults: list[Fault] = []
    used: dict[str, frozenset[str]] = {}
    for field in ("subject", "body"):
        try:
            used[field] = variables_in(asdict(draft)[field])
        except TemplateRefused as refusal:
            faults += [Fault(field, fault.message) for fault in refusal.faults]
    faults = faults or check_declaration(draft, used)
    if faults:
        raise _refusal("The template cannot be used.", faults)


@contextmanager
def _refused(detail: str) -> Generator[None]:
    try:
        yield
    except TemplateRefused as refusal:
        raise _refusal(detail, refusal.faults) from refusal


def _refusal(detail: str, faults: Sequence[Fault]) -> Problem:
    return Problem(422, detail, errors=[asdict(fault) for fault in faults])
