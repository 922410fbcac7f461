"""Reconcile client money: each statement against our books, silent banks, and whether the funds cover what is owed."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from contracts import PayoutFailed, PayoutInitiated, RefundFailed, RefundSent
from payment_control.domain.accounts import ClientAccount
from payment_control.domain.decisions import DecisionConflict, SubjectUnknown
from payment_control.domain.reconciliation import ReconciledDay, compare, explain, one_per_day
from payment_control.domain.silence import banking_days_between
from payment_control.queries import bank_files, client_funds
from payment_control.queries import client_money as queries
from payment_control.queries.client_money import Alert, Place
from runtime.database import Session

Ordered = PayoutInitiated | PayoutFailed | RefundSent | RefundFailed
ALERTS = UUID("0b1f7d1c-6d57-5b9e-8a6d-3f2f6f1f5c27")


async def keep_payouts(session: Session, events: Sequence[Ordered]) -> None:
    """Remember what was ordered: a debit with its end-to-end id is that payout or refund."""
    await bank_files.hold_imports(session)
    await queries.save_payouts(session, [_payout_row(event) for event in events])
    touched = await queries.name_lines(session, {event.end_to_end_id for event in events})
    await compare_days(session, touched)


async def compare_days(session: Session, touched: Iterable[Place]) -> None:
    """Compare anew every day on which one of these places counts; nothing where no statement has come yet."""
    since: dict[str, date] = {}
    for account_id, day in touched:
        since[account_id] = min(day, since.get(account_id, day))
    statements = one_per_day(await queries.list_statements(session, since)) if since else []
    if not any(one.day >= since[one.account_id] for one in statements):
        return
    starts: dict[str, date] = {}
    for one in statements:
        start = min(one.day, one.covers_from or one.day)
        starts[one.account_id] = min(start, starts.get(one.account_id, start))
    compared = compare(statements, await queries.sum_booked(session, starts))
    await queries.save_days(session, [day for day in compared if day.day >= since[day.account_id]])


async def judge_days(session: Session, as_of: date) -> int:
    """Tell of each day before `as_of` what differs, with its lines; an alert that is over is cleared."""
    days = await queries.lock_unjudged(session, as_of)
    if not days:
        return 0
    wrong = [day for day in days if day.alert]
    told = await queries.list_told(session, wrong) if wrong else {}
    posted = await queries.list_posted(session, wrong) if wrong else {}
    alerts = [
        _alert(day, tuple(explain(day, told.get(place, ()), posted.get(place, ()))))
        for day in wrong
        for place in [(day.account_id, day.day)]
    ]
    await queries.save_judgement(session, days, alerts, as_of)
    return len(days)


async def watch_silence(session: Session, as_of: date, accounts: Sequence[ClientAccount], patience_days: int) -> int:
    """Tell of accounts without a statement for so many banking days; says how many alerts came and went."""
    ours = {account.account_id: account for account in accounts if account.kind == "CLIENT_FUNDS"}
    told = await client_funds.list_last_told(session, ours.keys())
    changed = await client_funds.clear_silence(session, told, as_of) if told else 0
    silent = [
        Alert(
            uuid5(ALERTS, f"{account_id}:SILENT_BANK:{day}"),
            "SILENT_BANK",
            account_id,
            day,
            0,
            ours[account_id].currency,
        )
        for account_id, day in told.items()
        if banking_days_between(ours[account_id].iban[:2].upper(), day, as_of) >= patience_days
    ]
    return changed + await _raise_once(session, silent, as_of)


async def watch_cover(session: Session, as_of: date) -> int:
    """Tell of currencies in which less is held than owed; says how many alerts came and went."""
    short = [cover for cover in await client_funds.list_cover(session, as_of) if cover.excess_minor < 0]
    changed = await client_funds.clear_shortfalls(
        session, {cover.currency: cover.excess_minor for cover in short}, as_of
    )
    standing = await client_funds.list_standing_shortfalls(session)
    alerts = [
        Alert(
            uuid5(ALERTS, f"{cover.currency}:SHORTFALL:{cover.day}:{cover.excess_minor}"),
            "SHORTFALL",
            "",
            cover.day,
            cover.excess_minor,
            cover.currency,
        )
        for cover in short
        if (cover.currency, cover.excess_minor) not in standing
    ]
    await queries.save_alerts(session, alerts, as_of)
    return changed + len(alerts)


async def acknowledge(session: Session, alert_id: UUID, person: str, reason: str) -> Any:
    """A person says why it is so; said again by the same person with the same reason, nothing changes."""
    alert = await client_funds.lock_alert(session, alert_id)
    if alert is None:
        raise SubjectUnknown(f"There is no alert {alert_id}.")
    if alert.status == "OPEN":
        return await client_funds.acknowledge(session, alert_id, person, reason)
    if (alert.status, alert.person, alert.reason) == ("ACKNOWLEDGED", person, reason):
        return alert
    raise DecisionConflict(f"The alert is {alert.status.lower()} already; only an open one is acknowledged.")


async def _raise_once(session: Session, alerts: Sequence[Alert], as_of: date) -> int:
    if not alerts:
        return 0
    known = await client_funds.list_known_alerts(session, {alert.alert_id for alert in alerts})
    new = [alert for alert in alerts if alert.alert_id not in known]
    await queries.save_alerts(session, new, as_of)
    return len(new)


def _alert(day: ReconciledDay, findings: Any) -> Alert:
    assert day.alert is not None, "only days with something to tell have an alert"
    kind, amount_minor = day.alert
    alert_id = uuid5(ALERTS, f"{day.account_id}:{day.day}:{kind}:{amount_minor}")
    return Alert(alert_id, kind, day.account_id, day.day, amount_minor, day.currency, findings)


def _payout_row(event: Ordered) -> dict[str, Any]:
    names = ("end_to_end_id", "account_id", "amount_minor", "currency")
    is_refund = isinstance(event, RefundSent | RefundFailed)
    refused = isinstance(event, PayoutFailed | RefundFailed) and not event.returned
    return {name: getattr(event, name) for name in names} | {
        "payout_id": event.refund_id if is_refund else event.payout_id,
        "kind": "REFUND" if is_refund else event.kind,
        "requested_date": event.requested_date if isinstance(event, PayoutInitiated | RefundSent) else None,
        "failed_date": event.as_of if isinstance(event, PayoutFailed | RefundFailed) and refused else None,
    }
