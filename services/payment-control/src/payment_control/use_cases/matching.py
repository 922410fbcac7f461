"""Match payments to claims and spread them over what is owed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from contracts import Event
from delivery import publish, traced
from payment_control.domain.accounts import Arrival
from payment_control.domain.claim import Claim
from payment_control.domain.entries import Outcome
from payment_control.domain.matching import Earlier, Found, History, Verdict, match
from payment_control.domain.payment import pay
from payment_control.domain.tokens import Wanted, read_wanted
from payment_control.queries import bank_files, candidates, matches
from payment_control.queries import claims as claim_queries
from payment_control.queries.bank_files import FileLine
from payment_control.queries.candidates import MOST_OF_A_NUMBER, MOST_OF_A_PAYER, Answers, Search
from payment_control.queries.claims import ClaimEntries
from payment_control.queries.matches import Allotted, Decision
from payment_control.use_cases import facts
from runtime.database import Session


@dataclass(frozen=True, slots=True)
class _Placed:
    """What was decided and is to be told; the claims are written already."""

    decisions: Sequence[Decision]
    announced: Sequence[Event]
    claims: Mapping[UUID, Claim]


async def post_payments(session: Session, lines: Sequence[FileLine], today: date) -> None:
    """Match new payments, and store each together with what became of it."""
    if not lines:
        return
    placed = await _place(session, [line.arrival for line in lines], today, told=False)
    await bank_files.save_payments(session, lines, placed.decisions)
    await matches.save_shares(session, placed.decisions)
    await _announce(session, placed)


async def place_again(session: Session, arrivals: Sequence[Arrival], today: date) -> None:
    """Match payments that lie in the queue once more."""
    if not arrivals:
        return
    placed = await _place(session, arrivals, today, told=True)
    await matches.save_decisions(session, placed.decisions)
    await _announce(session, placed)


async def _place(session: Session, arrivals: Sequence[Arrival], today: date, *, told: bool) -> _Placed:
    """Match each payment and spread it over its claims, in order of arrival; `told`: its arrival is known already."""
    schemes = await bank_files.list_schemes(session, {arrival.account_id for arrival in arrivals})
    wanted = {
        arrival.payment_id: read_wanted(arrival.stated_references, arrival.searched_text, schemes[arrival.account_id])
        for arrival in arrivals
    }
    answers = await candidates.find_claims(session, _search(arrivals, wanted))
    claims = await claim_queries.lock_claims(session, answers.claim_ids)
    gone = {claim_id for claim_id, claim in claims.items() if claim.status != "OPEN"}
    histories = await candidates.list_histories(session, gone) if gone else {}

    announced: list[Event] = []
    decisions: list[Decision] = []
    entries: list[ClaimEntries] = []
    for arrival in arrivals:  # a claim may be paid twice in a file: decide on the reduced claim
        wants = wanted[arrival.payment_id]
        verdict = match(wants, arrival.line, _found(arrival, wants, answers, claims), histories)
        decision, outcomes = _spread(arrival, verdict, claims)
        decisions.append(decision)
        if not told:
            announced += _arrival_facts(arrival, decision)
        for share, outcome in zip(decision.allotted, outcomes, strict=True):
            claim = share.claim
            claims[claim.claim_id] = outcome.claim
            histories[claim.claim_id] = _paid(histories.get(claim.claim_id, History()), share, arrival)
            entries.append(ClaimEntries(claim, facts.entries_of(outcome.changes)))
            announced += [facts.allocated(arrival, decision, share, today), *facts.outcome(outcome, today)]

    changed = {share.claim.claim_id for decision in decisions for share in decision.allotted}
    await claim_queries.save_claims(session, [claims[claim_id] for claim_id in sorted(changed)])
    await claim_queries.add_entries(session, entries)
    return _Placed(decisions, announced, claims)


async def _announce(session: Session, placed: _Placed) -> None:
    with traced(facts.traces(placed.claims.values())):
        await publish(session, placed.announced)


def _search(arrivals: Sequence[Arrival], wanted: Mapping[UUID, Wanted]) -> Search:
    """A stated reference is looked up alone; only without one does the text or the payer's habit count."""
    search = Search()
    for arrival in arrivals:
        wants = wanted[arrival.payment_id]
        search.references.update((arrival.account_id, number) for number in wants.reference_numbers)
        if wants.stated:
            continue
        search.numbers.update((arrival.account_id, number) for number in wants.numbers)
        if arrival.line.payer:
            search.payers.add((arrival.account_id, arrival.line.payer))
    return search


def _found(arrival: Arrival, wants: Wanted, answers: Answers, claims: Mapping[UUID, Claim]) -> Found:
    account_id, payer = arrival.account_id, arrival.line.payer
    referenced = answers.of("REFERENCE", account_id, sorted(wants.reference_numbers))
    if wants.stated:
        return Found([claims[claim_id] for claim_id in referenced])
    numbered = answers.of("NUMBER", account_id, sorted(wants.numbers))
    remembered = sorted(
        (claims[claim_id] for claim_id in answers.of("PAYER", account_id, [payer])),
        key=lambda claim: (claim.due_date, claim.claim_id),
    )
    crowded = len(remembered) > MOST_OF_A_PAYER or any(
        len(answers.of("NUMBER", account_id, [number])) > MOST_OF_A_NUMBER for number in wants.numbers
    )
    return Found(
        [claims[claim_id] for claim_id in referenced],
        [claims[claim_id] for claim_id in numbered],
        remembered,
        crowded,
    )


def _spread(arrival: Arrival, verdict: Verdict, claims: Mapping[UUID, Claim]) -> tuple[Decision, list[Outcome]]:
    """Spread each share over its claim by the order of law."""
    line = arrival.transaction
    allotted: list[Allotted] = []
    outcomes: list[Outcome] = []
    for share in verdict.shares:
        claim = claims[share.claim_id]
        outcome, allocation = pay(claim, share.amount_minor, line.value_date, arrival.payment_id)
        allotted.append(Allotted(claim, allocation))
        outcomes.append(outcome)
    return Decision(arrival.payment_id, line.amount_minor, verdict, tuple(allotted)), outcomes


def _arrival_facts(arrival: Arrival, decision: Decision) -> list[Event]:
    if decision.verdict.reason is not None:
        return [facts.registered(arrival, None), facts.unmatched(arrival, decision.verdict.reason)]
    only = decision.allotted[0].claim if len(decision.allotted) == 1 else None
    return [facts.registered(arrival, only)]


def _paid(history: History, share: Allotted, arrival: Arrival) -> History:
    line = arrival.line
    earlier = Earlier(share.amount_minor, line.payer, line.booking_date)
    return History(False, (*history.payments, earlier))
