"""Statutory fees: the amount the law allows for a step, minus what was charged already, and the rows it rests on."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from money import share
from statutes.book import StatuteBook, known_debtor_kind, known_jurisdiction, statute_book
from statutes.errors import UnknownFeeCode
from statutes.rows import FIGURE_KINDS, Fee

NEVER_CHARGED = {
    "free_notice": "must be free of charge",
    "not_recoverable": "cannot be recovered from the debtor",
}


@dataclass(frozen=True, slots=True)
class FeeResult:
    """What may be charged, in minor units; `reason` says why it is less than the row's amount, else it is empty.

    `row_ids` are `row_id` and the rows its amount rests on: base fees, minimum, maximum, caps. `component` is the part
    of a claim the fee becomes: REMINDER_FEE, COLLECTION_FEE or COMPENSATION.
    """

    code: str
    amount_minor: int
    vat_minor: int
    currency: str
    row_id: str | None
    reason: str
    row_ids: tuple[str, ...] = ()
    component: str = ""


@dataclass(frozen=True, slots=True)
class Charged:
    """A fee the claim bears already, without VAT."""

    code: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class _Amount:
    """A fee's whole amount, the rows it rests on beside its own, and what keeps it from being charged."""

    amount_minor: int
    rows: tuple[Fee, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class _Question:
    """What the rows are asked about: one claim of one debtor on one day."""

    book: StatuteBook
    jurisdiction: str
    debtor_kind: str
    claim_minor: int
    on_date: date
    already_charged: tuple[Charged, ...]

    def find(self, code: str) -> Fee | None:
        """The row of `code` in force for the claim; the one for the fewest debtor kinds where several fit."""
        fitting = [
            row
            for row in self.book.fees
            if row.facts.jurisdiction == self.jurisdiction
            and row.code == code
            and row.facts.in_force(self.on_date)
            and self.debtor_kind in row.debtor_kinds
            and row.fits_claim(self.claim_minor)
        ]
        return min(fitting, key=lambda row: len(row.debtor_kinds), default=None)

    def charged_for(self, codes: Collection[str]) -> int:
        """What the claim bears of these fees."""
        return sum(charged.amount_minor for charged in self.already_charged if charged.code in codes)


def fee(
    jurisdiction: str,
    step_code: str,
    debtor_kind: str,
    claim_minor: int,
    currency: str,
    on_date: date,
    creditor_deducts_vat: bool = True,
    *,
    already_charged: Sequence[Charged] = (),
    agreed_up_front: bool = False,
    instalments: int = 0,
    accept_low_confidence: bool = False,
    agreed_minor: int | None = None,
    free_letter_expired: bool = False,
    book: StatuteBook | None = None,
) -> FeeResult:
    """The fee for one step on `on_date` (the day named by the row's date basis); zero with a reason if none is due.

    `already_charged` is everything the claim bears: caps count over the whole claim. `agreed_minor` is the amount a
    contract names: the law leaves it to the contract (CH), or only caps what was agreed up front (SE). `free_letter_expired`: the debtor got the free letter
    and its deadline has passed (NL consumers).
    """
    book = book or statute_book()
    kind = known_debtor_kind(debtor_kind)
    get_fee_rows(book, jurisdiction, step_code)
    question = _Question(book, jurisdiction, kind, claim_minor, on_date, tuple(already_charged))
    row = question.find(step_code)
    if row is None:
        reason = f"no row of {jurisdiction} lets a {kind} debtor be charged {step_code} on {on_date} for this claim"
        return FeeResult(step_code, 0, 0, currency, None, reason)

    whole = _whole_amount(question, row, agreed_minor)
    refusal = (
        _currency_refusal(row, currency)
        or _never_refusal(row)
        or _confidence_refusal((row, *whole.rows), accept_low_confidence)
        or _condition_refusal(row, agreed_up_front, instalments, kind, free_letter_expired)
        or whole.refusal
        or _count_refusal(book, row, already_charged)
        or _replaced_refusal(book, row, already_charged)
    )
    if refusal:
        return FeeResult(step_code, 0, 0, currency, row.facts.row_id, refusal, _row_ids(row, whole.rows), row.component)
    return _charge(question, row, whole, creditor_deducts_vat)


def get_fee_rows(book: StatuteBook, jurisdiction: str, code: str) -> list[Fee]:
    """Every row of a fee, whatever its date; UnknownFeeCode if there is none. Mere figures are no fees."""
    known_jurisdiction(book, jurisdiction)
    fees = [row for row in book.fees if row.facts.jurisdiction == jurisdiction and row.kind not in FIGURE_KINDS]
    found = [row for row in fees if row.code == code]
    if not found:
        raise UnknownFeeCode(jurisdiction, code, {row.code for row in fees})
    return found


def _whole_amount(question: _Question, row: Fee, agreed_minor: int | None) -> _Amount:
    """What the row allows before anything charged earlier counts: by bracket, factor, share or contract."""
    if row.kind == "factor":
        found = _factor_of_base(question, row)
    elif row.kind == "share_of_charged":
        charged_minor = question.charged_for(row.base_codes)
        found = _Amount(min(row.amount_minor, share(charged_minor, row.rate_basis_points)))
        if not charged_minor:
            found = _Amount(0, refusal=f"{row.code} is a share of {', '.join(row.base_codes)}; none is charged")
    elif row.kind == "contract_only":
        found = _Amount(agreed_minor or 0)
        if not agreed_minor:
            found = _Amount(0, refusal=f"{row.code} is owed only if the contract names its amount")
    else:
        found = _Amount(row.amount_for(question.claim_minor))
    if row.condition == "agreed_up_front" and agreed_minor is not None:
        found = replace(found, amount_minor=min(found.amount_minor, agreed_minor))
    return _between_limits(question, row, found)


def _factor_of_base(question: _Question, row: Fee) -> _Amount:
    for code in row.base_codes:
        base = question.find(code)
        if base is not None:
            return _Amount(share(base.amount_minor, row.rate_basis_points), (base,))
    return _Amount(0, refusal=f"no base fee is on file for {row.code} and a claim of this size on {question.on_date}")


def _between_limits(question: _Question, row: Fee, found: _Amount) -> _Amount:
    for code in row.limit_codes:
        limit = question.find(code)
        if limit is None:
            continue
        below = limit.kind == "minimum" and found.amount_minor < limit.amount_minor
        above = limit.kind == "maximum" and found.amount_minor > limit.amount_minor
        if below or above:
            found = replace(found, amount_minor=limit.amount_minor, rows=(*found.rows, limit))
        elif limit.kind == "limit":
            found = replace(found, rows=(*found.rows, limit))
    return found


def _charge(question: _Question, row: Fee, whole: _Amount, creditor_deducts_vat: bool) -> FeeResult:
    covered_minor = min(whole.amount_minor, question.charged_for(row.includes))
    amount_minor = whole.amount_minor - covered_minor
    reasons: list[str] = []
    if covered_minor:
        codes = ", ".join(sorted({one.code for one in question.already_charged if one.code in row.includes}))
        reasons.append(f"{covered_minor} of {whole.amount_minor} minor units are covered by {codes}, charged before")
    for limit in (one for one in whole.rows if one.kind == "limit"):
        left_minor = max(0, limit.amount_minor - question.charged_for(_codes_under(question, limit)))
        if left_minor < amount_minor:
            reasons.append(
                f"of the {limit.amount_minor} minor units all fees of the claim may reach, {left_minor} are left "
                f"(row {limit.facts.row_id})"
            )
            amount_minor = left_minor
    if not amount_minor and not reasons:
        reasons.append(f"{row.code} comes to nothing for this claim")
    # VAT is taken on the whole fee and on the part charged before, so that rounding never adds an øre.
    vat_minor = 0
    if not creditor_deducts_vat:
        reached_minor = covered_minor + amount_minor
        vat_minor = share(reached_minor, row.vat_basis_points) - share(covered_minor, row.vat_basis_points)
    return FeeResult(
        row.code,
        amount_minor,
        vat_minor,
        row.currency,
        row.facts.row_id,
        "; ".join(reasons),
        _row_ids(row, whole.rows),
        row.component,
    )


def _row_ids(row: Fee, rows: Iterable[Fee]) -> tuple[str, ...]:
    return tuple(one.facts.row_id for one in (row, *rows))


def _codes_under(question: _Question, limit: Fee) -> set[str]:
    return {row.code for row in _same_law(question.book, limit) if limit.code in row.limit_codes}


def _currency_refusal(row: Fee, currency: str) -> str:
    if currency == row.currency:
        return ""
    return f"the law fixes {row.code} in {row.currency}; a claim in {currency} bears none"


def _never_refusal(row: Fee) -> str:
    if row.kind not in NEVER_CHARGED:
        return ""
    return f"{row.code} {NEVER_CHARGED[row.kind]} (row {row.facts.row_id})"


def _confidence_refusal(rows: Iterable[Fee], accept_low_confidence: bool) -> str:
    doubtful = [row.facts.row_id for row in rows if row.facts.confidence == "low"]
    if accept_low_confidence or not doubtful:
        return ""
    return f"row {doubtful[0]} has low confidence; an operator must accept it before it is charged"


def _condition_refusal(
    row: Fee, agreed_up_front: bool, instalments: int, debtor_kind: str, free_letter_expired: bool
) -> str:
    if row.condition == "agreed_up_front" and not agreed_up_front:
        return f"{row.code} must be agreed when the debt arises or earlier"
    if row.condition == "more_than_4_instalments" and instalments <= 4:
        return f"{row.code} needs a plan of more than 4 instalments, this one has {instalments}"
    if row.condition == "consumer_after_free_letter" and debtor_kind == "consumer" and not free_letter_expired:
        return f"{row.code} is owed by a consumer only when the deadline of a free letter naming it has passed"
    return ""


def _count_refusal(book: StatuteBook, row: Fee, already_charged: Iterable[Charged]) -> str:
    if row.charge_max is None:
        return ""
    group = {other.code for other in _same_law(book, row) if other.charge_group == row.charge_group}
    count = sum(1 for charged in already_charged if charged.code in group and charged.amount_minor > 0)
    if count < row.charge_max:
        return ""
    return f"the claim bears {count} of at most {row.charge_max} fees of the kind {', '.join(sorted(group))}"


def _replaced_refusal(book: StatuteBook, row: Fee, already_charged: Iterable[Charged]) -> str:
    replacing = {other.code for other in _same_law(book, row) if row.code in other.includes}
    for charged in already_charged:
        if charged.code in replacing and charged.amount_minor > 0:
            return f"{charged.code}, charged before, takes the place of {row.code}"
    return ""


def _same_law(book: StatuteBook, row: Fee) -> Iterable[Fee]:
    return (other for other in book.fees if other.facts.jurisdiction == row.facts.jurisdiction)
