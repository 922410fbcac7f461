"""Documents for a creditor's accounting system: what may be submitted again, and when a failure is tried again."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID, uuid5

DocumentKind = Literal["INVOICE", "LEDGER", "PAYMENT"]
DocumentStatus = Literal["FAILED", "PENDING", "SYNCED"]
TargetKind = Literal["CSV", "HTTP", "SIE4"]

PENDING_TEXT = "Pending"
SYNCED_TEXT = "Successfully synced"
PAUSES_SECONDS = (60, 300, 900, 3_600, 10_800, 21_600, 43_200)
"""After each failure but the last."""


class DocumentChanged(ValueError):
    """The identifier stands for another document, which is on its way or has arrived."""

    def __init__(self, kind: DocumentKind, source_identifiers: list[str]) -> None:
        names = ", ".join(source_identifiers)
        super().__init__(
            f"{kind.capitalize()} {names} was submitted before with other content and has not failed;"
            " take a new identifier for a new document."
        )


class EndpointRefused(ValueError):
    """The office has not opened this address to creditors' documents."""

    def __init__(self) -> None:
        super().__init__(
            "url: is not among the addresses that the office has opened for accounting systems; ask for it"
        )


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was submitted; amounts in `content` are decimal text, names as on the partner API."""

    creditor_id: UUID
    kind: DocumentKind
    source_identifier: str
    document_date: date
    content: dict[str, Any] = field(hash=False)

    @property
    def document_id(self) -> UUID:
        return uuid5(self.creditor_id, f"{self.kind}:{self.source_identifier}")


def pause_seconds(attempts: int) -> int | None:
    """How long to wait after the failure of attempt number `attempts`; None when it was the last."""
    return PAUSES_SECONDS[attempts - 1] if attempts <= len(PAUSES_SECONDS) else None


def is_open_to(url: str, opened: str) -> bool:
    """Whether `url` lies under one of the opened addresses (separated by blanks): same scheme, host and port."""
    wanted = urlsplit(url)
    for prefix in opened.split():
        allowed = urlsplit(prefix)
        if (wanted.scheme, wanted.netloc) == (allowed.scheme, allowed.netloc):
            folder = allowed.path.rstrip("/") + "/"
            if ".." not in wanted.path and f"{wanted.path}/".startswith(folder):
                return True
    return False
