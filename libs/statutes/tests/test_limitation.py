"""Limitation: periods, what interrupts them, final limits and warnings."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statutes import Interruption, RuleMissing, limitation_date
from statutes.procedure_rows import EVENT_KINDS, EventKind

DUE = date(2023, 3, 15)


@pytest.mark.parametrize(
    ("country", "kind", "claim_kind", "last"),
    [
        # foreldelsesloven s.2, s.5
        ("NO", "consumer", "ordinary", date(2026, 3, 15)),
        ("NO", "business", "loan", date(2033, 3, 15)),
        # preskriptionslagen s.2
        ("SE", "business", "ordinary", date(2033, 2, 1)),
        ("SE", "consumer", "ordinary", date(2026, 2, 1)),
        # laki 728/2003
        ("FI", "consumer", "ordinary", date(2026, 3, 15)),
        ("FI", "consumer", "public_law", date(2028, 12, 31)),
        # forældelsesloven s.3, s.5
        ("DK", "consumer", "ordinary", date(2026, 3, 15)),
        ("DK", "consumer", "debt_instrument", date(2033, 3, 15)),
        ("DK", "consumer", "interest_and_fees", date(2026, 3, 15)),
        # BGB s.195, s.199(1): the end of the third year
        ("DE", "consumer", "ordinary", date(2026, 12, 31)),
        ("DE", "consumer", "judgment", date(2053, 3, 15)),
        # BW 3:307, 7:28, 3:324
        ("NL", "business", "ordinary", date(2028, 3, 15)),
        ("NL", "consumer", "consumer_sale", date(2025, 3, 15)),
        ("NL", "business", "judgment", date(2043, 3, 15)),
        # OR 127, 128
        ("CH", "consumer", "ordinary", date(2033, 3, 15)),
        ("CH", "consumer", "periodic", date(2028, 3, 15)),
    ],
)
def test_a_claim_lives_as_long_as_the_law_says(country: str, kind: str, claim_kind: str, last: date) -> None:
    clock = limitation_date(country, kind, due_date=DUE, arose_date=date(2023, 2, 1), claim_kind=claim_kind)
    assert clock.last_date == last
    assert not clock.barred_on(last)
    assert clock.barred_on(last + timedelta(days=1))
    assert clock.alert_dates == tuple(last - timedelta(days=days) for days in (90, 60, 30))


@pytest.mark.parametrize(
    ("country", "kind", "event", "last"),
    [
        # a demand starts a new period in SE, FI and NL, nowhere else
        ("SE", "consumer", "demand", date(2027, 1, 1)),
        ("FI", "consumer", "demand", date(2027, 1, 1)),
        ("NL", "business", "demand", date(2029, 1, 1)),
        ("NO", "consumer", "demand", date(2026, 3, 15)),
        ("DK", "consumer", "demand", date(2026, 3, 15)),
        ("DE", "consumer", "demand", date(2026, 12, 31)),
        ("CH", "consumer", "demand", date(2033, 3, 15)),
        # part payment does everywhere
        ("NO", "consumer", "part_payment", date(2027, 1, 1)),
        ("DE", "consumer", "part_payment", date(2027, 1, 1)),
        ("CH", "consumer", "part_payment", date(2034, 1, 1)),
        # judgments
        ("NO", "consumer", "judgment", date(2034, 1, 1)),
        ("DK", "consumer", "written_acknowledgement", date(2034, 1, 1)),
        ("DE", "consumer", "judgment", date(2054, 1, 1)),
        ("FI", "consumer", "judgment", date(2029, 1, 1)),
    ],
)
def test_only_what_interrupts_in_the_country_starts_the_period_anew(
    country: str, kind: str, event: EventKind, last: date
) -> None:
    clock = limitation_date(country, kind, due_date=DUE, interruptions=[Interruption(event, date(2024, 1, 1))])
    assert clock.last_date == last
    assert bool(clock.ignored) == (event == "demand" and country not in ("SE", "FI", "NL"))


def test_what_does_not_interrupt_is_told_with_its_row() -> None:
    clock = limitation_date("NO", "consumer", due_date=DUE, interruptions=[Interruption("demand", date(2024, 1, 1))])
    assert clock.ignored[0].reason == "a demand does not interrupt (row NO-LIMIT-ORDINARY-2020-10-01)"


def test_a_claim_that_is_lost_stays_lost() -> None:
    late = [Interruption("acknowledgement", date(2026, 3, 16))]
    clock = limitation_date("NO", "consumer", due_date=DUE, interruptions=late)
    assert clock.last_date == date(2026, 3, 15)
    assert "lost after 2026-03-15" in clock.ignored[0].reason


def test_a_finnish_person_is_free_after_twenty_years_whatever_the_reminders() -> None:
    # laki velan vanhentumisesta: 20 years from due for natural persons
    reminders = [Interruption("demand", date(year, 1, 1)) for year in range(2024, 2043, 2)]
    assert limitation_date("FI", "consumer", due_date=DUE, interruptions=reminders).last_date == date(2043, 3, 15)
    company = limitation_date("FI", "business", due_date=DUE, interruptions=reminders)
    assert (company.last_date, company.final_cap_date) == (date(2045, 1, 1), None)
    trader = limitation_date("FI", "business", due_date=DUE, interruptions=reminders, natural_person=True)
    assert trader.last_date == date(2043, 3, 15)


def test_a_finnish_judgment_ends_after_fifteen_years_from_the_judgment() -> None:
    events = [Interruption("judgment", date(2024, 1, 1))]
    events += [Interruption("demand", date(year, 1, 1)) for year in range(2027, 2040, 4)]
    clock = limitation_date("FI", "consumer", due_date=DUE, interruptions=events)
    assert (clock.last_date, clock.final_cap_date) == (date(2039, 1, 1), date(2039, 1, 1))
    assert clock.row_ids == ("FI-LIMIT-ORDINARY-2013-03-16", "FI-LIMIT-JUDGMENT-2013-03-16")


def test_a_german_order_to_pay_stops_the_clock_until_six_months_after_it_ended() -> None:
    # BGB s.204: 10 January to 10 March 2026 and six months more are 243 days
    step = Interruption("legal_step", date(2026, 1, 10), date(2026, 3, 10))
    assert limitation_date("DE", "consumer", due_date=DUE, interruptions=[step]).last_date == date(2027, 8, 31)
    running = limitation_date(
        "DE", "consumer", due_date=DUE, interruptions=[Interruption("negotiation", date(2026, 1, 10))]
    )
    assert running.last_date == date(2026, 12, 31)
    assert "not known yet" in running.ignored[0].reason


def test_a_period_that_is_not_on_file_is_not_guessed() -> None:
    with pytest.raises(RuleMissing, match="EU"):
        limitation_date("EU", "business", due_date=DUE)
    with pytest.raises(RuleMissing, match="consumer_sale"):
        limitation_date("NO", "consumer", due_date=DUE, claim_kind="consumer_sale")


@given(
    country=st.sampled_from(["NO", "SE", "FI", "DK", "DE", "NL", "CH"]),
    events=st.lists(st.builds(Interruption, st.sampled_from(EVENT_KINDS), st.dates(DUE, date(2060, 1, 1))), max_size=6),
)
def test_an_event_never_shortens_the_life_of_a_claim_nor_breaks_its_final_limit(
    country: str, events: list[Interruption]
) -> None:
    plain = limitation_date(country, "consumer", due_date=DUE)
    clock = limitation_date(country, "consumer", due_date=DUE, interruptions=events)
    assert clock.last_date >= plain.last_date
    assert clock.final_cap_date is None or clock.last_date <= clock.final_cap_date
    assert len(clock.counted) + len(clock.ignored) == len(events)
