"""The office's mailbox, polled over IMAP: unseen mail is fetched, and marked as seen once it is safely kept."""

import imaplib
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

_TIMEOUT_SECONDS: Final = 30
_AT_ONCE: Final = 25


class MailboxUnreachable(ConnectionError):
    """The mailbox does not answer, or does not let us in; nothing was taken."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """imap://user:password@host:port/FOLDER, or imaps://; the folder is INBOX unless one is named."""

    url: str

    def fetch_unseen(self) -> list[tuple[str, bytes]]:
        """Up to 25 unseen mails with their UIDs; they stay unseen. Blocks: call it in a thread."""
        with self._open() as mailbox:
            found = _answer(mailbox.uid("SEARCH", "UNSEEN"))
            uids = [uid.decode() for part in found if isinstance(part, bytes) for uid in part.split()][:_AT_ONCE]
            return [(uid, raw) for uid in uids if (raw := _raw(_answer(mailbox.uid("FETCH", uid, "(BODY.PEEK[])"))))]

    def mark_seen(self, uids: Sequence[str]) -> None:
        """Blocks: call it in a thread."""
        with self._open() as mailbox:
            for uid in uids:
                _answer(mailbox.uid("STORE", uid, "+FLAGS", "(\\Seen)"))

    @contextmanager
    def _open(self) -> Generator[imaplib.IMAP4]:
        address = urlsplit(self.url)
        host, folder = address.hostname or "", unquote(address.path.strip("/")) or "INBOX"
        try:
            if address.scheme == "imaps":
                mailbox: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, address.port or 993, timeout=_TIMEOUT_SECONDS)
            else:
                mailbox = imaplib.IMAP4(host, address.port or 143, timeout=_TIMEOUT_SECONDS)
            with mailbox:
                mailbox.login(unquote(address.username or ""), unquote(address.password or ""))
                _answer(mailbox.select('"' + re.sub(r'(["\\])', r"\\\1", folder) + '"'))
                yield mailbox
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxUnreachable(f"the mailbox cannot be read: {type(error).__name__}") from None


def _answer(answer: tuple[str, list[bytes | None]] | tuple[str, list[object]]) -> list[object]:
    status, content = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"the mailbox answered {status}")
    return list(content)


def _raw(content: Sequence[object]) -> bytes | None:
    return next((bytes(part[1]) for part in content if isinstance(part, tuple)), None)
