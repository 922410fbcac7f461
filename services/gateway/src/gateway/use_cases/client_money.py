"""Client money as payment control reconciles it."""

from datetime import date
from uuid import UUID

from gateway.downstream import Downstream
from gateway.schemas.client_money import (
    AlertStatus,
    ClientMoneyAlert,
    ClientMoneyCover,
    ClientMoneyDay,
    ClientMoneyDayDetail,
    DayStatus,
)

_CONTROL = "payment-control"


async def list_days(
    downstream: Downstream,
    account_id: str | None,
    from_date: date | None,
    to_date: date | None,
    status: DayStatus | None,
) -> list[ClientMoneyDay]:
    wanted = {"account_id": account_id, "from_date": from_date, "to_date": to_date, "status": status}
    rows = await downstream.get(_CONTROL, "/internal/client-money/days", None, wanted)
    return [ClientMoneyDay.model_validate(row) for row in rows]


async def read_day(downstream: Downstream, account_id: str, day: date) -> ClientMoneyDayDetail:
    row = await downstream.get(_CONTROL, f"/internal/client-money/days/{account_id}/{day}", None)
    return ClientMoneyDayDetail.model_validate(row)


async def list_alerts(
    downstream: Downstream, status: AlertStatus | None, account_id: str | None
) -> list[ClientMoneyAlert]:
    wanted = {"status": status, "account_id": account_id}
    rows = await downstream.get(_CONTROL, "/internal/client-money/alerts", None, wanted)
    return [ClientMoneyAlert.model_validate(row) for row in rows]


async def acknowledge(downstream: Downstream, alert_id: UUID, person: str, reason: str) -> ClientMoneyAlert:
    """Somebody knows why it is so."""
    path = f"/internal/client-money/alerts/{alert_id}/acknowledge"
    row = await downstream.post(_CONTROL, path, None, {"person": person, "reason": reason})
    return ClientMoneyAlert.model_validate(row)


async def list_cover(downstream: Downstream) -> list[ClientMoneyCover]:
    rows = await downstream.get(_CONTROL, "/internal/client-money/cover", None)
    return [ClientMoneyCover.model_validate(row) for row in rows]
