"""When a debtor may be contacted, and what notices must say."""

from datetime import date, time

import pytest

from statutes import contact_window, required_fields, statute_book

THURSDAY, SATURDAY, SUNDAY = date(2026, 3, 5), date(2026, 3, 7), date(2026, 3, 8)


@pytest.mark.parametrize("country", ["NO", "SE", "FI", "DK", "DE", "NL", "CH", "EU"])
@pytest.mark.parametrize(
    ("day", "at", "allowed"),
    [
        # the hours of Prop. 3 L (2025-2026), a rule of this house elsewhere
        pytest.param(THURSDAY, time(8, 0), True, id="eight on a weekday"),
        pytest.param(THURSDAY, time(7, 59), False, id="before eight"),
        pytest.param(THURSDAY, time(21, 1), False, id="after nine in the evening"),
        pytest.param(SATURDAY, time(15, 0), True, id="three on a Saturday"),
        pytest.param(SATURDAY, time(15, 1), False, id="later on a Saturday"),
        pytest.param(SUNDAY, time(12, 0), False, id="a Sunday"),
        pytest.param(date(2026, 12, 25), time(12, 0), False, id="Christmas Day"),
    ],
)
def test_a_debtor_is_called_at_decent_hours_only(country: str, day: date, at: time, allowed: bool) -> None:
    for kind in ("consumer", "business", "public"):
        window = contact_window(country, kind, "CALL")
        assert window.allows(day, at) is allowed
        assert (window.max_contacts, window.period_days) == (7, 7)
        assert not window.in_force  # proposed, or of this house


def test_a_letter_knows_no_hours_and_a_duty_is_told() -> None:
    letter = contact_window("SE", "consumer", "LETTER")
    assert letter.allows(SUNDAY, time(3, 0))
    assert letter.in_force
    assert "good practice" in letter.duties[0]
    assert letter.row_ids == ("SE-CONTACT-CONDUCT-1-2013-03-16",)


@pytest.mark.parametrize(
    ("country", "notice", "fields"),
    [
        # inkassoloven s.9
        ("NO", "inkassovarsel", {"collection_announced", "deadline", "heading"}),
        # inkassolagen s.5
        ("SE", "inkassokrav", {"creditor", "basis", "amount_split", "deadline", "form"}),
        # perintälaki s.5a
        ("FI", "maksuvaatimus", {"creditor", "basis", "amount_split", "payment_details", "objection"}),
        # inkassoloven s.10
        ("DK", "paakravsskrivelse", {"basis", "deadline"}),
        # BW 6:96(6)
        ("NL", "aanmaning", {"after_default", "deadline", "consequence", "cost_announced", "free"}),
        ("CH", "mahnung", set[str]()),
    ],
)
def test_a_notice_holds_what_the_law_asks_for(country: str, notice: str, fields: set[str]) -> None:
    found = required_fields(country, notice)
    assert {one.field for one in found} == fields
    assert all(statute_book().get_facts(one.row_id).source for one in found)


def test_the_first_german_letter_to_a_private_person_holds_nine_things() -> None:
    # RDG s.13a(1)
    assert len(required_fields("DE", "inkasso_erstschreiben")) == 9
