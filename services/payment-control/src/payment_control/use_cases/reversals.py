"""Take payments back when the bank does."""

from collections.abc import Sequence
from datetime import date

from contracts import Event
from delivery import publish, traced
from payment_control.domain.accounts import Arrival
from payment_control.domain.payment import reverse
from payment_control.queries import claims as claim_queries
from payment_control.queries import reversals as queries
from payment_control.queries.claims import ClaimEntries
from payment_control.queries.reversals import Original
from payment_control.use_cases import facts
from runtime.database import Session


async def reverse_payments(session: Session, arrivals: Sequence[Arrival], today: date) -> None:
    """Take back the newest payment each line names; a line without one waits for a person."""
    if not arrivals:
        return
    pairs = _pair(arrivals, await queries.lock_originals(session, arrivals))
    claims = await claim_queries.lock_claims(
        session, {covered.claim_id for _, original in pairs for covered in original.covered}
    )
    spared = await queries.list_spared(session, {original.payment_id for _, original in pairs})

    announced: list[Event] = []
    entries: list[ClaimEntries] = []
    for arrival, original in pairs:
        for fact, covered in facts.reversed_(arrival, original, claims, today):
            announced.append(fact)
            if covered is None or covered.collected_before:
                continue  # what the debtor paid a collector stays paid; the collector owes it again
            outcome = reverse(
                claims[covered.claim_id],
                covered.parts,
                spared.get((original.payment_id, covered.claim_id), ()),
                arrival.transaction.booking_date,
                original.payment_id,
                fact.reversal_id,
            )
            claims[covered.claim_id] = outcome.claim
            entries.append(ClaimEntries(outcome.claim, facts.entries_of(outcome.changes)))
            announced += facts.outcome(outcome, today)

    await claim_queries.save_claims(session, claims.values())
    await claim_queries.add_entries(session, entries)
    await queries.save_reversed(session, {arrival.payment_id: original.payment_id for arrival, original in pairs})
    with traced(facts.traces(claims.values())):
        await publish(session, announced)


def _pair(arrivals: Sequence[Arrival], originals: Sequence[Original]) -> list[tuple[Arrival, Original]]:
    """Each reversal with the newest payment of the same account, reference and amount that is not taken yet."""
    free: dict[tuple[str, str, int, str], list[Original]] = {}
    for original in reversed(originals):
        free.setdefault(original.place, []).append(original)
    pairs: list[tuple[Arrival, Original]] = []
    for arrival in arrivals:
        line = arrival.transaction
        stack = free.get((arrival.account_id, arrival.reversal_key, line.amount_minor, line.currency))
        if arrival.reversal_key and stack:
            pairs.append((arrival, stack.pop()))
    return pairs
