"""A tracked link holds for one message, one address and its days; nobody is tracked unless somebody agreed lawfully."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communication.domain.tracking import TrackingInvalid, make_token, may_track, read_token, with_links

SECRET = "a secret of at least thirty-two bytes"
MESSAGE_ID = UUID(int=7)
DAY = date(2026, 4, 3)


def test_nobody_is_tracked_by_default_nor_a_consumer_nor_where_the_country_does_not_let_it() -> None:
    assert may_track("NO", "BUSINESS", agreed=True)
    assert not may_track("NO", "BUSINESS", agreed=False)
    for country in ("NO", "SE", "FI", "DK", "NL", "DE", "FR", "XX"):
        assert not may_track(country, "CONSUMER", agreed=True)
    for country in ("DE", "FR", "CH", "XX"):
        assert not may_track(country, "BUSINESS", agreed=True)


@given(st.uuids(), st.dates(date(2020, 1, 1), date(2100, 1, 1)), st.text(max_size=50))
def test_what_was_signed_is_read_back(message_id: UUID, last_day: date, target: str) -> None:
    assert read_token(SECRET, make_token(SECRET, message_id, last_day, target), target) == (message_id, last_day)


@given(st.integers(0, 46), st.sampled_from("ABCxyz09-_"))
def test_a_token_that_was_changed_in_any_place_is_none(place: int, sign: str) -> None:
    token = make_token(SECRET, MESSAGE_ID, DAY, "https://pay.example/")
    changed = token[:place] + sign + token[place + 1 :]
    if changed != token:
        with pytest.raises(TrackingInvalid):
            read_token(SECRET, changed, "https://pay.example/")


@given(st.text(max_size=80))
def test_whatever_else_is_sent_is_none(token: str) -> None:
    with pytest.raises(TrackingInvalid):
        read_token(SECRET, token)


def test_a_token_leads_only_where_it_was_made_for() -> None:
    token = make_token(SECRET, MESSAGE_ID, DAY, "https://pay.example/")
    for target in ("", "https://evil.example/", "https://pay.example/?next=evil"):
        with pytest.raises(TrackingInvalid):
            read_token(SECRET, token, target)
    with pytest.raises(TrackingInvalid):
        read_token("another secret of thirty-two bytes!", token, "https://pay.example/")
    later = make_token(SECRET, MESSAGE_ID, DAY + timedelta(days=1), "https://pay.example/")
    assert later != token


def test_addresses_in_words_are_replaced_without_the_punctuation_around_them() -> None:
    words = "Pay at https://pay.example/a?b=1, or (see http://help.example/). Not mailto:x@y.example."
    assert with_links(words, lambda target: f"<{target}>") == (
        "Pay at <https://pay.example/a?b=1>, or (see <http://help.example/>). Not mailto:x@y.example."
    )
