"""Fees: inkassoforskriften chapters 1 and 2 (NO), lag 1981:739 (SE)."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statutes import Charged, StatuteBook, UnknownFeeCode, fee, statute_book
from statutes.rows import FIGURE_KINDS

Rows = list[dict[str, str]]
EditRows = Callable[[str, Callable[[Rows], Rows]], StatuteBook]

IN_2025 = date(2025, 12, 31)
IN_2026 = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("code", "kind", "claim_minor", "on_date", "amount_minor", "row_id"),
    [
        # s.1-2: 1/10 of 700 until 2020-09-30, 1/20 since
        ("purring", "consumer", 100_000, date(2020, 9, 30), 7_000, "NO-FEE-PURRING-2017-01-01"),
        ("purring", "consumer", 100_000, IN_2025, 3_500, "NO-FEE-PURRING-2020-10-01"),
        # 1/20 of 750 is 37.50, announced as 38
        ("purring", "consumer", 100_000, IN_2026, 3_800, "NO-FEE-PURRING-2026-01-01"),
        ("inkassovarsel", "business", 100_000, IN_2026, 3_800, "NO-FEE-INKASSOVARSEL-2026-01-01"),
        # s.2-2: 0.25 x 700 to 500.00, 0.35 x 700 above
        ("inkassosalaer_lett", "consumer", 50_000, IN_2025, 17_500, "NO-FEE-INKASSOSALAER-LETT-CONSUMER-TO-500-2020-10-01"),
        ("inkassosalaer_lett", "consumer", 50_001, IN_2025, 24_500, "NO-FEE-INKASSOSALAER-LETT-CONSUMER-TO-1000-2020-10-01"),
        # 0.8 x 750, and x 1.5 for a business
        ("inkassosalaer_lett", "consumer", 1_000_000, IN_2026, 60_000, "NO-FEE-INKASSOSALAER-LETT-CONSUMER-TO-10000-2026-01-01"),
        ("inkassosalaer_lett", "business", 1_000_000, IN_2026, 90_000, "NO-FEE-INKASSOSALAER-LETT-BUSINESS-TO-10000-2026-01-01"),
        # s.2-3: heavy is twice the light fee; 7.2 x 750 x 2 above 250 000
        ("inkassosalaer_tung", "consumer", 25_000_001, IN_2026, 1_080_000, "NO-FEE-INKASSOSALAER-TUNG-CONSUMER-OVER-250000-2026-01-01"),
    ],
)  # fmt: skip
def test_norway_charges_the_row_of_the_day_and_the_claims_size(
    code: str, kind: str, claim_minor: int, on_date: date, amount_minor: int, row_id: str
) -> None:
    result = fee("NO", code, kind, claim_minor, "NOK", on_date)
    assert (result.amount_minor, result.vat_minor, result.row_id, result.reason) == (amount_minor, 0, row_id, "")


@pytest.mark.parametrize(
    ("code", "kind", "amount_minor", "row_id"),
    [
        # lag 1981:739 with the amounts since 2013-03-16, quoted by IMY
        ("inkassokrav", "consumer", 18_000, "SE-FEE-INKASSOKRAV-2013-03-16"),
        ("forseningsersattning", "business", 45_000, "SE-FEE-FORSENINGSERSATTNING-2013-03-16"),
        ("forseningsersattning", "public", 45_000, "SE-FEE-FORSENINGSERSATTNING-2013-03-16"),
    ],
)
def test_sweden_charges_fixed_amounts(code: str, kind: str, amount_minor: int, row_id: str) -> None:
    result = fee("SE", code, kind, 500_000, "SEK", IN_2026)
    assert (result.amount_minor, result.row_id, result.reason) == (amount_minor, row_id, "")


def test_norwegian_vat_is_added_to_the_salary_only_for_a_creditor_who_cannot_deduct_it() -> None:
    # 0.25 x 750 x 1.5 = 281.25; 25 % of it is 70.3125, half-up 70.31
    light = fee("NO", "inkassosalaer_lett", "business", 40_000, "NOK", IN_2026, creditor_deducts_vat=False)
    assert (light.amount_minor, light.vat_minor) == (28_125, 7_031)
    assert fee("NO", "inkassosalaer_lett", "business", 40_000, "NOK", IN_2026).vat_minor == 0
    assert fee("NO", "purring", "business", 40_000, "NOK", IN_2026, creditor_deducts_vat=False).vat_minor == 0


def test_the_heavy_salary_is_charged_as_the_difference_and_vat_adds_up() -> None:
    light = fee("NO", "inkassosalaer_lett", "business", 40_000, "NOK", IN_2026, creditor_deducts_vat=False)
    heavy = fee(
        "NO", "inkassosalaer_tung", "business", 40_000, "NOK", IN_2026, creditor_deducts_vat=False,
        already_charged=[Charged(light.code, light.amount_minor)],
    )  # fmt: skip
    assert light.amount_minor + heavy.amount_minor == 56_250
    assert light.vat_minor + heavy.vat_minor == 14_063  # 25 % of 562.50 is 140.625
    assert "inkassosalaer_lett" in heavy.reason


def test_a_light_salary_never_follows_a_heavy_one() -> None:
    after = fee("NO", "inkassosalaer_lett", "consumer", 40_000, "NOK", IN_2026, already_charged=[Charged("inkassosalaer_tung", 37_500)])  # fmt: skip
    assert after.amount_minor == 0
    assert "takes the place" in after.reason


def test_standard_compensation_counts_towards_the_salary_of_a_business() -> None:
    light = fee("NO", "inkassosalaer_lett", "business", 1_000_000, "NOK", IN_2026, already_charged=[Charged("standardkompensasjon", 46_000)])  # fmt: skip
    assert light.amount_minor == 90_000 - 46_000


def test_swedish_late_compensation_replaces_the_collection_cost() -> None:
    after = fee("SE", "inkassokrav", "business", 500_000, "SEK", IN_2026, already_charged=[Charged("forseningsersattning", 45_000)])  # fmt: skip
    assert after.amount_minor == 0
    assert "forseningsersattning" in after.reason


def test_norway_lets_a_claim_bear_two_notice_fees() -> None:
    # inkassoforskriften s.1-2: at most two fee-bearing notices
    two = [Charged("purring", 3_800), Charged("inkassovarsel", 3_800)]
    third = fee("NO", "purring", "consumer", 100_000, "NOK", IN_2026, already_charged=two)
    assert (third.amount_minor, third.row_id) == (0, "NO-FEE-PURRING-2026-01-01")
    assert "2 of at most 2" in third.reason


@pytest.mark.parametrize(
    ("jurisdiction", "code", "kind", "currency", "on_date", "reason"),
    [
        pytest.param("NO", "purring", "consumer", "EUR", IN_2026, "fixes purring in NOK", id="a claim in another currency"),
        pytest.param("SE", "forseningsersattning", "business", "NOK", IN_2026, "in SEK", id="kroner are not kronor"),
        pytest.param("SE", "forseningsersattning", "consumer", "SEK", IN_2026, "no row", id="compensation from a consumer"),
        pytest.param("SE", "betalningspaminnelse", "consumer", "SEK", IN_2026, "must be agreed", id="a reminder nobody agreed to"),
        pytest.param("NO", "inkassovarsel", "consumer", "NOK", date(2020, 9, 30), "no row", id="before the first row"),
        pytest.param("NO", "standardkompensasjon", "business", "NOK", date(2023, 7, 1), "no row", id="a half-year whose amount is not known"),
        pytest.param("NO", "avdragsordning_tillegg", "consumer", "NOK", IN_2026, "more than 4", id="a short plan"),
    ],
)  # fmt: skip
def test_where_the_law_allows_nothing_nothing_is_charged_and_the_reason_said(
    jurisdiction: str, code: str, kind: str, currency: str, on_date: date, reason: str
) -> None:
    result = fee(jurisdiction, code, kind, 100_000, currency, on_date)
    assert (result.amount_minor, result.vat_minor, result.currency) == (0, 0, currency)
    assert reason in result.reason


def test_an_agreed_swedish_reminder_costs_sixty_kronor() -> None:
    assert fee("SE", "betalningspaminnelse", "consumer", 1, "SEK", IN_2026, agreed_up_front=True).amount_minor == 6_000


def test_a_row_of_low_confidence_charges_nothing_until_an_operator_accepts_it(edited_book: EditRows) -> None:
    book = edited_book("fees.csv", lambda rows: [row | {"confidence": "low"} for row in rows])
    refused = fee("NO", "purring", "consumer", 100_000, "NOK", IN_2026, book=book)
    assert (refused.amount_minor, refused.row_id) == (0, "NO-FEE-PURRING-2026-01-01")
    assert "operator" in refused.reason
    accepted = fee("NO", "purring", "consumer", 100_000, "NOK", IN_2026, accept_low_confidence=True, book=book)
    assert accepted.amount_minor == 3_800


@pytest.mark.parametrize("code", ["rykker", "inkassosats", "rettsgebyr"])
def test_what_is_no_fee_of_the_country_is_refused(code: str) -> None:
    with pytest.raises(UnknownFeeCode, match="purring"):
        fee("NO", code, "consumer", 100_000, "NOK", IN_2026)


CHARGEABLE = sorted({(r.facts.jurisdiction, r.code) for r in statute_book().fees if r.kind not in FIGURE_KINDS})
AGREED_MINOR = 2_000
EVERY_DAY = st.dates(date(2013, 1, 1), date(2030, 1, 1))


CURRENCY_OF = {row.facts.jurisdiction: row.currency for row in statute_book().fees}
EARLIER = st.lists(
    st.builds(Charged, st.sampled_from([code for _, code in CHARGEABLE]), st.integers(0, 10**6)), max_size=4
)


@given(
    rule=st.sampled_from(CHARGEABLE),
    kind=st.sampled_from(["consumer", "business", "public"]),
    claim_minor=st.integers(0, 10**9),
    on_date=EVERY_DAY,
    earlier=EARLIER,
    deducts=st.booleans(),
)
@settings(deadline=None)
def test_a_fee_never_exceeds_its_row_its_cap_and_what_counts_towards_them(
    rule: tuple[str, str], kind: str, claim_minor: int, on_date: date, earlier: list[Charged], deducts: bool
) -> None:
    rows = {row.facts.row_id: row for row in statute_book().fees}
    result = fee(
        *rule, kind, claim_minor, CURRENCY_OF[rule[0]], on_date, deducts,
        already_charged=earlier, agreed_up_front=True, accept_low_confidence=True, agreed_minor=AGREED_MINOR,
        free_letter_expired=True,
    )  # fmt: skip
    assert result.amount_minor >= 0
    if result.amount_minor == 0:
        assert result.reason
        return
    row = rows[result.row_id or ""]
    assert result.row_ids[0] == result.row_id
    assert result.component == row.component
    for used in (rows[row_id] for row_id in result.row_ids):
        assert used.facts.in_force(on_date)
        assert used.fits_claim(claim_minor)
        borne = [one.amount_minor for one in earlier if used.code in all_limits(one.code)]
        if used.kind == "limit":
            assert result.amount_minor + sum(borne) <= used.amount_minor
        if used.kind == "maximum":
            assert result.amount_minor <= used.amount_minor
    if row.kind in ("cap_per_notice", "cap_total", "cap_extra", "cap_per_plan", "flat") and not row.limit_codes:
        counted = sum(charged.amount_minor for charged in earlier if charged.code in row.includes)
        whole = row.amount_for(claim_minor)
        if row.condition == "agreed_up_front":
            whole = min(whole, AGREED_MINOR)
        assert result.amount_minor + min(counted, whole) == whole
    assert 0 <= result.vat_minor <= result.amount_minor // 4 + 1


@given(
    rule=st.sampled_from(CHARGEABLE),
    kind=st.sampled_from(["consumer", "business", "public"]),
    claim_minor=st.integers(1, 10**9),
    currency=st.sampled_from(["NOK", "SEK", "EUR", "DKK", "CHF"]),
    on_date=EVERY_DAY,
)
@settings(deadline=None)
def test_a_claim_in_another_currency_and_a_row_of_low_confidence_bear_nothing(
    rule: tuple[str, str], kind: str, claim_minor: int, currency: str, on_date: date
) -> None:
    result = fee(*rule, kind, claim_minor, currency, on_date, agreed_up_front=True, agreed_minor=2_000)
    assert result.currency == currency
    if result.amount_minor:
        assert currency == CURRENCY_OF[rule[0]]
        assert all(statute_book().get_facts(row_id).confidence != "low" for row_id in result.row_ids)


def all_limits(code: str) -> set[str]:
    """The caps a fee counts towards."""
    return {limit for row in statute_book().fees if row.code == code for limit in row.limit_codes}
