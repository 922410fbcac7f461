from pathlib import Path

import pytest
from typer.testing import CliRunner

from fordring.cli import app


@pytest.fixture(autouse=True)
def no_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORDRING_HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("command", "exit_code", "says"),
    [
        pytest.param("status", 1, "Start it with: fordring up", id="status says how to start"),
        pytest.param("down", 0, "Nothing runs.", id="down has nothing to do"),
    ],
)
def test_without_a_stack(command: str, exit_code: int, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    result = CliRunner().invoke(app, [command])

    assert result.exit_code == exit_code
    assert says in result.output
