from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from payment_control.domain.ids import id_beside, id_of_day

NAMESPACE = UUID(int=7)
DAYS = st.dates(date(1970, 1, 1), date(2199, 12, 31))


@given(DAYS, st.text())
def test_an_id_of_a_day_tells_its_day_and_is_computed_alike_by_everybody(day: date, name: str) -> None:
    found = id_of_day(day, NAMESPACE, name)

    assert found == id_of_day(day, NAMESPACE, name)
    assert str(found)[:8] == day.isoformat().replace("-", "")
    assert (found.version, found.variant) == (8, "specified in RFC 4122")


@given(DAYS, DAYS, st.text(), st.text())
def test_ids_of_other_days_or_names_differ_and_sort_by_their_days(
    one: date, other: date, name: str, second: str
) -> None:
    first, last = id_of_day(one, NAMESPACE, name), id_of_day(other, NAMESPACE, second)

    assert (first == last) == ((one, name) == (other, second))
    if one < other:
        assert first < last


@given(DAYS, st.text(), st.text())
def test_an_id_beside_another_is_of_the_same_day_and_of_its_own(day: date, name: str, second: str) -> None:
    owner = id_of_day(day, NAMESPACE, "owner")
    mine = id_beside(owner, name)

    assert str(mine)[:8] == str(owner)[:8]
    assert (mine == id_beside(owner, second)) == (name == second)
    assert mine != id_beside(id_of_day(day, NAMESPACE, "another owner"), name)
