"""What the bank said about our payouts, taken to heart once per file."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256

from bankfiles import BankFileRefused, StatusReport, detect, read, read_returns, read_status_report
from contracts import Event
from delivery import publish, traced
from runtime.clock import today
from runtime.database import Session
from settlement.domain.payouts import AnswerKind, moved_by
from settlement.queries import payouts as queries
from settlement.queries.payouts import Payout
from settlement.use_cases import facts

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """The bank's word on one payout, or on every payout of a payment order (then by `message_id`)."""

    kind: AnswerKind
    end_to_end_id: str = ""
    message_id: str = ""
    amount_minor: int | None = None
    currency: str | None = None
    booking_date: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BankMessage:
    """A file of the bank, read: its identity, what it answers, and why it could not be read if it could not."""

    name: str
    sha256: str
    message_kind: str
    answers: tuple[Answer, ...] = ()
    refused: str | None = None


def read_message(name: str, content: bytes) -> BankMessage:
    """Read a file of any kind; what is no answer to a payout has no answers."""
    digest, kind = sha256(content).hexdigest(), detect(content)
    try:
        if kind == "pain.002":
            answers = tuple(_of_report(read_status_report(content)))
        elif kind == "pacs.004":
            answers = tuple(_of_returns(content))
        elif kind in ("camt.053", "camt.054"):
            answers = tuple(_of_movements(content))
        else:
            answers = ()
    except BankFileRefused as refused:
        return BankMessage(name, digest, kind, refused=str(refused))
    return BankMessage(name, digest, kind, answers)


def _of_report(report: StatusReport) -> Iterator[Answer]:
    if report.is_duplicate:
        return  # it names the copy that counts, which was answered before
    for transfer in report.transfers:
        if transfer.is_rejected:
            yield Answer("REJECTED", transfer.end_to_end_id, reason=transfer.reason_code)
        elif transfer.status != "PDNG":
            yield Answer("ACCEPTED", transfer.end_to_end_id)
    if report.is_rejected and not report.transfers:
        yield Answer("REJECTED", message_id=report.original_message_id, reason=report.reason_code)


def _of_returns(content: bytes) -> Iterator[Answer]:
    for returned in read_returns(content):
        yield Answer(
            "RETURNED",
            returned.end_to_end_id,
            amount_minor=returned.amount_minor,
            currency=returned.currency,
            booking_date=returned.settlement_date,
            reason=returned.reason_code,
        )


def _of_movements(content: bytes) -> Iterator[Answer]:
    """Debits with an end-to-end id, and credits by which a payout came back; all else is another service's."""
    for movement in read(content).transactions:
        is_return = movement.direction == "CREDIT" and bool(movement.return_reason)
        if movement.end_to_end_id and (movement.direction == "DEBIT" or is_return):
            yield Answer(
                "RETURNED" if is_return else "DEBITED",
                movement.end_to_end_id,
                amount_minor=movement.amount_minor,
                currency=movement.currency,
                booking_date=movement.booking_date,
                reason=movement.return_reason,
            )


@dataclass(slots=True)
class _Moves:
    """What a batch of answers did: how payouts stand afterwards, and what is to be told."""

    by_id: dict[str, Payout]
    by_message: dict[str, list[Payout]]
    rows: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])
    events: list[Event] = field(default_factory=list[Event])

    def payouts_of(self, answer: Answer) -> Sequence[Payout]:
        if answer.message_id:
            return [self.by_id[payout.end_to_end_id] for payout in self.by_message.get(answer.message_id, [])]
        payout = self.by_id.get(answer.end_to_end_id)
        return [payout] if payout else []

    def take(self, answer: Answer, day: date) -> None:
        for payout in self.payouts_of(answer):
            if answer.amount_minor is not None and (answer.amount_minor, answer.currency) != (
                payout.amount_minor,
                payout.currency,
            ):
                log.warning("payout %s: the bank names another amount, its word is left aside", payout.payout_id)
                continue
            self._move(payout, answer, day)

    def _move(self, payout: Payout, answer: Answer, day: date) -> None:
        steps = moved_by(payout.status, answer.kind)
        for status in steps:
            failed = status in ("FAILED", "RETURNED")
            self.rows[payout.end_to_end_id] = {
                "payout_id": payout.payout_id,
                "status": status,
                "booking_date": answer.booking_date if status == "CONFIRMED" else self._booked(payout),
                "failed_date": day if failed else None,
                "reason": answer.reason if failed else None,
            }
            if status == "CONFIRMED":
                self.events.append(facts.confirmed(payout, answer.booking_date or day))
            elif failed:
                self.events.append(facts.failed(payout, answer.reason, day, returned=status == "RETURNED"))
        if steps:
            self.by_id[payout.end_to_end_id] = replace(payout, status=steps[-1])
        elif answer.kind == "DEBITED" and payout.status == "FAILED":
            log.error("payout %s was rejected and debited all the same; ask the bank", payout.payout_id)

    def _booked(self, payout: Payout) -> object:
        return self.rows.get(payout.end_to_end_id, {}).get("booking_date")


async def take_answers(session: Session, messages: Sequence[BankMessage]) -> int:
    """Take in files in the order given, each once; says how many were new. Five statements, whatever the number."""
    day = await today(session)
    rows = [
        {
            "name": message.name,
            "sha256": message.sha256,
            "message_kind": message.message_kind,
            "refused": message.refused,
        }
        for message in messages
    ]
    new = await queries.save_seen(session, rows, day)
    fresh = [message for message in messages if (message.name, message.sha256) in new]
    for message in fresh:
        if message.refused:
            log.warning("bank file %s could not be read: %s", message.name, message.refused)
    answers = [answer for message in fresh for answer in message.answers]
    if answers:
        await _apply(session, answers, day)
    return len(fresh)


async def _apply(session: Session, answers: Sequence[Answer], day: date) -> None:
    by_id, by_message = await queries.lock_answered_payouts(
        session,
        {answer.end_to_end_id for answer in answers if answer.end_to_end_id},
        {answer.message_id for answer in answers if answer.message_id},
    )
    moves = _Moves(by_id, by_message)
    for answer in answers:
        moves.take(answer, day)
    await queries.move_payouts(session, list(moves.rows.values()))
    with traced({payout.key: payout.traceparent for payout in by_id.values()}):
        await publish(session, moves.events)
