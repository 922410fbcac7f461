"""The samples of other projects, when they are there, and a bank to talk to."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[3] / ".." / "shared" / "samples"


@pytest.fixture(scope="session")
def samples() -> Path:
    if not SAMPLES.is_dir():
        pytest.skip("the sample files are not on this machine")
    return SAMPLES


class Bank:
    """A running mock-bank: its control plane, and the folder it writes to."""

    def __init__(self, url: str, drop: Path, pickup: Path) -> None:
        self.url = url
        self.drop = drop
        self.pickup = pickup

    def call(self, method: str, path: str, body: bytes | dict[str, Any] | None = None) -> tuple[int, str]:
        content = json.dumps(body).encode() if isinstance(body, dict) else body
        kind = "application/json" if isinstance(body, dict) else "application/xml"
        request = urllib.request.Request(self.url + path, content, {"Content-Type": kind}, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def open_account(self, account_id: str, iban: str, currency: str, *, closed: bool = False) -> None:
        account = {"id": account_id, "iban": iban, "currency": currency, "name": account_id, "closed": closed}
        assert self.call("POST", "/_mock/accounts", account)[0] == 201

    def files(self, kind: str, account_id: str) -> list[bytes]:
        """The files written so far, in the order of writing."""
        found = self.pickup.glob(f"{kind}.*-{account_id}-*.xml")
        return [path.read_bytes() for path in sorted(found, key=lambda path: int(path.stem.rpartition("-")[2]))]


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    pytest.importorskip("mockbank")
    drop, pickup = tmp_path / "drop", tmp_path / "pickup"
    options = ["--host", "127.0.0.1", "--port", "0", "--clock", "2025-09-01T06:00", "--timezone", "Europe/Oslo"]
    folders = ["--drop-dir", str(drop), "--pickup-dir", str(pickup), "--drop-settle-ms", "0"]
    command = [sys.executable, "-m", "mockbank", *options, *folders, "--drop-interval-ms", "600000"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        url = next(word for word in line.split() if word.startswith("http://")).rstrip("/")
        try:
            yield Bank(url, drop, pickup)
        finally:
            process.terminate()
            process.communicate()
