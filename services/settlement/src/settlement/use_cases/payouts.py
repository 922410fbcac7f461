"""Transfers: a first attempt per settlement, a new one after a failure, and the payment orders that hold them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Any

from bankfiles import Party, Transfer, TransferRefused, write_pain001
from contracts import Agreement
from delivery import publish, traced
from runtime.database import Session
from settlement.domain.accounts import Accounts, ClientAccount
from settlement.domain.payouts import PayoutKind, end_to_end_id_of, payout_id_of
from settlement.queries import agreements as agreement_queries
from settlement.queries import payouts as queries
from settlement.queries.payouts import Payout
from settlement.use_cases import facts
from statutes import is_banking_day

_BATCH = 2_000
_ORDER_TIME = time(6, tzinfo=UTC)


def new_payout(
    settlement: Mapping[str, Any],
    kind: PayoutKind,
    attempt: int,
    amount_minor: int,
    agreement: Agreement,
    accounts: Accounts,
    day: date,
    part: int = 0,
    reference: str | None = None,
) -> dict[str, Any]:
    """A payout to the account in the creditor's agreement, or to our own account in the currency."""
    own = accounts.own[settlement["currency"]]
    to = agreement.payout_account
    return {
        "payout_id": payout_id_of(settlement["settlement_id"], kind, attempt, part),
        "settlement_id": settlement["settlement_id"],
        "creditor_id": settlement["creditor_id"],
        "kind": kind,
        "part": part,
        "attempt": attempt,
        "account_id": settlement["account_id"],
        "amount_minor": amount_minor,
        "currency": settlement["currency"],
        "iban": to.iban if kind == "CREDITOR" else own.iban,
        "bic": to.bic if kind == "CREDITOR" else own.bic,
        "name": to.name if kind == "CREDITOR" else "Own share",
        "reference": reference,
        "end_to_end_id": end_to_end_id_of(settlement["settlement_number"], kind, attempt, part),
        "initiated_date": day,
        "status": "INITIATED",
    }


async def retry_payouts(session: Session, day: date, accounts: Accounts) -> int:
    """Try failed payouts again on the creditor's next run day, to the account now in its agreement."""
    failed = await queries.lock_failed_payouts(session, day, accounts.client.keys(), _BATCH)
    agreements = (
        await agreement_queries.list_agreements(session, {payout.paid_creditor_id for payout, _ in failed})
        if failed
        else {}
    )
    rows = [
        new_payout(
            {
                "settlement_id": payout.settlement_id,
                "settlement_number": payout.settlement_number,
                "creditor_id": payout.creditor_id,
                "currency": payout.currency,
                "account_id": payout.account_id,
            },
            payout.kind,
            payout.attempt + 1,
            payout.amount_minor,
            agreements[payout.paid_creditor_id, version],
            accounts,
            day,
            payout.part,
            payout.reference,
        )
        for payout, version in failed
    ]
    await queries.save_payouts(session, rows)
    return len(failed)


async def write_orders(session: Session, day: date, accounts: Accounts, agency_name: str) -> int:
    """Put payouts into one payment order per account, kept byte for byte until the courier has delivered it.

    A payout that no bank would take (not an IBAN, no name) fails here: it was announced to nobody, and the next
    attempt takes the corrected account.
    """
    refunding = [name for name, account in accounts.client.items() if is_banking_day(account.iban[:2], day)]
    payouts = await queries.lock_unordered_payouts(session, day, accounts.client.keys(), refunding, _BATCH)
    if not payouts:
        return 0
    last = await queries.last_sequences(session, day)
    orders: list[dict[str, Any]] = []
    ordered: dict[str, list[Payout]] = {}
    refused: list[tuple[Payout, str]] = []
    for account_id in sorted({payout.account_id for payout in payouts}):
        mine = [payout for payout in payouts if payout.account_id == account_id]
        sequence = last.get(account_id, 0) + 1
        message_id = message_id_of(day, account_id, sequence)
        written, accepted, rejected = _write(message_id, day, accounts.client[account_id], mine, agency_name)
        refused += rejected
        if accepted:
            ordered[message_id] = accepted
            orders.append(
                {
                    "message_id": message_id,
                    "account_id": account_id,
                    "order_date": day,
                    "sequence": sequence,
                    "content": written,
                }
            )
    await queries.move_payouts(session, [_refusal(payout, reason, day) for payout, reason in refused])
    await _tell_refused_refunds(session, refused, day)
    if orders:
        await _save(session, orders, ordered, day)
    return len(payouts)


async def _save(
    session: Session, orders: Sequence[Mapping[str, Any]], ordered: Mapping[str, Sequence[Payout]], day: date
) -> None:
    await queries.save_orders(session, orders)
    payouts = [payout for held in ordered.values() for payout in held]
    await queries.put_into_orders(
        session, {payout.payout_id: message_id for message_id, held in ordered.items() for payout in held}
    )
    with traced({payout.key: payout.traceparent for payout in payouts}):
        await publish(session, [facts.sent(payout, day) for payout in payouts])


async def _tell_refused_refunds(session: Session, refused: Sequence[tuple[Payout, str]], day: date) -> None:
    """A refund has one attempt, so whoever asked must hear; a refused payout is tried again with another account."""
    refunds = [(payout, reason) for payout, reason in refused if payout.kind == "REFUND"]
    with traced({payout.key: payout.traceparent for payout, _ in refunds}):
        await publish(session, [facts.failed(payout, reason, day, returned=False) for payout, reason in refunds])


def message_id_of(day: date, account_id: str, sequence: int) -> str:
    """Name of a payment order, the same whenever it is written again; at most 35 characters."""
    return f"FORDRING-{day:%Y%m%d}-{sha256(account_id.encode()).hexdigest()[:8]}-{sequence}"


def _write(
    message_id: str, day: date, account: ClientAccount, payouts: Sequence[Payout], agency_name: str
) -> tuple[bytes, list[Payout], list[tuple[Payout, str]]]:
    """The file, the payouts in it, and those left out with the reason. A fault of our own account raises."""
    rejected = list(_refusals(message_id, day, account, payouts, agency_name))
    left_out = {payout.payout_id for payout, _ in rejected}
    accepted = [payout for payout in payouts if payout.payout_id not in left_out]
    content = _file(message_id, day, account, accepted, agency_name) if accepted else b""
    return content, accepted, rejected


def _refusals(
    message_id: str, day: date, account: ClientAccount, payouts: Sequence[Payout], agency_name: str
) -> Iterator[tuple[Payout, str]]:
    try:
        _file(message_id, day, account, payouts, agency_name)
    except TransferRefused:
        for payout in payouts:
            try:
                _file(message_id, day, account, [payout], agency_name)
            except TransferRefused as refused:
                if not refused.position.startswith("transfer "):
                    raise
                yield payout, refused.reason


def _file(message_id: str, day: date, account: ClientAccount, payouts: Sequence[Payout], agency_name: str) -> bytes:
    return write_pain001(
        message_id,
        datetime.combine(day, _ORDER_TIME),
        Party(agency_name),
        account.iban,
        day,
        [_transfer(payout, agency_name) for payout in payouts],
        debtor_bic=account.bic or None,
    )


def _transfer(payout: Payout, agency_name: str) -> Transfer:
    return Transfer(
        end_to_end_id=payout.end_to_end_id,
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        creditor_name=agency_name if payout.kind == "OWN" else payout.name,
        creditor_iban=payout.iban,
        creditor_bic=payout.bic or None,
        remittance_text=None
        if payout.reference
        else (payout.remittance_text or f"{agency_name} {payout.settlement_number}")[:140],
        reference=payout.reference,
    )


def _refusal(payout: Payout, reason: str, day: date) -> dict[str, Any]:
    return {
        "payout_id": payout.payout_id,
        "status": "FAILED",
        "booking_date": None,
        "failed_date": day,
        "reason": reason,
    }
