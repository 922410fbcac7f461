"""Interest on a claim's open principal, from the last accrual to a day. Amounts are minor units."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from payment_control.domain.claim import Claim
from payment_control.domain.entries import Change, Entry, booked_entries
from statutes import Compounding, RateMissing, StatuteBook, accrue_interest


@dataclass(frozen=True, slots=True)
class Interest:
    """What accrued; `stopped_on` is the last day reckoned where the rule pack goes no further without a rate."""

    entries: tuple[Entry, ...] = ()
    row_ids: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    compounding: Compounding | None = None
    stopped_on: date | None = None

    def borne_by(self, claim: Claim) -> Claim:
        """The claim with what the next period must be told."""
        if self.compounding is None:
            return claim
        return replace(
            claim,
            compounding_started_on=self.compounding.started_on,
            capitalised_minor=self.compounding.capitalised_minor,
            pending_minor=self.compounding.pending_minor,
        )


NO_INTEREST = Interest()


def interest_until(claim: Claim, to_date: date, cause_id: UUID, book: StatuteBook | None = None) -> Interest:
    """Interest on the open principal since the last accrual; a missing rate is a warning, never silence.

    Where the rule pack refuses to go on without a rate, interest is reckoned up to the day before, and from there on
    when the rate is on file: neither a payment nor a step has to wait for it.
    """
    try:
        return _reckoned(claim, to_date, cause_id, book)
    except RateMissing as refusal:
        last = refusal.missing_date - timedelta(days=1)
        known = _reckoned(claim, last, cause_id, book)
        warning = (
            f"{claim.jurisdiction}: no late-interest rate is known from {refusal.missing_date}; interest stops there"
        )
        entry = Entry("INTEREST_ACCRUED", "INTEREST", 0, to_date, cause_id, warning=warning)
        return replace(known, entries=(*known.entries, entry), warnings=(*known.warnings, warning), stopped_on=last)


def _reckoned(claim: Claim, to_date: date, cause_id: UUID, book: StatuteBook | None) -> Interest:
    from_date = claim.interest_through + timedelta(days=1)
    if from_date > to_date or claim.owed.principal_minor == 0:
        return NO_INTEREST
    accrual = accrue_interest(
        claim.jurisdiction,
        claim.debtor_kind,
        claim.owed.principal_minor,
        from_date,
        to_date,
        "pack",
        accept_low_confidence=claim.accept_low_confidence,
        compounding=claim.compounding,
        book=book,
    )
    entries = [
        Entry("INTEREST_ACCRUED", "INTEREST", segment.amount_minor, to_date, cause_id, segment.row_id)
        for segment in accrual.segments
        if segment.amount_minor
    ]
    if accrual.warnings:
        # days without a rate leave a line of their own, of amount zero if nothing was reckoned
        last = entries.pop() if entries else Entry("INTEREST_ACCRUED", "INTEREST", 0, to_date, cause_id)
        entries.append(replace(last, warning="; ".join(accrual.warnings)))
    return Interest(tuple(entries), accrual.row_ids if entries else (), accrual.warnings, accrual.compounding)


def accrued(claim: Claim, to_date: date, cause_id: UUID, book: StatuteBook | None = None) -> list[Change]:
    """Interest up to the day principal falls, where it runs; no change when there is none."""
    interest = interest_until(claim, to_date, cause_id, book) if claim.interest_runs else NO_INTEREST
    if not interest.entries:
        return []
    booked = booked_entries(interest.borne_by(claim), "INTEREST_ACCRUED", interest.entries, to_date, cause_id)
    return [replace(booked, claim=replace(booked.claim, interest_through=interest.stopped_on or to_date))]
