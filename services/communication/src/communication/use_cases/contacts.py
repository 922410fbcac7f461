"""Know creditors and debtors: whom letters name and whom they reach."""

from collections.abc import Sequence

from communication import queries
from contracts import AgreementActivated, CreditorOnboarded, DebtorRecorded
from delivery import release
from runtime.database import Session


async def record_creditors(session: Session, events: Sequence[CreditorOnboarded]) -> None:
    """Keep creditors, and take up the invoices that waited for them."""
    latest = {event.creditor_id: event.model_dump() for event in events}
    await queries.save_creditors(session, list(latest.values()))
    await release(session, [f"creditor:{creditor_id}" for creditor_id in latest])


async def record_agreements(session: Session, events: Sequence[AgreementActivated]) -> None:
    """Keep what letters need of the agreements in force, and take up the letters that waited for them."""
    newest = {event.creditor_id: event for event in sorted(events, key=lambda event: event.agreement_version)}
    rows = [
        {
            "creditor_id": creditor_id,
            "agreement_version": event.agreement_version,
            "deducts_vat": event.agreement.creditor_deducts_vat,
            "failure_summary": event.agreement.failure_summary,
            "track_mail": event.agreement.track_mail,
        }
        for creditor_id, event in newest.items()
    ]
    await queries.save_agreements(session, rows)
    await release(session, [f"agreement:{creditor_id}" for creditor_id in newest])


async def record_debtors(session: Session, events: Sequence[DebtorRecorded]) -> None:
    """Keep the latest contact details, and take up the invoices that waited for them."""
    latest = {
        event.debtor_id: event.model_dump() | {"recorded_at": event.occurred_at, "email": event.email or None}
        for event in sorted(events, key=lambda event: event.occurred_at)
    }
    await queries.save_debtors(session, list(latest.values()))
    await release(session, [f"debtor:{debtor_id}" for debtor_id in latest])
