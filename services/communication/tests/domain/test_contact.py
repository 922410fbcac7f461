"""Whether a message leaves, as a rule of wishes, law, date and hour."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communication.domain.contact import ContactHours, Intent, Limits, Wishes, judge
from statutes.conduct import contact_window

DAY = date(2026, 2, 2)
NIGHT = datetime(2026, 2, 2, 2, 30, tzinfo=UTC)
SUNDAY = datetime(2026, 2, 8, 12, tzinfo=UTC)
MAIL = Intent("EMAIL", "free_text", by_policy=False, country="NO")
COPENHAGEN = ContactHours(time(9), time(17), "Europe/Copenhagen")
LAW = Limits(contact_window("NO", "CONSUMER", "EMAIL"))


def test_who_said_nothing_is_written_to() -> None:
    assert judge(MAIL, Wishes(), Limits(), DAY, NIGHT).kind == "SEND"


def test_hours_are_the_debtors_own() -> None:
    verdict = judge(MAIL, Wishes(hours=COPENHAGEN), Limits(), DAY, NIGHT)
    assert (verdict.kind, verdict.release_at) == ("LATER", datetime(2026, 2, 2, 8, tzinfo=UTC))
    summer = judge(MAIL, Wishes(hours=COPENHAGEN), Limits(), DAY, datetime(2026, 7, 1, 2, tzinfo=UTC))
    assert summer.release_at == datetime(2026, 7, 1, 7, tzinfo=UTC)


def test_nobody_is_written_to_on_a_sunday_where_the_law_has_hours() -> None:
    verdict = judge(MAIL, Wishes(), LAW, DAY, SUNDAY)
    assert (verdict.rule, verdict.release_at) == ("CONTACT_HOURS", datetime(2026, 2, 9, 7, tzinfo=UTC))


def test_hours_that_never_meet_the_laws_are_told() -> None:
    night_owl = Wishes(hours=ContactHours(time(1), time(5), "Europe/Oslo"))
    assert judge(MAIL, night_owl, LAW, DAY, NIGHT).kind == "NEVER"


@pytest.mark.parametrize("category", ["invoice", "payment_confirmation"])
def test_invoices_and_receipts_know_no_hours(category: str) -> None:
    intent = Intent("EMAIL", category, by_policy=True, country="NO")
    assert judge(intent, Wishes(hours=COPENHAGEN), LAW, DAY, NIGHT).kind == "SEND"


@pytest.mark.parametrize(("category", "kind"), [("reminder", "NEVER"), ("notice", "SEND"), ("legal_notice", "SEND")])
def test_an_opt_out_stops_reminders_of_the_policy_but_not_what_the_law_asks_for(category: str, kind: str) -> None:
    intent = Intent("LETTER", category, by_policy=True, country="NO")
    assert judge(intent, Wishes(do_not_contact=True), Limits(), DAY, NIGHT).kind == kind


@given(
    minutes=st.integers(0, 1_000_000),
    start=st.integers(0, 22),
    length=st.integers(1, 23),
    zone=st.sampled_from(["Europe/Oslo", "America/New_York", "Asia/Kolkata"]),
    lawful=st.booleans(),
)
def test_a_message_that_waits_may_leave_when_its_hour_comes_and_never_waits_for_the_past(
    minutes: int, start: int, length: int, zone: str, lawful: bool
) -> None:
    at = NIGHT - timedelta(minutes=minutes)
    end = min(start + length, 23)
    wishes = Wishes(hours=ContactHours(time(start), time(end, 59) if end == start else time(end), zone))
    limits = LAW if lawful else Limits()
    verdict = judge(MAIL, wishes, limits, DAY, at)
    if verdict.kind == "LATER":
        assert verdict.release_at is not None
        assert verdict.release_at > at
        assert judge(MAIL, wishes, limits, DAY, verdict.release_at).kind == "SEND"
    elif not lawful:
        assert verdict.kind == "SEND"
