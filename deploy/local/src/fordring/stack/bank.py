"""The bank on the other side: takes payment files from a folder, puts statements into another, moves on its own clock."""

import json
import sqlite3
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from fordring.stack.children import NO_PROXY, StackProblem


class AccountRefused(StackProblem):
    """The bank did not open an account, and says why."""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """An account at the bank; `balance` in minor units."""

    id: str
    name: str
    iban: str
    bic: str
    currency: str
    balance: int = 0


@dataclass(frozen=True, slots=True)
class Bank:
    """How to start and reach the bank on 127.0.0.1; its books are one SQLite file and outlive a restart."""

    port: int
    clock_start: date
    drop_folder: Path
    pickup_folder: Path
    books: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ready_url(self) -> str:
        return f"{self.url}/_mock/health"

    @property
    def argv(self) -> list[str]:
        command = [sys.executable, "-m", "mockbank", "--quiet", "--port", str(self.port), "--timezone", "Europe/Oslo"]
        command += ["--db", str(self.books), "--clock", f"{self.clock_date().isoformat()}T06:00"]
        command += ["--drop-dir", str(self.drop_folder), "--pickup-dir", str(self.pickup_folder)]
        return [*command, "--drop-settle-ms", "0"]  # payment files are renamed into place: never half-written

    def clock_date(self) -> date:
        """The day to start on: the bank forgets its clock, so the day after its last statement, if it wrote any."""
        if not self.books.exists():
            return self.clock_start
        with closing(sqlite3.connect(f"file:{self.books}?mode=ro", uri=True)) as books:
            try:
                [last] = books.execute("SELECT max(day) FROM statement").fetchone()
            except sqlite3.OperationalError:  # killed before it made its tables
                return self.clock_start
        return max(self.clock_start, date.fromisoformat(last) + timedelta(days=1)) if last else self.clock_start

    def prepare(self) -> None:
        """Make the folders; the bank itself does not."""
        for folder in (self.drop_folder, self.pickup_folder, self.books.parent):
            folder.mkdir(parents=True, exist_ok=True)

    def open_accounts(self, accounts: Sequence[BankAccount]) -> list[str]:
        """Open the accounts that the bank does not hold yet and return their ids."""
        held = {account["id"] for account in json.loads(self._call("/_mock/accounts"))}
        new = [account for account in accounts if account.id not in held]
        for account in new:
            self._call("/_mock/accounts", json.dumps(asdict(account)).encode())
        return [account.id for account in new]

    def advance_to(self, day: date) -> None:
        """Move the bank's clock to the start of `day`; it books and reports what falls due on the way."""
        self._call(f"/_mock/advance?to={day.isoformat()}", b"")

    def _call(self, path: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(self.url + path, data=body, headers={"Content-Type": "application/json"})
        try:
            with NO_PROXY.open(request, timeout=30) as response:
                return bytes(response.read())
        except urllib.error.HTTPError as refusal:
            raise AccountRefused(f"{path}: {refusal.read().decode(errors='replace')}") from refusal
