"""Statutory fees: the amount the law allows for a step, minus what was charged already, and the row it rests on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from money import share
from statutes.book import StatuteBook, known_debtor_kind, known_jurisdiction, statute_book
from statutes.errors import UnknownFeeCode
from statutes.rows import Fee


@dataclass(frozen=True, slots=True)
class FeeResult:
    """What may be charged, in minor units; `reason` says why it is less than the row's amount, else it is empty."""

    code: str
    amount_minor: int
    vat_minor: int
    currency: str
    row_id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Charged:
    """A fee the claim bears already, without VAT."""

    code: str
    amount_minor: int


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
    book: StatuteBook | None = None,
) -> FeeResult:
    """The fee for one step on `on_date` (the day named by the row's date basis); zero with a reason if none is due."""
    book = book or statute_book()
    kind = known_debtor_kind(debtor_kind)
    dated = [row for row in get_fee_rows(book, jurisdiction, step_code) if row.facts.in_force(on_date)]

    fitting = [row for row in dated if kind in row.debtor_kinds and row.fits_claim(claim_minor)]
    if not fitting:
        reason = f"no row of {jurisdiction} lets a {kind} debtor be charged {step_code} on {on_date} for this claim"
        return FeeResult(step_code, 0, 0, currency, None, reason)
    row = min(fitting, key=lambda candidate: len(candidate.debtor_kinds))

    refusal = (
        _currency_refusal(row, currency)
        or _confidence_refusal(row, accept_low_confidence)
        or _condition_refusal(row, agreed_up_front, instalments)
        or _count_refusal(book, row, already_charged)
        or _replaced_refusal(book, row, already_charged)
    )
    if refusal:
        return FeeResult(step_code, 0, 0, currency, row.facts.row_id, refusal)
    return _charge(row, already_charged, creditor_deducts_vat)


def get_fee_rows(book: StatuteBook, jurisdiction: str, code: str) -> list[Fee]:
    """Every row of a fee, whatever its date; UnknownFeeCode if there is none. Base units are no fees."""
    known_jurisdiction(book, jurisdiction)
    fees = [row for row in book.fees if row.facts.jurisdiction == jurisdiction and row.kind != "base_unit"]
    found = [row for row in fees if row.code == code]
    if not found:
        raise UnknownFeeCode(jurisdiction, code, {row.code for row in fees})
    return found


def _charge(row: Fee, already_charged: Sequence[Charged], creditor_deducts_vat: bool) -> FeeResult:
    counted = [charged for charged in already_charged if charged.code in row.includes]
    covered_minor = min(row.amount_minor, sum(charged.amount_minor for charged in counted))
    # VAT is taken on the whole fee and on the part charged before, so that rounding never adds an øre.
    vat_minor = 0
    if not creditor_deducts_vat:
        vat_minor = share(row.amount_minor, row.vat_basis_points) - share(covered_minor, row.vat_basis_points)
    reason = ""
    if covered_minor:
        codes = ", ".join(sorted({charged.code for charged in counted}))
        reason = f"{covered_minor} of {row.amount_minor} minor units are covered by {codes}, charged before"
    return FeeResult(row.code, row.amount_minor - covered_minor, vat_minor, row.currency, row.facts.row_id, reason)


def _currency_refusal(row: Fee, currency: str) -> str:
    if currency == row.currency:
        return ""
    return f"the law fixes {row.code} in {row.currency}; a claim in {currency} bears none"


def _confidence_refusal(row: Fee, accept_low_confidence: bool) -> str:
    if accept_low_confidence or row.facts.confidence != "low":
        return ""
    return f"row {row.facts.row_id} has low confidence; an operator must accept it before it is charged"


def _condition_refusal(row: Fee, agreed_up_front: bool, instalments: int) -> str:
    if row.condition == "agreed_up_front" and not agreed_up_front:
        return f"{row.code} must be agreed when the debt arises or earlier"
    if row.condition == "more_than_4_instalments" and instalments <= 4:
        return f"{row.code} needs a plan of more than 4 instalments, this one has {instalments}"
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
