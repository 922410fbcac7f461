"""What of a trace is kept."""

import pytest

from runtime.telemetry import attributes_of, is_sampled


@pytest.mark.parametrize(
    ("flags", "sampled"),
    [
        pytest.param("00", False, id="not sampled"),
        pytest.param("01", True, id="sampled"),
        pytest.param("02", False, id="random id, not sampled"),
        pytest.param("03", True, id="random id, sampled"),
    ],
)
def test_the_lowest_flag_says_sampled(flags: str, sampled: bool) -> None:
    assert is_sampled(f"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-{flags}") is sampled


def test_a_span_holds_ids_and_nothing_else_of_a_fact() -> None:
    class Fact:
        case_id = 7
        name = "Kari Nordmann"

    assert attributes_of(Fact()) == {"case.id": 7}
