"""Waiting days, deadlines and banking days."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statutes import (
    RuleMissing,
    UnknownJurisdiction,
    add_banking_days,
    allocation_order,
    allocation_rule,
    earliest_send_date,
    is_banking_day,
    minimum_deadline_days,
    next_banking_day,
    notice_deadline,
    roll_forward,
    rolled,
)

days = st.dates(date(2014, 1, 1), date(2040, 1, 1))
countries = st.sampled_from(["NO", "SE", "FI", "DK", "DE", "NL", "CH", "EU"])


@pytest.mark.parametrize(
    ("country", "day"),
    [
        pytest.param("NO", date(2026, 1, 3), id="Saturday"),
        pytest.param("NO", date(2026, 4, 2), id="Norway: Maundy Thursday"),
        pytest.param("NO", date(2027, 5, 17), id="Norway: 17 May"),
        # lag 1930:173 s.2 closes the three eves
        pytest.param("SE", date(2026, 6, 19), id="Sweden: Midsummer Eve 2026"),
        pytest.param("SE", date(2028, 6, 23), id="Sweden: Midsummer Eve 2028"),
        pytest.param("SE", date(2025, 12, 24), id="Sweden: Christmas Eve"),
        pytest.param("SE", date(2025, 12, 31), id="Sweden: New Year Eve"),
        pytest.param("SE", date(2026, 1, 6), id="Sweden: Epiphany"),
        # laki 150/1930 names the two eves
        pytest.param("FI", date(2026, 6, 19), id="Finland: Midsummer Eve"),
        pytest.param("FI", date(2026, 12, 24), id="Finland: Christmas Eve"),
        # forældelsesloven s.27 closes three days that are no public holidays
        pytest.param("DK", date(2026, 6, 5), id="Denmark: Constitution Day"),
        pytest.param("DK", date(2026, 12, 24), id="Denmark: Christmas Eve"),
        pytest.param("DK", date(2026, 12, 31), id="Denmark: New Year Eve"),
        pytest.param("DE", date(2026, 10, 3), id="Germany: 3 October"),
        pytest.param("NL", date(2026, 4, 27), id="Netherlands: King's Day"),
        pytest.param("CH", date(2026, 4, 3), id="Switzerland: Good Friday"),
        pytest.param("CH", date(2026, 1, 2), id="Switzerland: 2 January"),
        pytest.param("EU", date(2026, 4, 6), id="EU: Easter Monday"),
    ],
)
def test_banks_are_closed(country: str, day: date) -> None:
    assert not is_banking_day(country, day)


@pytest.mark.parametrize(
    ("country", "day"),
    [
        pytest.param("NO", date(2026, 1, 6), id="Norway: Epiphany is a working day"),
        pytest.param("NO", date(2025, 12, 24), id="Norway: Christmas Eve is no public holiday"),
        pytest.param("SE", date(2026, 4, 2), id="Sweden: Maundy Thursday"),
        pytest.param("SE", date(2026, 6, 18), id="Sweden: the day before Midsummer Eve"),
        pytest.param("DE", date(2026, 12, 24), id="Germany: Christmas Eve"),
        pytest.param("EU", date(2026, 5, 14), id="EU: Ascension Day"),
    ],
)
def test_banks_are_open(country: str, day: date) -> None:
    assert is_banking_day(country, day)
    assert roll_forward(country, day) == day


def test_a_day_rolls_over_the_whole_holiday_and_keeps_the_nominal_day() -> None:
    roll = rolled("SE", date(2025, 12, 24))
    assert (roll.nominal_date, roll.effective_date) == (date(2025, 12, 24), date(2025, 12, 29))
    assert roll.row_ids == ("SE-ROLL-2000-01-01",)
    assert roll_forward("NO", date(2026, 4, 2)) == date(2026, 4, 7)
    assert next_banking_day("NO", date(2026, 4, 1)) == date(2026, 4, 7)
    assert add_banking_days("SE", date(2025, 12, 22), 3) == date(2025, 12, 30)


def test_a_country_without_law_on_file_has_no_banking_days() -> None:
    with pytest.raises(UnknownJurisdiction):
        is_banking_day("XX", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("country", "from_event", "to_event", "earliest", "row_id"),
    [
        # inkassoforskriften s.1-2
        ("NO", "due_date", "purring_with_fee", date(2026, 1, 15), "NO-WAIT-DUE-DATE-PURRING-WITH-FEE-2020-10-01"),
        # inkassoforskriften s.2-3: more than 28 days past the deadline
        ("NO", "betalingsoppfordring_deadline", "tung_salaer", date(2026, 1, 30), "NO-WAIT-BETALINGSOPPFORDRING-DEADLINE-TUNG-SALAER-2020-10-01"),
        # no statutory wait
        ("SE", "due_date", "betalningspaminnelse", date(2026, 1, 1), "SE-WAIT-DUE-DATE-BETALNINGSPAMINNELSE-2013-03-16"),
        # IMY: the application follows the deadline
        ("SE", "inkassokrav_deadline", "betalningsforelaggande", date(2026, 1, 2), "SE-WAIT-INKASSOKRAV-DEADLINE-BETALNINGSFORELAGGANDE-2013-03-16"),
    ],
)  # fmt: skip
def test_a_notice_waits_as_long_as_the_law_says(
    country: str, from_event: str, to_event: str, earliest: date, row_id: str
) -> None:
    found = earliest_send_date(country, "consumer", from_event, to_event, date(2026, 1, 1))
    assert (found.earliest_date, found.row_ids) == (earliest, (row_id,))


def test_a_question_the_law_does_not_answer_is_refused() -> None:
    with pytest.raises(RuleMissing, match="waiting_days"):
        earliest_send_date("SE", "consumer", "due_date", "purring_with_fee", date(2026, 1, 1))


def test_minimum_deadlines_name_their_rows() -> None:
    norwegian = minimum_deadline_days("NO", "consumer", "inkassovarsel", date(2026, 1, 1))
    assert (norwegian.calendar_days, norwegian.banking_days) == (14, 0)
    swedish = minimum_deadline_days("SE", "business", "inkassokrav", date(2026, 1, 1))
    assert (swedish.calendar_days, swedish.banking_days, len(swedish.row_ids)) == (8, 4, 2)
    assert minimum_deadline_days("NO", "consumer", "purring", date(2026, 1, 1)).row_ids == ()


def test_a_swedish_demand_before_christmas_gets_four_banking_days_from_receipt() -> None:
    # Sent 19 December: received 23 December at the latest, then 29, 30 December, 2 and 5 January.
    deadline = notice_deadline("SE", "business", "inkassokrav", date(2025, 12, 19), 8)
    assert deadline.effective_date == date(2026, 1, 5)
    assert "SE-WAIT-INKASSOKRAV-RECEIVED-PAYMENT-DEADLINE-BANKING-2013-03-16" in deadline.row_ids


@given(country=countries, day=days)
@settings(deadline=None)
def test_rolling_lands_on_the_first_banking_day_and_stays_there(country: str, day: date) -> None:
    effective = roll_forward(country, day)
    assert effective >= day
    assert is_banking_day(country, effective)
    assert roll_forward(country, effective) == effective
    between = [day + timedelta(days=n) for n in range((effective - day).days)]
    assert not any(is_banking_day(country, closed) for closed in between)


@given(sent=days, given_days=st.integers(0, 30))
@settings(deadline=None)
def test_a_swedish_demand_never_gives_less_than_the_law(sent: date, given_days: int) -> None:
    deadline = notice_deadline("SE", "consumer", "inkassokrav", sent, given_days).effective_date
    assert (deadline - sent).days >= max(8, given_days)
    assert add_banking_days("SE", sent, 4) <= deadline
    assert is_banking_day("SE", deadline)


@pytest.mark.parametrize(
    ("country", "kind", "components", "row_id"),
    [
        # Lovavdelingen 1999
        ("NO", "consumer", "fees interest principal", "NO-ALLOC-ONE-CLAIM-2020-10-01"),
        # handelsbalken 9:5 and custom
        ("SE", "business", "fees interest principal", "SE-ALLOC-ONE-CLAIM-2013-03-16"),
        # the special order for consumers was not read: costs last until it is
        ("FI", "consumer", "interest principal fees", "FI-ALLOC-CONSUMER-ONE-CLAIM-2013-03-16"),
        ("FI", "business", "interest principal fees", "FI-ALLOC-ONE-CLAIM-2013-03-16"),
        ("DK", "consumer", "fees interest principal", "DK-ALLOC-ONE-CLAIM-2013-03-01"),
        # BGB s.367
        ("DE", "consumer", "fees interest principal", "DE-ALLOC-ONE-CLAIM-2014-07-29"),
        # BW 6:44
        ("NL", "business", "fees interest principal", "NL-ALLOC-ONE-CLAIM-2012-07-01"),
        # OR 85
        ("CH", "consumer", "fees interest principal", "CH-ALLOC-ONE-CLAIM-2000-01-01"),
        ("EU", "business", "fees interest principal", "EU-ALLOC-ONE-CLAIM-2013-03-16"),
    ],
)
def test_a_payment_covers_what_the_law_says_in_its_order(country: str, kind: str, components: str, row_id: str) -> None:
    assert allocation_order(country, kind) == tuple(components.split())
    assert allocation_rule(country, kind.upper()).row_id == row_id


def test_a_german_consumer_loan_is_paid_before_its_interest_and_a_dutch_creditor_may_refuse_another_order() -> None:
    # BGB s.497(3); BW 6:44
    assert allocation_rule("DE", "consumer", context="consumer_loan").components == ("fees", "principal", "interest")
    dutch = allocation_rule("NL", "business")
    assert (dutch.debtor_may_direct, dutch.creditor_may_refuse, dutch.confidence) == (True, True, "high")
    assert allocation_rule("FI", "consumer").confidence == "low"


def test_a_dutch_letter_counts_its_fourteen_days_from_receipt() -> None:
    # BW 6:96(6), HR 2016:2704: the term starts the day after receipt. Friday: presumed received on Tuesday.
    presumed = notice_deadline("NL", "consumer", "aanmaning", date(2026, 3, 6), 14)
    assert presumed.effective_date == date(2026, 3, 24)
    assert "NL-WAIT-CONSUMER-AANMANING-SENT-AANMANING-RECEIVED-BANKING-2012-07-01" in presumed.row_ids
    proven = notice_deadline("NL", "consumer", "aanmaning", date(2026, 3, 6), 14, received_date=date(2026, 3, 12))
    assert proven.effective_date == date(2026, 3, 26)
    assert minimum_deadline_days("NL", "consumer", "aanmaning", date(2026, 3, 6)).calendar_days_from_receipt == 14


@pytest.mark.parametrize(
    ("country", "kind", "from_event", "to_event", "days"),
    [
        # renteloven s.9b; inkassoloven s.10
        ("DK", "consumer", "previous_notice_sent", "rykker_with_fee", 10),
        ("DK", "consumer", "paakravsskrivelse_deadline", "inkasso_measures", 1),
        # KKV; Suomen Yrittäjät for businesses
        ("FI", "consumer", "previous_notice_sent", "maksuvaatimus_with_fee", 14),
        ("FI", "business", "previous_notice_sent", "notice_with_fee", 10),
        # OR 102
        ("CH", "consumer", "due_date", "verzug", 0),
    ],
)
def test_a_country_waits_its_own_days(country: str, kind: str, from_event: str, to_event: str, days: int) -> None:
    found = earliest_send_date(country, kind, from_event, to_event, date(2026, 1, 1))
    assert found.earliest_date == date(2026, 1, 1) + timedelta(days=days)
