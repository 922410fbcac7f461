"""A debtor's data: erased, held, given out whole."""

import asyncio
import io
import json
import re
import zipfile
from typing import Any, Final
from uuid import UUID

from gateway.downstream import Downstream
from gateway.schemas.correspondence_work import Erased, LegalHoldChange, LegalHoldRead
from gateway.settings import ServiceName

_SERVICE: Final = "communication"
_FACTS: Final[tuple[tuple[ServiceName, str, str], ...]] = (
    ("lifecycle", "/internal/cases/{}", "case.json"),
    ("payment-control", "/internal/claims/{}", "claim.json"),
)


async def erase_debtor(downstream: Downstream, creditor_id: UUID | None, case_id: int, who: str) -> Erased:
    """Erase the case's debtor everywhere: communication tells the other services. 409 says what forbids it."""
    told = await downstream.post(_SERVICE, f"{_debtor(case_id)}/erasure", creditor_id, {"who": who})
    return Erased(case_id=case_id, debtor_id=told["debtor_id"])


async def set_legal_hold(downstream: Downstream, case_id: int, change: LegalHoldChange, who: str) -> LegalHoldRead:
    """The office's hold; no creditor can lift it."""
    body = change.model_dump() | {"who": who}
    told = (await downstream.call(_SERVICE, "PUT", f"{_debtor(case_id)}/legal-hold", None, body=body)).json()
    return LegalHoldRead(case_id=case_id, hold=told["hold"], reason=told["reason"])


async def export_debtor(downstream: Downstream, creditor_id: UUID | None, case_id: int, who: str) -> bytes:
    """One zip archive: what communication keeps, and for each case of the debtor its story and its account."""
    given = await downstream.call(_SERVICE, "GET", f"{_debtor(case_id)}/export", creditor_id, params={"who": who})
    owner = UUID(given.headers["X-Creditor-Id"])
    archive = io.BytesIO(given.content)
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as target:
        found = (re.fullmatch(r"case-(\d+)/messages\.json", name) for name in target.namelist())
        for one in sorted(int(match[1]) for match in found if match):
            for name, fact in await _facts(downstream, owner, one):
                target.writestr(f"case-{one}/{name}", json.dumps(fact, indent=1, ensure_ascii=False))
    return archive.getvalue()


async def _facts(downstream: Downstream, owner: UUID, case_id: int) -> list[tuple[str, Any]]:
    """A case without collection has neither; what cannot be reached fails the export, so that none is incomplete."""
    found = await asyncio.gather(
        *(downstream.find(service, path.format(case_id), owner) for service, path, _ in _FACTS)
    )
    return [(name, fact) for (_, _, name), fact in zip(_FACTS, found, strict=True) if fact is not None]


def _debtor(case_id: int) -> str:
    return f"/internal/cases/{case_id}/debtor"
