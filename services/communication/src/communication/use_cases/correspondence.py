"""Send free messages, and read everything that was said on a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID, uuid5

from communication import queries
from communication.domain.addresses import (
    LONGEST_BODY,
    LONGEST_SMS,
    AddressRefused,
    body_text,
    conversation_of,
    email_address,
    phone_number,
    subject_line,
)
from communication.domain.contact import Intent, Verdict
from communication.domain.stops import stop_reason
from communication.settings import Settings
from communication.use_cases import templates
from communication.use_cases.cases import get_case, refused
from communication.use_cases.keys import key_for_reading, key_for_writing
from communication.use_cases.wishes import verdict_on
from communication.vault.keys import DataKey
from communication.vault.store import Vault
from runtime.clock import today
from runtime.database import Session
from runtime.problems import Problem

MESSAGE: Final = "message"
THREAD: Final = "thread"
_MOST_COPIES: Final = 10
_NAMESPACE: Final = UUID("0f3e0d1e-24c4-5a58-8ff5-0f3d5a3b7f51")


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as it was asked for: literal subject and body, or a template with variables."""

    message_type: Literal["email", "sms"]
    to: str | None = None
    cc: tuple[str, ...] = ()
    subject: str | None = None
    body: str | None = None
    template_id: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    priority: str = "normal"
    category: str | None = None
    thread_id: UUID | None = None
    sent_by: str = ""


@dataclass(frozen=True, slots=True)
class Queued:
    """A message that will be sent, at once or at `release_at`."""

    message_id: UUID
    to: tuple[str, ...]
    subject: str | None
    rule: str | None = None
    release_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a case's messages with their opened contents, and how many there are."""

    rows: Sequence[tuple[Any, dict[str, Any]]]
    total: int


async def send_message(
    session: Session, vault: Vault, settings: Settings, creditor_id: UUID, case_id: int, request_id: UUID, draft: Draft
) -> Queued:
    """Queue a message unless something forbids it: 422 names the field or the rule, and nothing is stored."""
    await get_case(session, creditor_id, case_id)  # a stranger may not even lock
    await queries.lock_case_state(session, case_id)
    case = await get_case(session, creditor_id, case_id)
    filled = await _filled(session, case, draft)
    recipient, copies, subject, body = _checked(case, filled)
    day = await today(session)
    contacts = _reached(case, (recipient, *copies))
    verdict = await _permitted(session, settings, case, filled, contacts, day)
    key = await key_for_writing(session, vault.provider, case.debtor_id)
    message_id = uuid5(_NAMESPACE, str(request_id))
    thread_id = await _thread(session, case, key, filled, recipient, subject)
    fields = {
        "from": _sender(filled, settings),
        "to": [recipient],
        "cc": list(copies),
        "subject": subject,
        "body": body,
    }
    row = {
        "message_id": message_id,
        "case_id": case_id,
        "creditor_id": creditor_id,
        "debtor_id": case.debtor_id,
        "category": filled.category,
        "channel": filled.message_type.upper(),
        "template": filled.template_id or "free_text",
        "as_of": day,
        "traceparent": case.traceparent,
        "direction": "OUTBOUND",
        "status": "QUEUED",
        "sealed": key.seal_fields(fields, MESSAGE),
        "thread_id": thread_id,
        "priority": filled.priority,
        "sent_by": filled.sent_by,
        "has_attachments": False,
        "classification": None,
        "smtp_message_id": None,
        "release_at": verdict.release_at,
        "detail": verdict.detail,
        "sender_verified": None,
        "contacts": contacts,
    }
    await queries.save_correspondence(session, [row])
    return Queued(message_id, (recipient,), subject, verdict.rule, verdict.release_at)


async def list_correspondence(
    session: Session, vault: Vault, creditor_id: UUID, case_id: int, filters: Mapping[str, Any]
) -> Page:
    """A page of the case's messages in both directions, newest first."""
    case = await get_case(session, creditor_id, case_id)
    found = await queries.list_correspondence(session, {"case_id": case_id, **filters})
    key = await key_for_reading(session, vault.provider, case.debtor_id)
    rows = [(row, opened(row, key)) for row in found if row.message_id is not None]
    return Page(rows, found[0].total_count if found else 0)


async def get_message(session: Session, creditor_id: UUID, message_id: UUID) -> Any:
    row = await queries.find_message(session, creditor_id, message_id)
    if row is None:
        raise Problem(404, "You have no such message.")
    return row


async def list_threads(session: Session, vault: Vault, creditor_id: UUID, case_id: int) -> list[dict[str, Any]]:
    """The case's conversations, the one that was last written in first."""
    case = await get_case(session, creditor_id, case_id)
    rows = await queries.list_threads(session, creditor_id, case_id)
    key = await key_for_reading(session, vault.provider, case.debtor_id)
    return [
        {
            "thread_id": row.thread_id,
            "subject": key.open(row.sealed_subject, THREAD).decode() if key else None,
            "participants": _participants(row.sealed, key),
            "message_count": row.message_count,
            "last_message_at": row.last_message_at,
            "status": row.status,
        }
        for row in rows
    ]


async def list_thread_messages(
    session: Session, vault: Vault, creditor_id: UUID, thread_id: UUID
) -> list[tuple[Any, dict[str, Any]]]:
    """All messages of a conversation, oldest first."""
    thread = await get_thread(session, creditor_id, thread_id)
    rows = await queries.list_thread_messages(session, thread_id)
    key = await key_for_reading(session, vault.provider, thread.debtor_id)
    return [(row, opened(row, key)) for row in rows]


async def get_thread(session: Session, creditor_id: UUID, thread_id: UUID) -> Any:
    thread = await queries.find_thread(session, creditor_id, thread_id)
    if thread is None:
        raise Problem(404, "You have no such thread.")
    return thread


def opened(row: Any, key: DataKey | None) -> dict[str, Any]:
    """What a row says, opened; of an erased debtor nothing is left. Letters and unsent mails have an address only."""
    if row.sealed is not None:
        return key.open_fields(row.sealed, MESSAGE) if key else {}
    if row.channel == "EMAIL":
        return {"to": [row.email] if row.email else []}
    return {"to": [row.name] if row.channel == "LETTER" and row.name else []}


async def _filled(session: Session, case: Any, draft: Draft) -> Draft:
    """The draft with its template filled in, and a category."""
    if draft.template_id is None:
        return _with(draft, category=draft.category or "free_text")
    if draft.subject is not None or draft.body is not None:
        raise refused("templateId", "give a template, or subject and body, not both")
    rendered = await templates.render(session, case.creditor_id, draft.template_id, case.language_code, draft.variables)
    if rendered.type != draft.message_type:
        raise refused("templateId", f"is a template for {rendered.type}, not for {draft.message_type}")
    subject = rendered.subject if draft.message_type == "email" else None
    return _with(draft, subject=subject, body=rendered.body, category=draft.category or rendered.category)


def _with(draft: Draft, **changes: Any) -> Draft:
    return Draft(**{name: changes.get(name, getattr(draft, name)) for name in Draft.__slots__})


def _checked(case: Any, draft: Draft) -> tuple[str, tuple[str, ...], str | None, str]:
    """Recipient, copies, subject and body, all fit to be sent."""
    try:
        if draft.message_type == "sms":
            if draft.subject is not None or draft.cc:
                raise AddressRefused("subject" if draft.subject is not None else "cc", "is not known to SMS")
            number = _given(draft.to or case.phone, "the debtor has no phone number on file; name one")
            return phone_number("to", number), (), None, body_text(draft.body or "", LONGEST_SMS)
        if len(draft.cc) > _MOST_COPIES:
            raise AddressRefused("cc", f"may name {_MOST_COPIES} addresses, not {len(draft.cc)}")
        address = email_address(
            "to", _given(draft.to or case.email, "the debtor has no e-mail address on file; name one")
        )
        copies = tuple(email_address(f"cc.{number}", copy) for number, copy in enumerate(draft.cc))
        return address, copies, subject_line(draft.subject or ""), body_text(draft.body or "", LONGEST_BODY)
    except AddressRefused as error:
        raise refused(error.field, str(error)) from error


def _given(address: str | None, problem: str) -> str:
    if not address:
        raise AddressRefused("to", problem)
    return address


async def _permitted(
    session: Session, settings: Settings, case: Any, draft: Draft, contacts: int, day: date
) -> Verdict:
    """SEND or LATER; anything else is Problem 422 with the rule. The creditor itself may always be written to."""
    category = draft.category or "free_text"
    if draft.message_type == "sms" and not settings.sms_url:
        raise forbidden(Verdict("NEVER", "CHANNEL_NOT_SET_UP", "this house has no SMS provider"))
    why = stop_reason(category, settled=case.settled, closed=case.closed, held=case.held, hold_reason=case.hold_reason)
    if why:
        raise forbidden(Verdict("NEVER", "CASE_STOPPED", f"{why}; messages of category {category} do not leave"))
    if not contacts:
        return Verdict("SEND")
    capped = settings.contact_cap_per_week
    found = await queries.count_sent_this_week(session, [case.debtor_id], with_queued=True) if capped else {}
    sent = {debtor_id: row.sent + contacts - 1 for debtor_id, row in found.items()}
    sent.setdefault(case.debtor_id, contacts - 1)
    intent = Intent(draft.message_type.upper(), category, by_policy=False, country=case.country_code)
    verdict = verdict_on(intent, case, settings, sent, day)
    if verdict.kind in ("NEVER", "BY_LETTER"):
        raise forbidden(verdict)
    return verdict


def _reached(case: Any, addresses: Sequence[str]) -> int:
    """How many a message reaches beside the creditor; copies are contacts like any other."""
    return sum(1 for address in addresses if address.casefold() != case.creditor_email.casefold())


def forbidden(verdict: Verdict) -> Problem:
    """A message that a rule forbids: the rule's name for programs, its reason for people."""
    return Problem(422, f"The message must not be sent: {verdict.detail}.", rule=verdict.rule)


async def _thread(session: Session, case: Any, key: DataKey, draft: Draft, recipient: str, subject: str | None) -> UUID:
    """The conversation a message belongs to: the named one, else that of its subject or number."""
    if draft.thread_id is not None:
        thread = await get_thread(session, case.creditor_id, draft.thread_id)
        if thread.case_id != case.case_id:
            raise refused("threadId", "belongs to another case")
        return draft.thread_id
    row = thread_row(case, key, subject or f"SMS {recipient}")
    await queries.save_threads(session, [row])
    return row["thread_id"]


def thread_row(case: Any, key: DataKey, subject: str) -> dict[str, Any]:
    """A conversation is known by its case and its subject without Re:; only who has the key can tell which."""
    return {
        "thread_id": key.id_of(f"{case.case_id}:{conversation_of(subject)}"),
        "case_id": case.case_id,
        "creditor_id": case.creditor_id,
        "debtor_id": case.debtor_id,
        "sealed_subject": key.seal(subject.encode(), THREAD),
    }


def _sender(draft: Draft, settings: Settings) -> str:
    return settings.mail_from if draft.message_type == "email" else settings.office_name


def _participants(sealed: Sequence[bytes | None], key: DataKey | None) -> list[str]:
    if key is None:
        return []
    found: dict[str, None] = {}
    for one in sealed:
        if one is not None:
            fields = key.open_fields(one, MESSAGE)
            found |= dict.fromkeys([fields.get("from", ""), *fields.get("to", []), *fields.get("cc", [])])
    return [address for address in found if address]
