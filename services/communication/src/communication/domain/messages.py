"""What a message is: its id, its category, its channel, and when a refused one is tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal
from uuid import UUID, uuid5

from communication.domain.addresses import mobile_number

Channel = Literal["EMAIL", "LETTER", "SMS", "EINVOICE"]
Category = Literal["invoice", "reminder", "notice", "legal_notice"]

_NAMESPACE: Final = UUID("5f0d7c3e-6a39-5d0e-9b5c-0b7f3a1f6c11")
_FIRST_PAUSE_SECONDS: Final = 5
_LONGEST_PAUSE_SECONDS: Final = 900
_MOST_ATTEMPTS: Final = 10

NO_ADDRESS: Final = "the debtor has no e-mail address"


@dataclass(frozen=True, slots=True)
class ChannelChoice:
    """The channel a message takes; `reason` says why it is not the wanted one, else it is empty."""

    channel: Channel
    reason: str = ""


def message_id_of(natural_key: str, channel: Channel) -> UUID:
    """The same message of the same fact by the same channel has the same id, however often it is told."""
    return uuid5(_NAMESPACE, f"{natural_key}:{channel}")


def letter_file(print_folder: Path, day: date, message_id: UUID) -> Path:
    """Where the printing house finds a letter."""
    return print_folder / day.isoformat() / f"{message_id}.pdf"


def einvoice_file(einvoice_folder: Path, day: date, message_id: UUID) -> Path:
    """Where the access point finds an e-invoice."""
    return einvoice_folder / day.isoformat() / f"{message_id}.xml"


def fact_id_of(message_id: UUID, fact: str) -> UUID:
    """The id of what is announced about a message: a repeated announcement repeats it."""
    return uuid5(message_id, fact)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a debtor can be reached; a postal address everybody has."""

    email: str | None = None
    phone: str | None = None
    country: str = ""
    einvoice_address: str | None = None

    def fault(self, channel: str) -> str:
        """Why the channel cannot reach the debtor; empty where it can."""
        if channel == "EMAIL" and not self.email:
            return NO_ADDRESS
        if channel == "EINVOICE" and not self.einvoice_address:
            return "the debtor has no e-invoice address"
        if channel == "SMS" and mobile_number(self.phone, self.country) is None:
            return "the debtor has no number for SMS"
        return ""


@dataclass(frozen=True, slots=True)
class Route:
    """The channel an invoice takes and those left to fall back on; `reason` says what it fell from and why."""

    channel: Channel
    fallbacks: tuple[Channel, ...] = ()
    reason: str = ""


def choose_route(wanted: Channel, fallbacks: Sequence[Channel], reach: Reach) -> Route:
    """The wanted channel, or the first of its fallbacks that reaches the debtor.

    Where none does, the wanted one is left, to fail with its reason: an invoice is never lost without a word.
    """
    order = (wanted, *after(wanted, fallbacks))
    found = next_route(order, reach)
    return found or Route(wanted, (), reach.fault(wanted))


def next_route(order: Sequence[Channel], reach: Reach, reason: str = "") -> Route | None:
    """The first channel of `order` that reaches the debtor; None where none does."""
    reasons = [reason] if reason else []
    for place, channel in enumerate(order):
        fault = reach.fault(channel)
        if not fault:
            return Route(channel, tuple(order[place + 1 :]), "; ".join(reasons))
        reasons.append(fault)
    return None


def after(channel: Channel, fallbacks: Sequence[Channel]) -> tuple[Channel, ...]:
    """What follows the channel in the order of fallbacks; all of them where it is not among them."""
    order = tuple(dict.fromkeys(fallbacks))
    return order[order.index(channel) + 1 :] if channel in order else order


def choose_channel(wanted: str, *, has_email: bool) -> ChannelChoice:
    """E-mail where it is wanted and there is an address; everything else goes by letter."""
    if wanted == "LETTER":
        return ChannelChoice("LETTER")
    if wanted != "EMAIL":
        return ChannelChoice("LETTER", f"{wanted} is not offered for letters of a policy")
    return ChannelChoice("EMAIL") if has_email else ChannelChoice("LETTER", NO_ADDRESS)


def category_of(stage: str) -> Category:
    """The category of a step's message."""
    if stage in ("INVOICED", "OVERDUE", "REMINDER"):
        return "reminder"
    return "notice" if stage == "NOTICE" else "legal_notice"


def retry_after_seconds(attempts: int) -> int | None:
    """The pause in seconds after a temporary refusal; None once `attempts` are enough and the channel has failed."""
    if attempts >= _MOST_ATTEMPTS:
        return None
    return min(_FIRST_PAUSE_SECONDS * 2 ** max(0, attempts - 1), _LONGEST_PAUSE_SECONDS)
