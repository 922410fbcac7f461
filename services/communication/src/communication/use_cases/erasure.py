"""A person's right to be forgotten, and to be told: erase a debtor, or give out all that is kept in one archive."""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from communication import queries
from communication.domain.messages import einvoice_file, letter_file
from communication.use_cases.cases import get_case
from communication.use_cases.correspondence import opened
from communication.use_cases.documents import FILE, read_document
from communication.use_cases.inbound import forget_unmatched
from communication.use_cases.keys import key_for_reading
from communication.use_cases.notes import NOTE
from communication.vault.keys import DataKey
from communication.vault.store import ObjectMissing, Vault
from contracts import DebtorErased
from delivery import publish
from runtime.clock import today
from runtime.database import Database, Session
from runtime.problems import Problem

_MOST_MESSAGES: Final = 100_000
_SHRED_BATCH: Final = 500


async def erase_debtor(session: Session, vault: Vault, creditor_id: UUID | None, case_id: int, who: str) -> UUID:
    """Make everything about the case's debtor unreadable for ever, and tell it; 409 under a legal hold or while a case is
    open. Erasing again changes nothing."""
    case = await get_case(session, creditor_id, case_id)
    debtor = await queries.lock_debtor(session, case.debtor_id)
    if debtor.erased_at is not None:
        return case.debtor_id
    if debtor.legal_hold:
        raise Problem(409, f"A legal hold forbids to erase this debtor; lift it first: {debtor.legal_hold_reason}")
    if open_cases := await queries.list_open_cases(session, case.debtor_id):
        named = ", ".join(str(one) for one in open_cases[:10])
        raise Problem(409, f"The debtor is needed while cases are open (GDPR article 17(3)(e)): {named}.")
    await forget_unmatched(session, vault, await queries.find_addresses(session, case.debtor_id))
    await queries.erase_debtor(session, case.debtor_id)
    await queries.note_debtor_event(session, case.debtor_id, "ERASED", who)
    erased = DebtorErased(
        event_id=uuid5(case.debtor_id, "erased"),
        debtor_id=case.debtor_id,
        creditor_id=case.creditor_id,
        as_of=await today(session),
    )
    await publish(session, [erased])
    return case.debtor_id


async def set_legal_hold(
    session: Session, creditor_id: UUID | None, case_id: int, *, hold: bool, reason: str, who: str
) -> None:
    """Keep everything about the case's debtor, whatever its dates, until the hold is lifted."""
    case = await get_case(session, creditor_id, case_id)
    debtor = await queries.lock_debtor(session, case.debtor_id)
    if (debtor.legal_hold, debtor.legal_hold_reason) == (hold, reason if hold else ""):
        return
    await queries.set_legal_hold(session, case.debtor_id, hold, reason)
    await queries.note_debtor_event(session, case.debtor_id, "HELD" if hold else "RELEASED", who, reason)


async def shred_letters(database: Database, print_folder: Path, einvoice_folder: Path | None = None) -> int:
    """Remove letters and e-invoices of erased debtors that nobody has fetched; returns how many were looked for."""
    async with database.transaction() as session:
        letters = await queries.list_shreds(session, _SHRED_BATCH)
    if not letters:
        return 0
    await asyncio.to_thread(_shred, print_folder, einvoice_folder, [(row.as_of, row.message_id) for row in letters])
    async with database.transaction() as session:
        await queries.drop_shreds(session, [row.message_id for row in letters])
    return len(letters)


def _shred(print_folder: Path, einvoice_folder: Path | None, letters: Sequence[tuple[date, UUID]]) -> None:
    for day, message_id in letters:
        letter_file(print_folder, day, message_id).unlink(missing_ok=True)
        if einvoice_folder:
            einvoice_file(einvoice_folder, day, message_id).unlink(missing_ok=True)


async def export_debtor(
    database: Database, vault: Vault, print_folder: Path, creditor_id: UUID | None, case_id: int, who: str
) -> tuple[UUID, bytes]:
    """The creditor, and a zip archive: the person, preferences, messages, letters, notes and documents of all the debtor's cases."""
    files: list[tuple[str, Any]] = []
    letters: list[tuple[str, Path]] = []
    async with database.transaction() as session:
        case = await get_case(session, creditor_id, case_id)
        debtor = await queries.lock_debtor(session, case.debtor_id)
        key = await key_for_reading(session, vault.provider, case.debtor_id)
        history = await queries.list_preference_history(session, case.debtor_id)
        await queries.note_debtor_event(session, case.debtor_id, "EXPORTED", who)
        content: dict[str, Any] = {
            "debtor.json": _plain(debtor),
            "preferences.json": [_plain(row) for row in history],
        }
        for one in await queries.list_debtor_cases(session, case.debtor_id):
            content[f"case-{one}/messages.json"] = await _messages(session, key, one)
            content[f"case-{one}/notes.json"] = await _notes(session, key, case.creditor_id, one)
            for row in await queries.list_messages(session, case.creditor_id, one):
                if row.channel == "LETTER":
                    path = letter_file(print_folder, row.as_of, row.message_id)
                    letters.append((f"case-{one}/letters/{path.name}", path))
            for row in await queries.list_documents(session, case.creditor_id, one):
                files.append((f"case-{one}/documents", row))
                await queries.note_access(session, row.document_id, row.version, who)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, value in content.items():
            target.writestr(name, json.dumps(value, indent=1, default=str, ensure_ascii=False))
        for name, letter in await asyncio.to_thread(_read_letters, letters):
            target.writestr(name, letter)
        for folder, row in files if key else ():
            try:
                sealed = await vault.store.get(row.object_key)
            except ObjectMissing:
                continue  # purged since it was listed
            assert key is not None
            name = re.sub(r"[^\w.-]+", "_", read_document(row, key)["file_name"] or "document")
            document = key.open(sealed, f"{FILE} {row.document_id} {row.version}")
            target.writestr(f"{folder}/{row.document_id}-{name}", document)
    return case.creditor_id, archive.getvalue()


def _read_letters(letters: Sequence[tuple[str, Path]]) -> list[tuple[str, bytes]]:
    """Those that the printing house has not taken away."""
    return [(name, path.read_bytes()) for name, path in letters if path.exists()]


async def _messages(session: Session, key: DataKey | None, case_id: int) -> list[dict[str, Any]]:
    every = dict.fromkeys(("channel", "direction", "status", "category", "date_from", "date_to"))
    every |= {"before_at": None, "before_id": None}
    rows = await queries.list_correspondence(session, {"case_id": case_id, "limit": _MOST_MESSAGES, **every})
    return [_plain(row) | opened(row, key) for row in rows if row.message_id is not None]


async def _notes(session: Session, key: DataKey | None, creditor_id: UUID, case_id: int) -> list[dict[str, Any]]:
    rows = await queries.list_notes(session, creditor_id, case_id)
    return [_plain(row) | (key.open_fields(row.sealed, NOTE) if key else {}) for row in rows]


def _plain(row: Any) -> dict[str, Any]:
    """A row without what is sealed."""
    return {name: value for name, value in row._mapping.items() if name != "sealed"}
