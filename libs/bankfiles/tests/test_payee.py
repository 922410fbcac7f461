"""Accounts as people write them."""

import pytest

from bankfiles import AccountRefused, payee_bic, payee_iban


@pytest.mark.parametrize(
    ("written", "currency", "iban"),
    [
        pytest.param("NO93 8601 1117 947", "EUR", "NO9386011117947", id="an IBAN in groups"),
        pytest.param("8601.11.17947", "NOK", "NO9386011117947", id="a Norwegian number with points"),
        pytest.param("9999 0000000001", "DKK", "DK7799990000000001", id="a Danish number after its bank's"),
        pytest.param("9999-1", "DKK", "DK7799990000000001", id="a short Danish number"),
        pytest.param("fi2112345600000785", "EUR", "FI2112345600000785", id="small letters"),
    ],
)
def test_an_account_is_read_as_its_iban(written: str, currency: str, iban: str) -> None:
    assert payee_iban(written, currency) == iban


@pytest.mark.parametrize(
    ("written", "currency", "why"),
    [
        pytest.param("86011117948", "NOK", "check digit", id="a Norwegian number with a wrong check digit"),
        pytest.param("NO9386011117948", "NOK", "IBAN", id="an IBAN with a wrong digit"),
        pytest.param("86011117947", "EUR", "give the IBAN", id="a domestic number in another currency"),
        pytest.param("5555-1234567", "SEK", "give the IBAN", id="a Swedish number, which banks read differently"),
        pytest.param("", "NOK", "give the IBAN", id="nothing"),
    ],
)
def test_what_is_no_account_is_refused_with_the_way_out(written: str, currency: str, why: str) -> None:
    with pytest.raises(AccountRefused, match=why):
        payee_iban(written, currency)


def test_a_bic_is_checked() -> None:
    assert payee_bic("dnbanokk") == "DNBANOKK"
    with pytest.raises(AccountRefused, match="BIC"):
        payee_bic("NOPE")
