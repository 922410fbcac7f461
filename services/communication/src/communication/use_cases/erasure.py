"""A person's right to be forgotten, and to be told: erase a debtor, or give out all that is kept in one archive."""

import io
import json
import re
import zipfile
from typing import Any
from uuid import UUID

from communication import queries
from communication.use_cases.cases import get_case
from communication.use_cases.correspondence import opened
from communication.use_cases.documents import FILE, read_document
from communication.use_cases.keys import key_for_reading
from communication.use_cases.notes import NOTE
from communication.vault.keys import DataKey
from communication.vault.store import ObjectMissing, Vault
from runtime.database import Database, Session
from runtime.problems import Problem

_MOST_MESSAGES = 100_000


async def erase_debtor(session: Session, creditor_id: UUID, case_id: int) -> UUID:
    """Make everything about the case's debtor unreadable for ever; 409 under a legal hold or while a case is open."""
    case = await get_case(session, creditor_id, case_id)
    debtor = await queries.lock_debtor(session, case.debtor_id)
    if debtor.legal_hold:
        raise Problem(409, "A legal hold forbids to erase this debtor; lift it first.")
    if open_cases := await queries.list_open_cases(session, case.debtor_id):
        named = ", ".join(str(one) for one in open_cases[:10])
        raise Problem(409, f"The debtor is needed while cases are open (GDPR article 17(3)(e)): {named}.")
    await queries.erase_debtor(session, case.debtor_id)
    return case.debtor_id


async def set_legal_hold(session: Session, creditor_id: UUID, case_id: int, *, hold: bool) -> None:
    """Keep everything about the case's debtor, whatever its dates, until the hold is lifted."""
    case = await get_case(session, creditor_id, case_id)
    await queries.set_legal_hold(session, case.debtor_id, hold)


async def export_debtor(database: Database, vault: Vault, creditor_id: UUID, case_id: int, who: str) -> bytes:
    """A zip archive: the person, preferences, messages, notes and documents of all the debtor's cases."""
    files: list[tuple[str, Any]] = []
    async with database.transaction() as session:
        case = await get_case(session, creditor_id, case_id)
        debtor = await queries.lock_debtor(session, case.debtor_id)
        key = await key_for_reading(session, vault.provider, case.debtor_id)
        history = await queries.list_preference_history(session, case.debtor_id)
        content: dict[str, Any] = {
            "debtor.json": _plain(debtor),
            "preferences.json": [_plain(row) for row in history],
        }
        for one in await queries.list_debtor_cases(session, case.debtor_id):
            content[f"case-{one}/messages.json"] = await _messages(session, key, one)
            content[f"case-{one}/notes.json"] = await _notes(session, key, creditor_id, one)
            for row in await queries.list_documents(session, creditor_id, one):
                files.append((f"case-{one}/documents", row))
                await queries.note_access(session, row.document_id, row.version, who)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, value in content.items():
            target.writestr(name, json.dumps(value, indent=1, default=str, ensure_ascii=False))
        for folder, row in files if key else ():
            try:
                sealed = await vault.store.get(row.object_key)
            except ObjectMissing:
                continue  # purged since it was listed
            assert key is not None
            name = re.sub(r"[^\w.-]+", "_", read_document(row, key)["file_name"] or "document")
            document = key.open(sealed, f"{FILE} {row.document_id} {row.version}")
            target.writestr(f"{folder}/{row.document_id}-{name}", document)
    return archive.getvalue()


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
