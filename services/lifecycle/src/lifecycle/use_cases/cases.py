"""Opening cases, and the agreements they are opened under."""

from collections.abc import Iterator, Sequence

from contracts import Agreement, AgreementActivated, InvoiceCreated
from delivery import publish, release, trace_of, wait_for
from lifecycle import queries
from lifecycle.domain.case import Case
from lifecycle.domain.dunning import CaseSituation, first_step_bound
from lifecycle.domain.limitation import with_clock
from lifecycle.domain.states import Status
from lifecycle.domain.timeline import TimelineEntry
from lifecycle.use_cases.announcements import case_opened
from lifecycle.use_cases.overrides import with_debtors_overrides
from lifecycle.use_cases.work import hold_flagged
from money import Money
from runtime.database import Session
from statutes import StatuteError, agreed_policy, statute_book


async def copy_agreements(session: Session, events: Sequence[AgreementActivated]) -> None:
    """Keep each version: an invoice names the one it was accepted under."""
    versions = {(event.creditor_id, event.agreement_version): event.agreement for event in events}
    await queries.insert_agreements(session, versions)
    await release(session, {f"agreement:{creditor_id}" for creditor_id, _ in versions})


async def open_cases(session: Session, invoices: Sequence[InvoiceCreated]) -> None:
    """One case per invoice under payment control; others are only remembered as not followed."""
    unfollowed = {invoice.case_id: invoice.creditor_id for invoice in invoices if not invoice.payment_control}
    controlled = {invoice.case_id: invoice for invoice in invoices if invoice.payment_control}
    agreements = await queries.list_agreements(
        session, {(invoice.creditor_id, invoice.agreement_version) for invoice in controlled.values()}
    )

    missing = {
        invoice.event_id: f"agreement:{invoice.creditor_id}"
        for invoice in controlled.values()
        if (invoice.creditor_id, invoice.agreement_version) not in agreements
    }
    cases = {
        invoice.case_id: new_case(invoice, agreements[invoice.creditor_id, invoice.agreement_version])
        for invoice in controlled.values()
        if invoice.event_id not in missing
    }

    if cases:
        cases = await with_debtors_overrides(session, cases)
    await wait_for(session, missing, invoices)
    if unfollowed:
        await queries.insert_unfollowed(session, unfollowed)
    if cases:
        new = await queries.insert_cases(session, list(cases.values()))
        opened = [(cases[case_id], controlled[case_id]) for case_id in sorted(new)]
        await queries.insert_entries(session, [entry for one in opened for entry in _entries(*one)])
        await publish(session, [case_opened(case) for case, _ in opened])
        await hold_flagged(session, [case for case, _ in opened])
    await release(session, {f"case:{case_id}" for case_id in (*cases, *unfollowed)})


def new_case(invoice: InvoiceCreated, agreement: Agreement) -> Case:
    """The case of an invoice, under the terms of its agreement; nothing has been booked on the claim yet."""
    try:
        rules = agreed_policy(agreement.model_dump(), invoice.debtor_kind)
    except StatuteError as silent:
        rules, failure = None, str(silent)
    else:
        failure = None if rules.jurisdiction in statute_book().jurisdictions else _no_law_text(rules.jurisdiction)
    own = next((one for one in agreement.dunning_policies if rules and rules.own and one.code == rules.code), None)
    status: Status = "PREPARING" if invoice.manual_review else "ACTIVE"
    case = Case(
        case_id=invoice.case_id,
        creditor_id=invoice.creditor_id,
        claim_id=invoice.invoice_id,
        invoice_number=invoice.invoice_number,
        currency=invoice.currency,
        debtor_kind=invoice.debtor_kind,
        policy_code=rules.code if rules else agreement.policy_code,
        policy_version=rules.version if rules else 0,
        jurisdiction=rules.jurisdiction if rules else agreement.jurisdiction,
        creditor_deducts_vat=agreement.creditor_deducts_vat,
        interest_enabled=agreement.interest_enabled,
        opened_date=invoice.accepted_date,
        debtor_id=invoice.debtor_id,
        policy_document=own.model_dump_json() if own else None,
        accept_low_confidence=agreement.accept_low_confidence,
        group_letters=agreement.group_letters,
        agreed_fees=dict(agreement.agreed_fees),
        source="API" if invoice.invoice_type == "COLLECTION" else "DUNNING",
        arose_date=invoice.invoice_date,
        failure=failure,
        situation=CaseSituation(
            status="FAILED" if failure else status,
            stage="INVOICED",
            level=0,
            due_date=invoice.due_date,
            principal_minor=invoice.gross_minor,
            original_minor=invoice.gross_minor,
            debtor_country=invoice.debtor_country,
            small_balance_minor=agreement.small_balance_minor,
            collection_allowed=invoice.collection_allowed,
            earliest_step_date=first_step_bound(invoice.invoice_type, invoice.due_date, invoice.accepted_date),
        ),
        traceparent=trace_of(invoice.case_id),
    )
    return with_clock(case, invoice.accepted_date)


def _no_law_text(jurisdiction: str) -> str:
    known = ", ".join(sorted(statute_book().jurisdictions))
    return f"no law is on file for {jurisdiction}, only for {known}: nothing is sent or charged by guess"


def _entries(case: Case, invoice: InvoiceCreated) -> Iterator[TimelineEntry]:
    yield _opened_entry(case, invoice)
    if case.failure:
        text = f"The case needs an operator: {case.failure}"
        yield TimelineEntry(case.case_id, case.opened_date, invoice.occurred_at, "FAILED", text)
    if case.override_scope:
        text = f"The debtor has a policy of its own: {case.policy_code}, version {case.override_version}"
        yield TimelineEntry(case.case_id, case.opened_date, invoice.occurred_at, "POLICY", text)


def _opened_entry(case: Case, invoice: InvoiceCreated) -> TimelineEntry:
    amount = Money(invoice.gross_minor, invoice.currency)
    return TimelineEntry(
        case.case_id,
        case.opened_date,
        invoice.occurred_at,
        "OPENED",
        f"Case opened for invoice {invoice.invoice_number} of {amount}, due {invoice.due_date}",
        ids={"claim_id": str(case.claim_id), "policy": f"{case.policy_code} v{case.policy_version}"},
    )
