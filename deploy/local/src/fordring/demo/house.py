"""The house as its partners, its office and its bank meet it: HTTP, sent again until it is answered."""

import asyncio
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from fordring.stack.children import StackProblem

_PATIENCE_SECONDS = 20
_PAUSE_SECONDS = 0.2
_GIVE_UP_SECONDS = 180


class Unanswered(StackProblem):
    """A request that the house did not answer in time, or answered in a way that no repeat will better."""


@dataclass(slots=True)
class House:
    """The public edges of a running stack, by its state file's settings."""

    settings: Mapping[str, str]
    _http: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        limits = httpx.Limits(max_connections=16, keepalive_expiry=3)
        self._http = httpx.AsyncClient(timeout=60, limits=limits, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    # the partner API

    async def get(self, path: str, token: str, params: Mapping[str, Any] | None = None) -> Any:
        """The answer's JSON."""
        return _told(await self._repeat("GET", path, token, params=params))

    async def post(self, path: str, token: str, key: str, body: Any) -> httpx.Response:
        """The answer, whatever it is, of a request that takes effect once."""
        return await self._repeat("POST", path, token, key, json=body)

    async def onboard(self, key: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Create a client; the answer carries its access token."""
        token = self.settings["provisioning_token"]
        return _told(await self.post("/api/v1/partner/client", token, key, body))

    async def import_file(self, key: str, name: str, content: bytes) -> httpx.Response:
        """Upload a bank file at the office's door."""
        files = {"file": (name, content, "application/octet-stream")}
        return await self._repeat("POST", "/api/v1/office/bank-files", self.office_token, key, files=files)

    async def counts(self) -> dict[str, Any]:
        """The office's figures of the whole house."""
        return await self.get("/api/v1/office/counts", self.office_token)

    @property
    def office_token(self) -> str:
        return self.settings["office_token"]

    # the test clock

    async def read_clock(self, wait_seconds: float = 0) -> tuple[date, str]:
        """The day and the state; waits for `ready` if that takes no longer."""
        clock = await self.get("/api/v1/sandbox/clock", self.office_token, {"waitSeconds": wait_seconds})
        return date.fromisoformat(clock["date"]), clock["state"]

    async def advance(self, day: date, key: str) -> None:
        """Return when every service has done every day up to `day`; the same day again waits until all is quiet."""
        await self.start_advance(day, key)
        while True:
            reached, state = await self.read_clock(_PATIENCE_SECONDS)
            if state == "ready" and reached >= day:
                return

    async def start_advance(self, day: date, key: str) -> None:
        body = {"to": day.isoformat()}
        _told(await self.post("/api/v1/sandbox/clock/advance", self.office_token, key, body))

    # the bank

    async def pay_in(self, credit: Mapping[str, Any]) -> None:
        """A payer's bank sends money; after a broken connection it is sent again only if it did not arrive."""
        url = f"{self.settings['bank_url']}/_mock/credits"
        deadline = time.monotonic() + _GIVE_UP_SECONDS
        while True:
            try:
                _told(await self._http.post(url, json=credit))
                return
            except httpx.TransportError as error:
                if time.monotonic() > deadline:
                    raise Unanswered(f"The bank does not answer: {error!r}") from error
            await asyncio.sleep(_PAUSE_SECONDS)
            if await self._arrived(credit["end_to_end_id"]):
                return

    async def _arrived(self, end_to_end_id: str) -> bool:
        try:
            credits = _told(await self._http.get(f"{self.settings['bank_url']}/_mock/credits"))
        except httpx.TransportError:
            return False
        return any(credit.get("end_to_end_id") == end_to_end_id for credit in _listed(credits))

    async def close_accounts_but(self, account_ids: Collection[str]) -> None:
        """Close the bank's accounts of other people: it writes no statements for them any more."""
        url = f"{self.settings['bank_url']}/_mock/accounts"
        for account in _listed(_told(await self._repeat("GET", url, None))):
            if account["id"] not in account_ids and not account["closed"]:
                _told(await self._repeat("PATCH", f"{url}/{account['id']}", None, json={"closed": True}))

    async def read_payment_orders(self) -> None:
        """Have the bank look into its drop folder now."""
        await self._repeat("POST", f"{self.settings['bank_url']}/_mock/drop/scan", None)

    async def read_balances(self, account_ids: list[str]) -> dict[str, int]:
        """The bank's own balance of each account."""
        found: dict[str, int] = {}
        for account_id in account_ids:
            answer = await self._repeat("GET", f"{self.settings['bank_url']}/_mock/accounts/{account_id}", None)
            found[account_id] = int(_told(answer)["balance"])
        return found

    def drop_from_bank(self, name: str, content: bytes) -> None:
        """Lay a file into the folder from which the bank's files are picked up, whole or not at all."""
        folder = Path(self.settings["bank_pickup_folder"])
        draft = folder / f"{name}.tmp"
        draft.write_bytes(content)
        draft.replace(folder / name)

    # sending again

    async def _repeat(
        self, method: str, path: str, token: str | None, key: str | None = None, **content: Any
    ) -> httpx.Response:
        """Send until it is answered: a service that is being restarted, or that still works on it, is waited for."""
        url = path if path.startswith("http") else self.settings["gateway_url"] + path
        headers = ({"X-Api-Key": token} if token else {}) | ({"Idempotency-Key": key} if key else {})
        deadline = time.monotonic() + _GIVE_UP_SECONDS
        while True:
            try:
                answer = await self._http.request(method, url, headers=headers, **content)
                if not _is_passing(answer):
                    return answer
                trouble = f"{answer.status_code} {answer.text[:300]}"
            except httpx.TransportError as error:
                trouble = repr(error)
            if time.monotonic() > deadline:
                raise Unanswered(f"{method} {url} had no answer in {_GIVE_UP_SECONDS} s, at last: {trouble}")
            await asyncio.sleep(_PAUSE_SECONDS)


def _is_passing(answer: httpx.Response) -> bool:
    """Trouble that a repeat may find gone: a part of the house is away, or the same request is still at work."""
    still_running = answer.status_code == 409 and "Retry-After" in answer.headers
    return answer.status_code in {429, 502, 503, 504} or still_running


def _told(answer: httpx.Response) -> Any:
    """The JSON of a good answer; anything else ends the play in words."""
    if answer.is_success:
        return answer.json()
    raise Unanswered(f"{answer.request.method} {answer.request.url} answered {answer.status_code}: {reason(answer)}")


def reason(answer: httpx.Response) -> str:
    """Why a request was refused, in the house's words: each faulty field, else the detail, else the body."""
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return answer.text[:600]
    problem = answer.json()
    faults = [f"{error['field']}: {error['message']}" for error in problem.get("errors", [])]
    return "; ".join(faults) or str(problem.get("detail", ""))


def _listed(answer: Any) -> list[dict[str, Any]]:
    return answer if isinstance(answer, list) else next(part for part in answer.values() if isinstance(part, list))
