"""BgMax: every payment once, its references with their amounts; a file that does not add up is refused."""

from pathlib import Path

import pytest

from bankfiles import BankFileRefused, read


def test_the_example_file_is_read_whole(samples: Path) -> None:
    file = read((samples / "bgmax-se/BgMaxfil4.txt").read_bytes())
    assert file.format == "bgmax"
    assert file.rejected == ()
    sums = [(s.currency, len(s.transactions), sum(t.signed_minor for t in s.transactions)) for s in file.statements]
    assert sums == [("SEK", 2, 370_000), ("SEK", 1, 200_000), ("SEK", 4, 290_000), ("EUR", 2, 400_000)]
    first = file.transactions[0]
    assert first.references == ("665760", "665869", "665661", "657775")
    assert first.payer_name == "Kalles Plåt AB"
    shared = file.transactions[2]
    assert [(part.reference, part.amount_minor) for part in shared.parts] == [("573964", 170_000), ("573865", 30_000)]


def test_the_smallest_file_is_read(samples: Path) -> None:
    [payment] = read((samples / "bgmax-se/minimal.txt").read_bytes()).transactions
    assert (payment.account, payment.amount_minor, payment.currency) == ("9912346", 110_000, "SEK")
    assert (payment.reference, payment.booking_date.isoformat()) == ("650861", "2004-05-25")


def test_a_file_whose_counts_are_wrong_is_refused_with_its_line(samples: Path) -> None:
    with pytest.raises(BankFileRefused, match="line 67: announces 8 payments but there are 9"):
        read((samples / "bgmax-se/BgMaxfil4_broken.txt").read_bytes())


def test_a_file_that_is_cut_off_is_refused(samples: Path) -> None:
    content = (samples / "bgmax-se/minimal.txt").read_bytes()
    with pytest.raises(BankFileRefused, match="cut off"):
        read(content.rsplit(b"70", 1)[0])


def test_a_changed_amount_is_refused(samples: Path) -> None:
    content = (samples / "bgmax-se/minimal.txt").read_bytes()
    with pytest.raises(BankFileRefused, match="payments sum to 110001"):
        read(content.replace(b"000000000000110000", b"000000000000110001", 1))
