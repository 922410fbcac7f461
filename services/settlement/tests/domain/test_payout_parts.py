"""However a settlement is cut into transfers: each line is in one, each transfer is positive, and they sum to it."""

from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st

from settlement.domain.payout_parts import WHOLE, Share, paid_at_once, paid_per_invoice

nets = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(1, 6)), st.integers(-50_000, 50_000)), min_size=1, max_size=15
)


def shares_of(lines: list[tuple[int | None, int]]) -> list[Share]:
    return [Share(UUID(int=n), case_id, f"1001{case_id}", net) for n, (case_id, net) in enumerate(lines)]


@given(nets)
def test_each_line_is_in_one_transfer_and_each_transfer_is_the_sum_of_its_lines(
    lines: list[tuple[int | None, int]],
) -> None:
    shares = shares_of(lines)
    assume(sum(share.net_minor for share in shares) > 0)
    amounts = {share.line_id: share.net_minor for share in shares}
    for parts in (paid_at_once(shares), paid_per_invoice(shares)):
        assert sorted(line_id for part in parts for line_id in part.line_ids) == sorted(amounts)
        assert all(part.amount_minor > 0 for part in parts)
        assert all(part.amount_minor == sum(amounts[line_id] for line_id in part.line_ids) for part in parts)
        assert len({part.number for part in parts}) == len(parts)


@given(nets)
def test_a_transfer_with_a_reference_is_for_that_invoice_alone(lines: list[tuple[int | None, int]]) -> None:
    shares = shares_of(lines)
    assume(sum(share.net_minor for share in shares) > 0)
    cases = {share.line_id: share.case_id for share in shares}
    for part in paid_per_invoice(shares):
        paid = {cases[line_id] for line_id in part.line_ids}
        if part.number == WHOLE:
            assert part.reference is None
        else:
            [case_id] = paid
            assert part.reference == f"1001{case_id}"


@given(nets)
def test_the_same_lines_in_another_order_are_cut_alike(lines: list[tuple[int | None, int]]) -> None:
    shares = shares_of(lines)
    assume(sum(share.net_minor for share in shares) > 0)

    def cut(given: list[Share]) -> list[tuple[int, int, frozenset[UUID]]]:
        return [(part.number, part.amount_minor, frozenset(part.line_ids)) for part in paid_per_invoice(given)]

    assert cut(shares) == cut(shares[::-1])
