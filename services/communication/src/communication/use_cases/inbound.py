"""Take in mail and SMS: find its case, keep it sealed, file its attachments, announce it; what finds no case waits for a clerk."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from communication import queries
from communication.domain.files import FileRefused, check_file
from communication.domain.inbound_mail import InboundMail, read_mail
from communication.domain.inbound_sms import is_same_number, last_digits, read_sms
from communication.settings import Settings
from communication.use_cases.correspondence import MESSAGE, thread_row
from communication.use_cases.documents import FILE, Upload, document_row, tell_documents
from communication.use_cases.keys import keys_for_writing
from communication.use_cases.reports import Report, record_reports
from communication.vault.keys import DataKey
from communication.vault.store import Vault, object_key
from contracts import MessageReceived
from delivery import publish, traced
from runtime.clock import today
from runtime.database import Database, Session
from runtime.problems import Problem

OFFICE_ID: Final = UUID(int=0)
"""Whose key seals mail that belongs to nobody yet."""
UNMATCHED: Final = "unmatched mail"
_NAMESPACE: Final = UUID("b6a2f4d6-0b0e-5a1c-8b43-0d4c1b2a9e77")
_UPLOADER: Final = "inbound mail"


@dataclass(frozen=True, slots=True)
class Received:
    """A mail, its id, and the case it belongs to, if one was found."""

    message_id: UUID
    raw: bytes
    mail: InboundMail
    case: Any | None = None
    thread_id: UUID | None = None
    reason: str = ""


async def receive_mails(
    database: Database, vault: Vault, settings: Settings, raws: Sequence[bytes], case_id: int | None = None
) -> int:
    """Take in a batch; a mail that comes again changes nothing. Returns how many found their case.

    With `case_id` a clerk has said where they belong.
    """
    mails = await asyncio.to_thread(lambda: [read_mail(raw, settings.trusted_authserv_id) for raw in raws])
    return await _receive(database, vault, settings, list(zip(raws, mails, strict=True)), case_id)


async def receive_sms(
    database: Database, vault: Vault, settings: Settings, raws: Sequence[bytes], case_id: int | None = None
) -> int:
    """Like `receive_mails`, for short messages as `InboundSms.as_raw` keeps them."""
    return await _receive(database, vault, settings, [(raw, read_sms(raw)) for raw in raws], case_id)


async def _receive(
    database: Database,
    vault: Vault,
    settings: Settings,
    given: Sequence[tuple[bytes, InboundMail]],
    case_id: int | None,
) -> int:
    read = {uuid5(_NAMESPACE, mail.key): (raw, mail) for raw, mail in given}
    reports = [mail for _, mail in read.values() if mail.bounces]
    async with database.transaction() as session:
        known = await queries.find_known(session, read.keys())
        fresh = {
            message_id: pair for message_id, pair in read.items() if message_id not in known and not pair[1].bounces
        }
        found = await _placed(session, fresh, case_id)
        keys = await keys_for_writing(
            session, vault.provider, {one.case.debtor_id for one in found if one.case} | {OFFICE_ID}
        )
        day = await today(session)
        found = [_unless_erased(one, keys) for one in found]
        await queries.begin_uploads(session, [place for one in found if one.case for _, place in _places(one)])
    documents = [row for one in found if one.case for row in await _store_attachments(vault, settings, one, keys, day)]
    async with database.transaction() as session:
        await _save(session, found, documents, keys, day)
        if reports:
            await record_reports(session, [report for mail in reports for report in _reports(mail)])
    return sum(1 for one in found if one.case)


async def assign_mail(database: Database, vault: Vault, settings: Settings, message_id: UUID, case_id: int) -> None:
    """File a waiting mail on a case; 404 for an unknown mail or case."""
    async with database.transaction() as session:
        row = await queries.lock_unmatched(session, message_id)
        if row is None:
            raise Problem(404, "There is no such mail in the queue.")
        if not await queries.find_cases(session, None, [case_id]):
            raise Problem(404, f"There is no case {case_id}.")
        keys = await keys_for_writing(session, vault.provider, [OFFICE_ID])
    raw = keys[OFFICE_ID].open(row.sealed, UNMATCHED)
    receive = receive_sms if row.channel == "SMS" else receive_mails
    if not await receive(database, vault, settings, [raw], case_id):
        async with database.transaction() as session:
            if not await queries.find_known(session, [message_id]):
                raise Problem(409, "The debtor of the case was erased; the mail stays in the queue.")
    async with database.transaction() as session:
        await queries.drop_unmatched(session, message_id)


async def list_unmatched(session: Session, vault: Vault, limit: int) -> list[dict[str, Any]]:
    """The queue of mails that found no case, oldest first."""
    rows = await queries.list_unmatched(session, limit)
    keys = await keys_for_writing(session, vault.provider, [OFFICE_ID]) if rows else {}
    listed: list[dict[str, Any]] = []
    for row in rows:
        mail = _waiting(row, keys[OFFICE_ID])
        listed.append(
            {
                "message_id": row.message_id,
                "message_type": row.channel.lower(),
                "sender": mail.sender,
                "subject": mail.subject,
                "reason": row.reason,
                "received_at": row.received_at,
                "has_attachments": bool(mail.attachments),
            }
        )
    return listed


def _waiting(row: Any, key: DataKey) -> InboundMail:
    raw = key.open(row.sealed, UNMATCHED)
    return read_sms(raw) if row.channel == "SMS" else read_mail(raw)


async def forget_unmatched(session: Session, vault: Vault, addresses: Collection[str]) -> None:
    """Drop waiting messages from these addresses and numbers: they are of somebody who is being erased."""
    wanted = {address.casefold() for address in addresses}
    digits = {last_digits(address) for address in addresses if "@" not in address}
    rows = await queries.list_unmatched(session, None) if wanted else ()
    keys = await keys_for_writing(session, vault.provider, [OFFICE_ID]) if rows else {}
    for row in rows:
        sender = _waiting(row, keys[OFFICE_ID]).sender.casefold()
        if sender in wanted or (row.channel == "SMS" and last_digits(sender) in digits):
            await queries.drop_unmatched(session, row.message_id)


async def _called(session: Session, messages: Sequence[InboundMail]) -> dict[str, int | str]:
    """By sender's number: the case that was last written about by SMS, else the one open case; else why there is none."""
    if not messages:
        return {}
    rows = await queries.find_called(session, {last_digits(message.sender) for message in messages})
    found: dict[str, int | str] = {}
    for sender in {message.sender for message in messages}:
        theirs = [row for row in rows if is_same_number(row.number, row.country_code, sender)]
        written = max((row for row in theirs if row.last_sms_at), key=lambda row: row.last_sms_at, default=None)
        open_cases = {row.case_id for row in theirs if row.is_open}
        if written is not None:
            found[sender] = written.case_id
        elif len(open_cases) == 1:
            found[sender] = open_cases.pop()
        else:
            found[sender] = "its number has several open cases" if open_cases else "its number has no open case"
    return found


async def _placed(
    session: Session, fresh: Mapping[UUID, tuple[bytes, InboundMail]], case_id: int | None
) -> list[Received]:
    """Where each mail belongs: what it answers, else the address it came to, else the one case it mentions."""
    answered = await queries.find_answered(session, {one for _, mail in fresh.values() for one in mail.answers})
    words = {word for _, mail in fresh.values() for word in mail.references}
    referred: dict[str, set[int]] = {}
    for row in await queries.find_referred(session, words):
        referred.setdefault(row.reference, set()).add(row.case_id)
    called = await _called(session, [mail for _, mail in fresh.values() if mail.channel == "SMS"])
    chosen = {
        message_id: (case_id, None) if case_id is not None else _case_of(mail, answered, referred, called)
        for message_id, (_, mail) in fresh.items()
    }
    wanted = {place for place, _ in chosen.values() if isinstance(place, int)}
    cases = {row.case_id: row for row in await queries.find_cases(session, None, wanted)}
    placed: list[Received] = []
    for message_id, (raw, mail) in fresh.items():
        place, thread_id = chosen[message_id]
        case = cases.get(place) if isinstance(place, int) else None
        reason = "" if case else (place if isinstance(place, str) else "it came to a case that does not exist")
        placed.append(Received(message_id, raw, mail, case, thread_id, reason))
    return placed


def _case_of(
    mail: InboundMail,
    answered: Mapping[str, Any],
    referred: Mapping[str, set[int]],
    called: Mapping[str, int | str],
) -> tuple[int | str, UUID | None]:
    """The case and, for an answer, its conversation; else why there is none."""
    for answer in mail.answers:
        if answer in answered:
            return answered[answer].case_id, answered[answer].thread_id
    if len(set(mail.case_ids)) == 1:
        return mail.case_ids[0], None
    named = {case_id for word in mail.references for case_id in referred.get(word, ())}
    if len(named) == 1:
        return named.pop(), None
    if not named and mail.channel == "SMS":
        return called[mail.sender], None
    return ("it mentions several cases" if named else "it mentions no case"), None


def _unless_erased(one: Received, keys: Mapping[UUID, DataKey]) -> Received:
    if one.case is None or one.case.debtor_id in keys:
        return one
    return Received(one.message_id, one.raw, one.mail, reason="the debtor of its case was erased")


def _places(one: Received) -> list[tuple[UUID, str]]:
    """The id and the object of each attachment, the same however often the mail comes."""
    document_ids = [uuid5(one.message_id, f"attachment:{number}") for number in range(len(one.mail.attachments))]
    return [(document_id, object_key(document_id, 1)) for document_id in document_ids]


async def _store_attachments(
    vault: Vault, settings: Settings, one: Received, keys: Mapping[UUID, DataKey], day: date
) -> list[dict[str, Any]]:
    """Store what may be filed, sealed; files that are not taken are left out, the mail's body stays."""
    rows: list[dict[str, Any]] = []
    assert one.case is not None
    for attachment, (document_id, place) in zip(one.mail.attachments, _places(one), strict=True):
        try:
            checked = check_file(attachment.name, attachment.content, settings.document_limit_bytes)
        except FileRefused:
            continue
        key = keys[one.case.debtor_id]
        await vault.store.put(place, key.seal(attachment.content, f"{FILE} {document_id} 1"))
        upload = Upload(checked.name, attachment.content, "correspondence", "", _UPLOADER, message_id=one.message_id)
        row = document_row(one.case, document_id, 1, checked, upload, place, key)
        rows.append(row | {"retain_until": day + timedelta(days=settings.document_retention_days)})
    return rows


async def _save(
    session: Session,
    found: Sequence[Received],
    documents: Sequence[dict[str, Any]],
    keys: Mapping[UUID, DataKey],
    day: date,
) -> None:
    ours = [one for one in found if one.case is not None]
    threads = [thread_row(one.case, _key(one, keys), _subject(one.mail)) for one in ours]
    await queries.save_threads(session, [row for one, row in zip(ours, threads, strict=True) if one.thread_id is None])
    with_files = {row["message_id"] for row in documents}
    rows = [
        _message(one, one.thread_id or thread["thread_id"], _key(one, keys), one.message_id in with_files, day)
        for one, thread in zip(ours, threads, strict=True)
    ]
    new = await queries.save_correspondence(session, rows) if rows else set[UUID]()
    filed = [row for row in documents if row["message_id"] in new]
    if filed:
        await queries.add_documents(session, filed)
        await queries.end_uploads(session, [row["object_key"] for row in filed])
        await tell_documents(session, filed, day)
    office = [
        {
            "message_id": one.message_id,
            "sealed": keys[OFFICE_ID].seal(one.raw, UNMATCHED),
            "reason": one.reason,
            "channel": one.mail.channel,
        }
        for one in found
        if one.case is None
    ]
    await queries.save_unmatched(session, office)
    told = [one for one in ours if one.message_id in new and one.case is not None]
    with traced({str(one.case.case_id): one.case.traceparent for one in told if one.case}):
        await publish(session, [_fact(one, day) for one in told])


def _subject(mail: InboundMail) -> str:
    """An SMS belongs to the conversation with its number, as those we send do."""
    return f"SMS {mail.sender}" if mail.channel == "SMS" else mail.subject or "(no subject)"


def _key(one: Received, keys: Mapping[UUID, DataKey]) -> DataKey:
    assert one.case is not None
    return keys[one.case.debtor_id]


def _message(one: Received, thread_id: UUID, key: DataKey, has_documents: bool, day: date) -> dict[str, Any]:
    mail, case = one.mail, one.case
    assert case is not None
    fields = {"from": mail.sender, "to": list(mail.to), "cc": [], "subject": mail.subject or None, "body": mail.body}
    left_out = len(mail.attachments) if not has_documents else 0
    return {
        "message_id": one.message_id,
        "case_id": case.case_id,
        "creditor_id": case.creditor_id,
        "debtor_id": case.debtor_id,
        "category": "free_text",
        "channel": mail.channel,
        "template": "",
        "as_of": day,
        "traceparent": case.traceparent,
        "direction": "INBOUND",
        "status": "RECEIVED",
        "sealed": key.seal_fields(fields, MESSAGE),
        "thread_id": thread_id,
        "priority": "normal",
        "sent_by": "",
        "has_attachments": has_documents,
        "classification": mail.classification,
        "smtp_message_id": mail.message_id,
        "release_at": None,
        "contacts": 1,
        "sender_verified": mail.is_authentic and _is_on_file(mail.sender, case),
        "detail": f"{left_out} attachments were of a kind that is not taken" if left_out else "",
    }


def _is_on_file(address: str, case: Any) -> bool:
    known = (case.email, case.creditor_email)
    return address.casefold() in {one.casefold() for one in known if one}


def _fact(one: Received, day: date) -> MessageReceived:
    assert one.case is not None
    return MessageReceived(
        event_id=uuid5(one.message_id, "received"),
        creditor_id=one.case.creditor_id,
        case_id=one.case.case_id,
        message_id=one.message_id,
        channel=one.mail.channel,
        as_of=day,
    )


def _reports(mail: InboundMail) -> list[Report]:
    """A delivery report as events: 5.x.x is for good, 4.x.x for now."""
    reports: list[Report] = []
    for bounce in mail.bounces:
        detail = f"the receiving server reported {bounce.status or 'no status'}"
        if bounce.action == "failed":
            reports.append(
                Report(bounce.message_id, "DEFERRED" if bounce.status.startswith("4") else "BOUNCED", detail)
            )
        elif bounce.action == "delayed":
            reports.append(Report(bounce.message_id, "DEFERRED", detail))
        elif bounce.action in ("delivered", "relayed", "expanded"):
            reports.append(Report(bounce.message_id, "DELIVERED", detail))
    return reports
