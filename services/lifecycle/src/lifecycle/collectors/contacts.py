"""Whom a collector needs to reach: asked of communication between transactions, sent on and kept nowhere."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

import httpx

from lifecycle.collectors.endpoint import Unreachable
from lifecycle.settings import Settings
from runtime.telemetry import trace_headers
from runtime.tokens import sign

_NAMES: Final = {
    "name": "name",
    "street": "street",
    "street2": "street2",
    "postal_code": "postalCode",
    "postal_district": "postalDistrict",
    "country_code": "countryCode",
    "language_code": "languageCode",
    "email": "email",
    "phone": "phone",
}


class Contacts:
    """Communication alone keeps contact details; it puts each disclosure on record."""

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._settings = settings
        self._client = httpx.AsyncClient(transport=transport, timeout=10, trust_env=False)

    @property
    def are_known(self) -> bool:
        return bool(self._settings.communication_url)

    async def close(self) -> None:
        await self._client.aclose()

    async def of_cases(
        self, creditor_id: UUID, case_ids: Collection[int], collector: str
    ) -> Mapping[int, Mapping[str, Any]]:
        """Contact details by case; unknown debtors are left out. Unreachable where communication does not answer."""
        url = f"{self._settings.communication_url.rstrip('/')}/internal/debtor-disclosures"
        headers = {"Authorization": f"Bearer {sign(self._settings, 'lifecycle', creditor_id)}", **trace_headers()}
        order = {"case_ids": sorted(case_ids), "who": f"collector:{collector}"}
        try:
            answer = await self._client.post(url, json=order, headers=headers)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Unreachable(f"the debtors' details cannot be read: {type(error).__name__}") from error
        return {one["case_id"]: _told(one) for one in answer.json()["debtors"]}


def _told(debtor: Mapping[str, Any]) -> dict[str, Any]:
    return {name: debtor[key] for key, name in _NAMES.items() if debtor[key]}
