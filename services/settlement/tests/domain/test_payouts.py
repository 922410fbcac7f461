"""Which answer of the bank moves a payout where."""

from datetime import date

import pytest

from settlement.domain.payouts import (
    AnswerKind,
    PayoutStatus,
    end_to_end_id_of,
    moved_by,
    settlement_number_of,
)


@pytest.mark.parametrize(
    ("status", "answer", "steps"),
    [
        pytest.param("SENT", "ACCEPTED", ("ACCEPTED",), id="the bank took it"),
        pytest.param("INITIATED", "ACCEPTED", ("ACCEPTED",), id="the answer came before we noted the delivery"),
        pytest.param("CONFIRMED", "ACCEPTED", (), id="an acceptance after the debit tells nothing"),
        pytest.param("ACCEPTED", "DEBITED", ("CONFIRMED",), id="the debit confirms"),
        pytest.param("CONFIRMED", "DEBITED", (), id="the statement repeats the notification"),
        pytest.param("SENT", "REJECTED", ("FAILED",), id="a rejection fails"),
        pytest.param("ACCEPTED", "REJECTED", ("FAILED",), id="also after it was accepted"),
        pytest.param("CONFIRMED", "REJECTED", (), id="not after it was debited"),
        pytest.param("CONFIRMED", "RETURNED", ("RETURNED",), id="a return fails a confirmed payout"),
        pytest.param("ACCEPTED", "RETURNED", ("CONFIRMED", "RETURNED"), id="what returns had been debited"),
        pytest.param("RETURNED", "RETURNED", (), id="it is told in two messages"),
        pytest.param("RETURNED", "DEBITED", (), id="a statement read late"),
    ],
)
def test_a_payout_moves(status: PayoutStatus, answer: AnswerKind, steps: tuple[PayoutStatus, ...]) -> None:
    assert moved_by(status, answer) == steps


def test_numbers_and_ids_are_readable_and_fit_a_bank_file() -> None:
    number = settlement_number_of(date(2026, 3, 28), 1)
    assert number == 202603280001
    assert end_to_end_id_of(number, "OWN", 2) == "202603280001-O2"
    assert settlement_number_of(date(2026, 3, 28), 10_000) != settlement_number_of(date(2026, 3, 29), 0)
