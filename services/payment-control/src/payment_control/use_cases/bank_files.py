"""Import a bank file: keep it whole, register its money once, match and allocate, take reversals back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID, uuid4, uuid5

from bankfiles import BankFile, BankFileRefused, read
from contracts import Event
from delivery import publish, traced
from payment_control.domain.accounts import Arrival, ClientAccount, sort_lines, stated_balances
from payment_control.domain.claim import Claim, Outcome, pay, reverse
from payment_control.domain.matching import Wanted, match, read_references
from payment_control.queries import bank_files as queries
from payment_control.queries import claims as claim_queries
from payment_control.queries.bank_files import Decision, Original
from payment_control.queries.claims import ClaimEntries
from payment_control.use_cases import facts
from runtime.database import Session

UPLOADED, PICKED_UP = "UPLOAD", "FOLDER"


@dataclass(frozen=True, slots=True)
class Reading:
    """A file's bytes and what they say; one of `file` and `refusal` is set."""

    name: str
    content: bytes
    sha256: str
    file: BankFile | None
    refusal: str | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file; `registered` counts lines not seen before."""

    file_id: UUID
    status: Literal["IMPORTED", "REFUSED"]
    format: str
    transactions: int
    registered: int
    duplicates: int
    skipped: int
    rejected: list[dict[str, str]]
    error: str | None


def read_bank_file(name: str, content: bytes) -> Reading:
    """Read without touching the database; a broken file is a refusal, not an error."""
    digest = sha256(content).hexdigest()
    try:
        return Reading(name, content, digest, read(content), None)
    except BankFileRefused as refusal:
        return Reading(name, content, digest, None, str(refusal))


async def import_bank_file(
    session: Session, reading: Reading, accounts: Sequence[ClientAccount], today: date, source: str = UPLOADED
) -> Imported:
    """Post a file's lines once, whatever the file is called and however often it comes."""
    await queries.lock_imports(session)
    file_id = uuid4()
    if not await queries.save_file(session, _file_row(file_id, reading, source)):
        return _known(await queries.get_file(session, reading.sha256))
    if reading.file is None:
        return Imported(file_id, "REFUSED", "", 0, 0, 0, 0, [], reading.refusal)

    lines = sort_lines(reading.file, accounts)
    received = await _register(session, file_id, lines.credits, reversals=False)
    await allocate_payments(session, received, today)
    taken_back = await _register(session, file_id, lines.reversals, reversals=True)
    await reverse_payments(session, taken_back, today)
    await queries.save_balances(session, file_id, stated_balances(reading.file, accounts))

    registered = len(received) + len(taken_back)
    duplicates = len(lines.credits) + len(lines.reversals) - registered
    await queries.save_file_counts(session, file_id, registered, duplicates, lines.skipped)
    row = _file_row(file_id, reading, source)
    return Imported(
        file_id,
        "IMPORTED",
        row["format"],
        row["transactions"],
        registered,
        duplicates,
        lines.skipped,
        row["rejected"],
        None,
    )


async def place_strays(session: Session, opened: Sequence[Claim], today: date) -> None:
    """Money that came before its invoice was known leaves the queue for the claim."""
    await queries.hold_imports(session)
    strays = await queries.lock_strays(session, {(claim.account_id, claim.payment_reference) for claim in opened})
    await allocate_payments(session, strays, today, told=True)


async def allocate_payments(session: Session, arrivals: Sequence[Arrival], today: date, *, told: bool = False) -> None:
    """Match each payment and spread it over its claim, in order of arrival; `told`: its arrival is known already."""
    if not arrivals:
        return
    wanted = await _read_references(session, arrivals)
    claims = await claim_queries.lock_claims_by_reference(
        session,
        {(arrival.account_id, number) for arrival in arrivals for number in wanted[arrival.payment_id].numbers},
    )
    places: dict[tuple[str, str], list[UUID]] = {}
    for claim in claims.values():
        places.setdefault((claim.account_id, claim.payment_reference), []).append(claim.claim_id)

    announced: list[Event] = []
    decisions: list[Decision] = []
    entries: list[ClaimEntries] = []
    for arrival in arrivals:  # a claim may be paid twice in a file: decide on the reduced claim
        line = arrival.transaction
        numbers = sorted(wanted[arrival.payment_id].numbers)
        candidates = [claims[key] for number in numbers for key in places.get((arrival.account_id, number), ())]
        verdict = match(wanted[arrival.payment_id], line.currency, candidates)
        if verdict.claim_id is None:
            assert verdict.reason is not None
            decisions.append(Decision(arrival.payment_id, line.amount_minor, reason=verdict.reason))
            if not told:
                announced += [facts.registered(arrival, None), facts.unmatched(arrival, verdict.reason)]
            continue
        claim = claims[verdict.claim_id]
        decision, outcome = _allocate(arrival, claim)
        claims[claim.claim_id] = outcome.claim
        decisions.append(decision)
        entries.append(ClaimEntries(claim, facts.entries_of(outcome.changes)))
        if not told:
            announced.append(facts.registered(arrival, claim))
        announced += _allocation_facts(arrival, claim, decision, outcome, today)

    changed = {decision.claim_id for decision in decisions}
    await claim_queries.save_claims(session, [claim for claim in claims.values() if claim.claim_id in changed])
    await claim_queries.add_entries(session, entries)
    await queries.save_decisions(session, decisions)
    with traced(facts.traces(claims.values())):
        await publish(session, announced)


async def reverse_payments(session: Session, arrivals: Sequence[Arrival], today: date) -> None:
    """Take back the newest payment each line names; a line without one waits for a person."""
    if not arrivals:
        return
    originals = await queries.lock_originals(session, arrivals)
    pairs = _pair(arrivals, originals)
    claims = await claim_queries.lock_claims(
        session, {original.claim_id for _, original in pairs if original.claim_id is not None}
    )
    spared = await claim_queries.list_spared(session, {original.payment_id for _, original in pairs})

    announced: list[Event] = []
    entries: list[ClaimEntries] = []
    for arrival, original in pairs:
        claim = claims.get(original.claim_id) if original.claim_id else None
        announced.append(facts.reversed_(arrival, original, claim, today))
        if claim is not None:
            outcome = reverse(
                claim,
                original.parts,
                spared.get(original.payment_id, ()),
                arrival.transaction.booking_date,
                original.payment_id,
                arrival.payment_id,
            )
            claims[claim.claim_id] = outcome.claim
            entries.append(ClaimEntries(claim, facts.entries_of(outcome.changes)))
            announced += facts.outcome(outcome, today)

    await claim_queries.save_claims(session, claims.values())
    await claim_queries.add_entries(session, entries)
    await queries.save_reversed(session, {arrival.payment_id: original.payment_id for arrival, original in pairs})
    with traced(facts.traces(claims.values())):
        await publish(session, announced)


async def _register(session: Session, file_id: UUID, arrivals: Sequence[Arrival], *, reversals: bool) -> list[Arrival]:
    """The lines that no file brought before, in the order of this one."""
    if not arrivals:
        return []
    save = queries.register_reversals if reversals else queries.register_payments
    new = await save(session, file_id, arrivals)
    first = {arrival.payment_id: arrival for arrival in reversed(arrivals)}
    return [arrival for arrival in arrivals if arrival.payment_id in new and first[arrival.payment_id] is arrival]


async def _read_references(session: Session, arrivals: Sequence[Arrival]) -> dict[UUID, Wanted]:
    schemes = await queries.list_schemes(session, {arrival.account_id for arrival in arrivals})
    return {
        arrival.payment_id: read_references(
            arrival.stated_references, arrival.transaction.text, schemes[arrival.account_id]
        )
        for arrival in arrivals
    }


def _allocate(arrival: Arrival, claim: Claim) -> tuple[Decision, Outcome]:
    line = arrival.transaction
    outcome, allocation = pay(claim, line.amount_minor, line.value_date, arrival.payment_id)
    decision = Decision(
        payment_id=arrival.payment_id,
        amount_minor=line.amount_minor,
        claim_id=claim.claim_id,
        allocation_id=uuid5(arrival.payment_id, "allocation"),
        allocation=allocation,
        stage=claim.stage,
    )
    return decision, outcome


def _allocation_facts(arrival: Arrival, claim: Claim, decision: Decision, outcome: Outcome, today: date) -> list[Event]:
    assert decision.allocation is not None
    assert decision.allocation_id is not None
    return [
        facts.allocated(arrival, claim, decision.allocation_id, decision.allocation, today),
        *facts.outcome(outcome, today),
    ]


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


def _file_row(file_id: UUID, reading: Reading, source: str) -> dict[str, Any]:
    file = reading.file
    rejected = [{"position": line.position, "reason": line.reason} for line in file.rejected] if file else []
    return {
        "file_id": file_id,
        "name": reading.name,
        "sha256": reading.sha256,
        "format": file.format if file else "",
        "source": source,
        "status": "IMPORTED" if file else "REFUSED",
        "transactions": len(file.transactions) if file else 0,
        "rejected": rejected,
        "error": reading.refusal,
        "raw": reading.content,
    }


def _known(row: Any) -> Imported:
    """The same bytes came before: every line of ours is a duplicate."""
    return Imported(
        row.file_id,
        row.status,
        row.format,
        row.transactions,
        0,
        row.registered + row.duplicates,
        row.skipped,
        row.rejected,
        row.error,
    )
