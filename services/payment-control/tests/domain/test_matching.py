"""A stated reference is checked before it is looked up; text is searched by tokens; a tie never wins."""

import time
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payment_control.domain.claim import Claim, OpenItems
from payment_control.domain.matching import match, read_references
from statutes.references import check, generate

NAMES = UUID("5d1c6a2e-0000-4000-8000-000000000003")
MOD10 = generate("NO_KID_MOD10", "10010000001")
MOD11 = generate("NO_KID_MOD11", "10010000001")
RF = generate("ISO11649_RF", "10010000001")


def a_claim(reference: str = MOD10, scheme: str = "NO_KID_MOD10", **fields: Any) -> Claim:
    values: dict[str, Any] = {
        "claim_id": uuid5(NAMES, f"{reference}{fields}"),
        "case_id": 1,
        "creditor_id": NAMES,
        "debtor_id": NAMES,
        "invoice_number": "1",
        "payment_reference": reference,
        "reference_scheme": scheme,
        "account_id": "NOK",
        "currency": "NOK",
        "jurisdiction": "NO",
        "debtor_kind": "CONSUMER",
        "due_date": date(2025, 9, 15),
        "owed": OpenItems(principal_minor=1),
        "original_minor": 1,
        "claim_version": 1,
        "stage": "INVOICED",
        "status": "OPEN",
        "interest_enabled": True,
        "interest_runs": False,
        "interest_through": date(2025, 9, 15),
        "small_balance_minor": 0,
    }
    return Claim(**values | fields)


@pytest.mark.parametrize(
    ("stated", "schemes", "candidates", "reason"),
    [
        pytest.param(MOD10, {"NO_KID_MOD10"}, [a_claim()], None, id="the claim's own reference"),
        pytest.param(MOD10 + "0", {"NO_KID_MOD10"}, [a_claim()], "WRONG_CHECK_DIGIT", id="a wrong digit"),
        pytest.param(MOD10, {"NO_KID_MOD10"}, [], "UNKNOWN_REFERENCE", id="right digit, no claim"),
        pytest.param(MOD10, set[str](), [], "UNKNOWN_REFERENCE", id="an account no creditor uses yet"),
        pytest.param(
            MOD10,
            {"NO_KID_MOD10", "NO_KID_MOD11"},
            [a_claim(MOD10, "NO_KID_MOD11")],
            "UNKNOWN_REFERENCE",
            id="another creditor's number that is right by chance under the wrong scheme",
        ),
        pytest.param(
            MOD10, {"NO_KID_MOD10"}, [a_claim(status="SETTLED"), a_claim()], None, id="the open one of two wins"
        ),
        pytest.param(
            MOD10, {"NO_KID_MOD10"}, [a_claim(case_id=2), a_claim()], "SEVERAL_CANDIDATES", id="a tie never wins"
        ),
        pytest.param(MOD10, {"NO_KID_MOD10"}, [a_claim(status="SETTLED")], "ALREADY_PAID", id="settled"),
        pytest.param(MOD10, {"NO_KID_MOD10"}, [a_claim(status="CLOSED")], "CLOSED_CASE", id="withdrawn"),
        pytest.param(MOD10, {"NO_KID_MOD10"}, [a_claim(currency="SEK")], "CURRENCY_MISMATCH", id="other currency"),
    ],
)
def test_a_stated_reference(stated: str, schemes: set[str], candidates: list[Claim], reason: str | None) -> None:
    verdict = match(read_references([stated], "", schemes), "NOK", candidates)
    assert verdict.reason == reason
    assert (verdict.claim_id is None) == (reason is not None)


@pytest.mark.parametrize(
    ("text", "schemes", "expected"),
    [
        pytest.param(f"Betaling KID {MOD10}, takk", {"NO_KID_MOD10"}, MOD10, id="among words"),
        pytest.param(f"{MOD10[:4]} {MOD10[4:8]} {MOD10[8:]}", {"NO_KID_MOD10"}, MOD10, id="in groups of four"),
        pytest.param(f"ref {MOD10[:7]}\n{MOD10[7:]}", {"NO_KID_MOD10"}, MOD10, id="cut by the bank's line break"),
        pytest.param(f"kid:{MOD11}", {"NO_KID_MOD11"}, MOD11, id="MOD11"),
        pytest.param(f"Viite {RF.lower()}.", {"ISO11649_RF"}, RF, id="RF in small letters"),
        pytest.param(" ".join(RF[i : i + 4] for i in range(0, len(RF), 4)), {"ISO11649_RF"}, RF, id="RF in groups"),
    ],
)
def test_a_reference_in_free_text(text: str, schemes: set[str], expected: str) -> None:
    assert expected in read_references([], text, schemes).numbers


def test_text_without_a_reference_is_not_guessed_at() -> None:
    verdict = match(read_references([], "Faktura 17, takk for hjelpen", {"NO_KID_MOD10"}), "NOK", [a_claim()])
    assert verdict.reason == "NO_REFERENCE"


@given(text=st.text(alphabet="0123456789 -\nRFabc", max_size=300))
def test_every_token_passes_its_check_digit_and_they_are_few(text: str) -> None:
    wanted = read_references([], text, {"NO_KID_MOD10", "NO_KID_MOD11", "ISO11649_RF"})
    assert all(check(scheme, reference) for scheme, reference in wanted.references)
    assert len(wanted.references) <= 180


def test_a_long_text_of_numbers_is_read_in_bounded_time() -> None:
    started = time.perf_counter()
    read_references([], "1234567 " * 2_000, {"NO_KID_MOD10"})
    assert time.perf_counter() - started < 1
