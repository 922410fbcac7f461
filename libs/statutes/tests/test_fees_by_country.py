"""Worked examples of fees, country by country, each with its source."""

from datetime import date

import pytest

from statutes import Charged, fee

IN_2026 = date(2026, 3, 1)
BEFORE_JUNE_2025 = date(2025, 5, 31)


@pytest.mark.parametrize(
    ("country", "code", "kind", "claim_minor", "currency", "on_date", "amount_minor"),
    [
        # perintälaki 10 a: reminder 5; demand 14/24/50 by 100/1 000, the second half of it; plan 20/30/50
        ("FI", "maksumuistutus", "consumer", 5_000, "EUR", IN_2026, 500),
        ("FI", "maksuvaatimus_1", "consumer", 10_000, "EUR", IN_2026, 1_400),
        ("FI", "maksuvaatimus_1", "consumer", 10_001, "EUR", IN_2026, 2_400),
        ("FI", "maksuvaatimus_1", "consumer", 100_001, "EUR", IN_2026, 5_000),
        ("FI", "maksuvaatimus_2", "consumer", 10_000, "EUR", IN_2026, 700),
        ("FI", "maksuvaatimus_2", "consumer", 100_000, "EUR", IN_2026, 1_200),
        ("FI", "maksuvaatimus_2", "consumer", 100_001, "EUR", IN_2026, 2_500),
        ("FI", "maksuvaatimus_suoraan_ulosottokelpoinen", "consumer", 100_001, "EUR", IN_2026, 1_400),
        ("FI", "maksusuunnitelma", "consumer", 100_000, "EUR", IN_2026, 3_000),
        # Suomen Yrittäjät: from 2022-05-01 12, and 50/70/90/110 by 500/2 500/10 000
        ("FI", "maksumuistutus", "business", 5_000, "EUR", IN_2026, 1_200),
        ("FI", "maksuvaatimus_1", "business", 50_000, "EUR", IN_2026, 5_000),
        ("FI", "maksuvaatimus_1", "business", 250_000, "EUR", IN_2026, 7_000),
        ("FI", "maksuvaatimus_1", "business", 1_000_000, "EUR", IN_2026, 9_000),
        ("FI", "maksuvaatimus_2", "business", 1_000_001, "EUR", IN_2026, 5_500),
        ("FI", "vakiokorvaus", "business", 5_000, "EUR", IN_2026, 4_000),
        # renteloven s.9b, s.9a(3); bek. 476/2016
        ("DK", "rykker", "consumer", 50_000, "DKK", IN_2026, 10_000),
        ("DK", "kompensationsbelob", "business", 50_000, "DKK", IN_2026, 31_000),
        ("DK", "inkassosalaer_fremmed", "consumer", 100_000, "DKK", IN_2026, 40_000),
        ("DK", "inkassosalaer_fremmed", "consumer", 50_000_000, "DKK", IN_2026, 640_000),
        ("DK", "inkassosalaer_fremmed", "consumer", 60_000_000, "DKK", IN_2026, 740_000),
        # RVG Anlage 2: 1 200 EUR is 134.50 x 0.9 and x 0.5 from 2025-06-01, 127.00 x 0.9 before
        ("DE", "inkasso_faktor_regel", "consumer", 120_000, "EUR", date(2025, 6, 1), 12_105),
        ("DE", "inkasso_faktor_einfach", "consumer", 120_000, "EUR", date(2025, 6, 1), 6_725),
        ("DE", "inkasso_faktor_hoch", "consumer", 120_000, "EUR", date(2025, 6, 1), 17_485),
        ("DE", "inkasso_faktor_regel", "consumer", 120_000, "EUR", BEFORE_JUNE_2025, 11_430),
        # RVG s.13(2): up to 50 EUR the fee is 30
        ("DE", "inkasso_faktor_regel", "consumer", 5_000, "EUR", IN_2026, 2_700),
        ("DE", "inkasso_faktor_regel", "consumer", 5_001, "EUR", IN_2026, 4_635),
        ("DE", "verzugspauschale", "business", 5_000, "EUR", IN_2026, 4_000),
        # Besluit BIK: 15 % to 2 500, 10 % to 5 000, 5 % to 10 000, 1 % to 200 000, 0.5 % above; 40 to 6 775
        ("NL", "wik_staffel", "business", 12_000, "EUR", IN_2026, 4_000),
        ("NL", "wik_staffel", "business", 250_000, "EUR", IN_2026, 37_500),
        ("NL", "wik_staffel", "business", 500_000, "EUR", IN_2026, 62_500),
        ("NL", "wik_staffel", "business", 1_000_000, "EUR", IN_2026, 87_500),
        ("NL", "wik_staffel", "business", 20_000_000, "EUR", IN_2026, 277_500),
        ("NL", "wik_staffel", "business", 100_000_000, "EUR", IN_2026, 677_500),
        ("NL", "wik_staffel", "business", 900_000_000, "EUR", IN_2026, 677_500),
        ("NL", "vergoeding_handel", "business", 5_000, "EUR", IN_2026, 4_000),
        # Directive 2011/7/EU art. 6
        ("EU", "recovery_compensation", "business", 5_000, "EUR", IN_2026, 4_000),
        ("EU", "recovery_compensation", "public", 5_000, "EUR", IN_2026, 4_000),
    ],
)
def test_a_country_charges_its_own_amounts(
    country: str, code: str, kind: str, claim_minor: int, currency: str, on_date: date, amount_minor: int
) -> None:
    result = fee(country, code, kind, claim_minor, currency, on_date)
    assert (result.amount_minor, result.reason) == (amount_minor, "")


@pytest.mark.parametrize(
    ("claim_minor", "cap_minor"),
    [(10_000, 6_000), (100_000, 12_000), (100_001, 21_000)],  # perintälaki 10 d: 60, 120, 210
)
def test_all_fees_of_a_finnish_consumer_stay_under_the_total_cap(claim_minor: int, cap_minor: int) -> None:
    charged: list[Charged] = []
    for code in ("maksuvaatimus_1", "maksuvaatimus_2", "maksusuunnitelma", *["maksumuistutus"] * 60):
        result = fee("FI", code, "consumer", claim_minor, "EUR", IN_2026, already_charged=charged)
        charged.append(Charged(code, result.amount_minor))
    assert sum(one.amount_minor for one in charged) == cap_minor
    last = fee("FI", "maksumuistutus", "consumer", claim_minor, "EUR", IN_2026, already_charged=charged)
    assert last.amount_minor == 0
    assert "FI-FEE-KOKONAISKULUKATTO-CONSUMER" in last.reason


def test_a_directly_enforceable_finnish_claim_has_its_own_lower_cap() -> None:
    # perintälaki 10 d: 51
    code = "maksuvaatimus_suoraan_ulosottokelpoinen"
    charged = [Charged("maksusuunnitelma_suoraan_ulosottokelpoinen", 2_000), Charged(code, 1_400)]
    second = fee("FI", code, "consumer", 500_000, "EUR", IN_2026, already_charged=charged)
    assert second.amount_minor == 1_400
    charged[0] = Charged("maksusuunnitelma_suoraan_ulosottokelpoinen", 3_000)
    assert fee("FI", code, "consumer", 500_000, "EUR", IN_2026, already_charged=charged).amount_minor == 700


@pytest.mark.parametrize(
    ("country", "code", "kind", "currency", "reason"),
    [
        ("DK", "inkassogebyr_overdragelse", "consumer", "DKK", "low confidence"),
        ("DE", "mahnkosten_brief", "consumer", "EUR", "low confidence"),
        ("DE", "verzugspauschale", "consumer", "EUR", "no row"),
        ("NL", "wik_staffel", "consumer", "EUR", "free letter"),
        ("NL", "aanmaning_14_dagen", "consumer", "EUR", "must be free"),
        ("NL", "vergoeding_handel", "consumer", "EUR", "no row"),
        ("CH", "mahngebuehr", "consumer", "CHF", "contract"),
        ("CH", "inkassokosten", "business", "CHF", "cannot be recovered"),
        ("EU", "recovery_compensation", "consumer", "EUR", "no row"),
    ],
)
def test_what_a_country_does_not_allow_costs_nothing(
    country: str, code: str, kind: str, currency: str, reason: str
) -> None:
    result = fee(country, code, kind, 100_000, currency, IN_2026)
    assert result.amount_minor == 0
    assert reason in result.reason


def test_a_fourth_danish_reminder_is_free() -> None:
    # renteloven s.9b(2)
    three = [Charged("rykker", 10_000)] * 3
    assert fee("DK", "rykker", "consumer", 50_000, "DKK", IN_2026, already_charged=three).amount_minor == 0
    assert fee("DK", "rykker", "consumer", 50_000, "DKK", IN_2026, already_charged=three[:2]).amount_minor == 10_000


def test_a_dutch_consumer_owes_the_costs_once_the_free_letter_has_run_out() -> None:
    # BW 6:96(6); VAT 21 % only for a creditor who cannot deduct it
    owed = fee("NL", "wik_staffel", "consumer", 250_000, "EUR", IN_2026, False, free_letter_expired=True)
    assert (owed.amount_minor, owed.vat_minor) == (37_500, 7_875)
    assert owed.component == "COLLECTION_FEE"


def test_a_dutch_minimum_names_the_row_it_rests_on_and_counts_the_forty_of_a_business() -> None:
    least = fee("NL", "wik_staffel", "business", 12_000, "EUR", IN_2026)
    assert least.row_ids == ("NL-FEE-WIK-STAFFEL-TO-2500-2012-07-01", "NL-FEE-WIK-MINIMUM-2012-07-01")
    charged = [Charged("vergoeding_handel", 4_000)]
    assert fee("NL", "wik_staffel", "business", 250_000, "EUR", IN_2026, already_charged=charged).amount_minor == 33_500


def test_a_german_fee_grows_by_its_difference_and_the_compensation_counts_towards_it() -> None:
    # BGB s.288(5); VV 2300: 0.5, then 0.9 of 134.50
    charged = [Charged("verzugspauschale", 4_000)]
    simple = fee("DE", "inkasso_faktor_einfach", "business", 120_000, "EUR", IN_2026, already_charged=charged)
    charged.append(Charged(simple.code, simple.amount_minor))
    normal = fee("DE", "inkasso_faktor_regel", "business", 120_000, "EUR", IN_2026, already_charged=charged)
    assert 4_000 + simple.amount_minor + normal.amount_minor == 12_105
    assert normal.row_ids[1] == "DE-FEE-RVG-1-0-GEBUEHR-TO-1500-2025-06-01"


def test_german_expenses_are_a_fifth_of_the_fee_and_never_over_twenty_once_accepted() -> None:
    for fee_minor, expenses_minor in ((6_725, 1_345), (12_105, 2_000)):
        found = fee(
            "DE", "auslagenpauschale", "consumer", 120_000, "EUR", IN_2026,
            already_charged=[Charged("inkasso_faktor_einfach", fee_minor)], accept_low_confidence=True,
        )  # fmt: skip
        assert found.amount_minor == expenses_minor


def test_a_german_claim_above_the_table_is_not_guessed() -> None:
    beyond = fee("DE", "inkasso_faktor_regel", "business", 38_000_001, "EUR", IN_2026)
    assert (beyond.amount_minor, beyond.row_id) == (0, "DE-FEE-INKASSO-FAKTOR-REGEL-2021-10-01")
    assert "no base fee" in beyond.reason


def test_a_swiss_reminder_costs_what_the_contract_says() -> None:
    # OR: no statutory fee
    assert fee("CH", "mahngebuehr", "consumer", 5_000, "CHF", IN_2026, agreed_minor=2_000).amount_minor == 2_000


def test_a_norwegian_plan_of_more_than_four_instalments_costs_one_and_a_half_units() -> None:
    # inkassoforskriften s.2-4: 1.5 x 750
    assert fee("NO", "avdragsordning_tillegg", "consumer", 5_000, "NOK", IN_2026, instalments=5).amount_minor == 112_500


def test_finnish_compensation_lowers_the_fees_that_follow() -> None:
    charged = [Charged("vakiokorvaus", 4_000)]
    assert (
        fee("FI", "maksuvaatimus_1", "business", 50_000, "EUR", IN_2026, already_charged=charged).amount_minor == 1_000
    )
