"""Which claims a payment is for: a ladder of rungs. The first that gives exactly one answer wins; a tie never does.

Every rung works on claims that were looked up before, so its cost does not depend on how many claims are open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations
from typing import Any, Literal
from uuid import UUID

from payment_control.domain.claim import Claim
from payment_control.domain.tokens import Wanted

Reason = Literal[
    "WRONG_CHECK_DIGIT",
    "UNKNOWN_REFERENCE",
    "NO_REFERENCE",
    "ALREADY_PAID",
    "DOUBLE_PAYMENT",
    "CREDITED",
    "UNDERPAID",
    "OVERPAID",
    "SEVERAL_CANDIDATES",
    "CURRENCY_MISMATCH",
    "CLOSED_CASE",
    "REVERSAL",
]
Rung = Literal["REFERENCE", "PAYER", "TEXT", "COMBINATION", "HAND"]
Fit = Literal["OWED", "PRINCIPAL", "INVOICED", "SMALL_BALANCE"]

SHORT_REFERENCE = 8
"""A checked number shorter than this may stand in a text by chance: the amount must fit as well."""
DOUBLE_WITHIN = timedelta(days=45)
MOST_COMBINED = 12


@dataclass(frozen=True, slots=True)
class Stated:
    """An amount that the payer's bank says is for one reference."""

    reference: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Line:
    """What a payment says of itself; `payer` is an account number, or "" when the bank does not tell it."""

    amount_minor: int
    currency: str
    booking_date: date
    payer: str = ""
    stated: tuple[Stated, ...] = ()
    reverses: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The claims that were looked up for one payment.

    `referenced` have one of its references, `numbered` an invoice number its text names, `remembered` are open claims
    of debtors its account has paid for before, oldest first. `crowded`: more answered than were loaded.
    """

    referenced: Sequence[Claim] = ()
    numbered: Sequence[Claim] = ()
    remembered: Sequence[Claim] = ()
    crowded: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """A payment that a claim got before."""

    amount_minor: int
    payer: str
    booking_date: date


@dataclass(frozen=True, slots=True)
class History:
    """What became of a claim that is no longer open."""

    credited: bool = False
    payments: tuple[Earlier, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a payment that is for one claim."""

    claim_id: UUID
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Exactly one of the two: shares that sum to the payment, or why there are none; and what it rests on."""

    shares: tuple[Share, ...]
    reason: Reason | None
    rung: Rung | None
    evidence: Mapping[str, Any] = field(default_factory=dict[str, Any])
    candidates: tuple[UUID, ...] = ()

    @property
    def claim_id(self) -> UUID | None:
        """The one claim, where there is exactly one."""
        return self.shares[0].claim_id if len(self.shares) == 1 else None


def match(wanted: Wanted, line: Line, found: Found, histories: Mapping[UUID, History]) -> Verdict:
    """The claims of a payment, or the reason for the queue.

    A stated reference is what the payer means: when it leads to no claim nothing is guessed from text or habit.
    """
    if line.reverses:
        return _queued("REVERSAL", ())
    hits = [
        claim for claim in found.referenced if (claim.reference_scheme, claim.payment_reference) in wanted.references
    ]
    if hits or wanted.stated:
        return _by_reference(wanted, line, hits, histories)
    for rung in (_by_payer, _by_text, _by_combination):
        if verdict := rung(line, found):
            return verdict
    return _unplaced(line, found, histories)


def fit(claim: Claim, amount_minor: int) -> Fit | None:
    """Which amount of the claim a payment is, to the minor unit or within the balance the creditor lets go."""
    owed = claim.owed
    if amount_minor == owed.total_minor:
        return "OWED"
    if amount_minor == owed.principal_minor:
        return "PRINCIPAL"
    if amount_minor == claim.original_minor:
        return "INVOICED"
    if 0 < owed.total_minor - amount_minor <= min(claim.small_balance_minor, owed.total_minor - owed.principal_minor):
        return "SMALL_BALANCE"
    return None


def combine(claims: Sequence[Claim], amount_minor: int) -> Sequence[Claim] | None:
    """Two or more of one debtor's claims that sum to the amount: the oldest ones, else the only set that does.

    None when there is no such set, or several. At most the twelve oldest are tried.
    """
    oldest = sorted(claims, key=lambda claim: (claim.due_date, claim.claim_id))[:MOST_COMBINED]
    total = 0
    for count, claim in enumerate(oldest, start=1):
        total += claim.owed.total_minor
        if total == amount_minor and count > 1:
            return oldest[:count]
    sets = (
        chosen
        for size in range(2, len(oldest) + 1)
        for chosen in combinations(oldest, size)
        if sum(claim.owed.total_minor for claim in chosen) == amount_minor
    )
    first = next(sets, None)
    return list(first) if first is not None and next(sets, None) is None else None


def _by_reference(wanted: Wanted, line: Line, hits: Sequence[Claim], histories: Mapping[UUID, History]) -> Verdict:
    if not hits:
        return _queued("WRONG_CHECK_DIGIT" if wanted.wrong_check_digit else "UNKNOWN_REFERENCE", ())
    still_open = [claim for claim in hits if claim.status == "OPEN"]
    if not still_open:
        return _queued(_gone(line, hits, histories), hits)
    payable = [claim for claim in still_open if claim.currency == line.currency]
    if not payable:
        return _queued("CURRENCY_MISMATCH", still_open)
    evidence = {"stated": wanted.stated, "references": sorted({claim.payment_reference for claim in payable})}
    if line.stated and (shares := _as_stated(line, payable)):
        return Verdict(shares, None, "COMBINATION", evidence | {"amounts": "STATED"}, _ids(hits))
    if len(still_open) > 1:
        shares = _all_of(payable, line.amount_minor) if len(payable) == len(still_open) else ()
        if shares:
            return Verdict(shares, None, "COMBINATION", evidence | {"amounts": "OWED"}, _ids(hits))
        return _queued("SEVERAL_CANDIDATES", hits)
    [claim] = payable
    fitting = fit(claim, line.amount_minor)
    several = len({hit.payment_reference for hit in hits}) > 1
    by_chance = not wanted.stated and len(claim.payment_reference) < SHORT_REFERENCE
    if fitting is None and (several or by_chance):
        return _queued("SEVERAL_CANDIDATES" if several else _misfit(claim, line.amount_minor), hits)
    evidence |= {"scheme": claim.reference_scheme, "amount": fitting}
    return Verdict((Share(claim.claim_id, line.amount_minor),), None, "REFERENCE", evidence, _ids(hits))


def _as_stated(line: Line, payable: Sequence[Claim]) -> tuple[Share, ...]:
    """As the bank says the payment divides; nothing unless every part has its claim and they sum."""
    by_reference = {claim.payment_reference: claim for claim in payable}
    parts = [(by_reference.get(part.reference), part.amount_minor) for part in line.stated]
    if len(by_reference) < len(payable) or sum(amount for _, amount in parts) != line.amount_minor:
        return ()
    shares = [Share(claim.claim_id, amount) for claim, amount in parts if claim is not None and amount > 0]
    whole = len(shares) == len(parts) and len({share.claim_id for share in shares}) == len(shares)
    return tuple(shares) if whole else ()


def _all_of(claims: Sequence[Claim], amount_minor: int) -> tuple[Share, ...]:
    """Each of these claims what it is owed, when they are of one debtor and that is the whole payment."""
    one_debtor = len({claim.debtor_id for claim in claims}) == 1
    if one_debtor and sum(claim.owed.total_minor for claim in claims) == amount_minor:
        oldest = sorted(claims, key=lambda claim: (claim.due_date, claim.claim_id))
        return tuple(Share(claim.claim_id, claim.owed.total_minor) for claim in oldest)
    return ()


def _by_payer(line: Line, found: Found) -> Verdict | None:
    """The account has paid this debtor's claims before, and the amount is one of theirs; text may not say otherwise."""
    fitting = _fitting(found.remembered, line)
    if len(fitting) != 1 or found.crowded:
        return None
    named = _ids(_payable(found.numbered, line))
    [claim] = fitting
    if named and claim.claim_id not in named:
        return None
    evidence = {"amount": fit(claim, line.amount_minor), "named_in_text": bool(named)}
    return Verdict((_whole(claim, line),), None, "PAYER", evidence, _ids(found.remembered))


def _by_text(line: Line, found: Found) -> Verdict | None:
    """The text names the invoice, and the amount is one of its claim's; nobody's invoices together are the amount."""
    fitting = _fitting(found.numbered, line)
    if len(fitting) != 1 or found.crowded:
        return None
    if any(len(shares) > 1 for shares in _all_of_one_debtor(_payable(found.numbered, line), line.amount_minor)):
        return None
    [claim] = fitting
    evidence = {"invoice_number": claim.invoice_number, "amount": fit(claim, line.amount_minor)}
    return Verdict((_whole(claim, line),), None, "TEXT", evidence, _ids(found.numbered))


def _by_combination(line: Line, found: Found) -> Verdict | None:
    """Several invoices of one debtor at once: all that the text names, else of the debtor the account has paid for."""
    if found.crowded:
        return None
    named = _payable(found.numbered, line)
    if named:
        whole = _all_of_one_debtor(named, line.amount_minor)
        if len(whole) != 1 or len(whole[0]) == 1:
            return None
        return Verdict(whole[0], None, "COMBINATION", {"by": "TEXT", "amounts": "OWED"}, _ids(named))
    remembered = _payable(found.remembered, line)
    answers = [chosen for claims in _by_debtor(remembered) if (chosen := combine(claims, line.amount_minor))]
    if len(answers) != 1:
        return None
    shares = tuple(Share(claim.claim_id, claim.owed.total_minor) for claim in answers[0])
    return Verdict(shares, None, "COMBINATION", {"by": "PAYER", "amounts": "OWED"}, _ids(remembered))


def _all_of_one_debtor(named: Sequence[Claim], amount_minor: int) -> list[tuple[Share, ...]]:
    """For each debtor whose named claims are the whole amount, these. Numbers of two creditors may meet in a text."""
    return [shares for claims in _by_debtor(named) if (shares := _all_of(claims, amount_minor))]


def _by_debtor(claims: Sequence[Claim]) -> list[list[Claim]]:
    debtors = dict.fromkeys(claim.debtor_id for claim in claims)
    return [[claim for claim in claims if claim.debtor_id == debtor_id] for debtor_id in debtors]


def _unplaced(line: Line, found: Found, histories: Mapping[UUID, History]) -> Verdict:
    """Why no rung gave an answer, told by the nearest that had candidates."""
    for candidates in (found.numbered, found.remembered):
        payable = _payable(candidates, line)
        if found.crowded and candidates:
            return _queued("SEVERAL_CANDIDATES", candidates)
        if len(payable) == 1:
            return _queued(_misfit(payable[0], line.amount_minor), candidates)
        if payable:
            return _queued("SEVERAL_CANDIDATES", candidates)
        if candidates and all(claim.status != "OPEN" for claim in candidates):
            return _queued(_gone(line, candidates, histories), candidates)
    return _queued("NO_REFERENCE", ())


def _gone(line: Line, claims: Sequence[Claim], histories: Mapping[UUID, History]) -> Reason:
    """Why nothing is owed on claims that are not open."""
    settled = [claim for claim in claims if claim.status == "SETTLED"]
    if not settled:
        return "CLOSED_CASE"
    known = [histories.get(claim.claim_id, History()) for claim in settled]
    if any(_repeats(line, earlier) for history in known for earlier in history.payments):
        return "DOUBLE_PAYMENT"
    return "CREDITED" if all(history.credited for history in known) else "ALREADY_PAID"


def _repeats(line: Line, earlier: Earlier) -> bool:
    same_payer = not line.payer or not earlier.payer or line.payer == earlier.payer
    near = abs(line.booking_date - earlier.booking_date) <= DOUBLE_WITHIN
    return same_payer and near and line.amount_minor == earlier.amount_minor


def _misfit(claim: Claim, amount_minor: int) -> Reason:
    return "OVERPAID" if amount_minor > claim.owed.total_minor else "UNDERPAID"


def _payable(claims: Sequence[Claim], line: Line) -> list[Claim]:
    return [claim for claim in claims if claim.status == "OPEN" and claim.currency == line.currency]


def _fitting(claims: Sequence[Claim], line: Line) -> list[Claim]:
    return [claim for claim in _payable(claims, line) if fit(claim, line.amount_minor)]


def _whole(claim: Claim, line: Line) -> Share:
    return Share(claim.claim_id, line.amount_minor)


def _ids(claims: Sequence[Claim]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(claim.claim_id for claim in claims))


def _queued(reason: Reason, candidates: Sequence[Claim]) -> Verdict:
    return Verdict((), reason, None, {}, _ids(candidates))
