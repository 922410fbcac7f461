"""A creditor's book through the partner API: camelCase and decimals outside, minor units inside."""

from datetime import date
from typing import Any
from uuid import UUID

from gateway.downstream import Downstream
from gateway.schemas.accounting import (
    AccountBalance,
    AccountMappings,
    Balances,
    Chart,
    ChartAccount,
    ClosedPeriods,
    PeriodClose,
    Voucher,
    VoucherLine,
    VoucherReverse,
    Vouchers,
)
from gateway.schemas.wire import basis_points, major
from gateway.use_cases.creditor_reports import worded
from runtime.problems import Problem


async def read_chart(downstream: Downstream, creditor_id: UUID) -> Chart:
    return _chart(await downstream.get("accounting", "/internal/accounts", creditor_id))


async def map_accounts(downstream: Downstream, creditor_id: UUID, body: AccountMappings) -> Chart:
    """Name accounts as the creditor's system does; accounts that are not named keep their names."""
    accounts = [
        {
            "code": account.code,
            "account_number": account.account_number,
            "vat_code": account.vat_code,
            "vat_basis_points": basis_points(account.vat_percentage),
            "text": account.text,
        }
        for account in body.accounts
    ]
    return _chart(
        await _post(downstream, creditor_id, "/internal/accounts", {"accounts": accounts}, {"accounts": "accounts"})
    )


def _chart(answer: dict[str, Any]) -> Chart:
    return Chart(
        accounts=[
            ChartAccount(**account | {"vat_percentage": major(account["vat_basis_points"], "EUR")})
            for account in answer["accounts"]
        ]
    )


async def read_balances(downstream: Downstream, creditor_id: UUID, as_of: date | None) -> Balances:
    """Per account and currency, at the end of a day."""
    answer = await downstream.get("accounting", "/internal/balances", creditor_id, {"book": "CREDITOR", "as_of": as_of})
    balances = [AccountBalance(**worded(row) | {"code": row["account_code"]}) for row in answer["balances"]]
    return Balances(as_of=as_of, balances=balances)


async def read_vouchers(downstream: Downstream, creditor_id: UUID, case_id: int) -> Vouchers:
    return _vouchers(await downstream.get("accounting", "/internal/vouchers", creditor_id, {"case_id": case_id}))


async def reverse_voucher(downstream: Downstream, creditor_id: UUID, number: int, body: VoucherReverse) -> Vouchers:
    """Take a voucher of the creditor's book back, once."""
    path = f"/internal/vouchers/{number}/reversal"
    return _vouchers(await _post(downstream, creditor_id, path, {"reason": body.reason}, {}))


def _vouchers(answer: dict[str, Any]) -> Vouchers:
    return Vouchers(vouchers=[_voucher(voucher) for voucher in answer["vouchers"]])


def _voucher(voucher: dict[str, Any]) -> Voucher:
    said = worded(voucher)
    lines = [VoucherLine(**line | {"code": line["account_code"]}) for line in said["lines"]]
    return Voucher(**said | {"lines": lines})


async def read_closed_periods(downstream: Downstream, creditor_id: UUID | None) -> ClosedPeriods:
    return ClosedPeriods(**await downstream.get("accounting", "/internal/closed-periods", creditor_id))


async def close_period(downstream: Downstream, creditor_id: UUID | None, body: PeriodClose) -> ClosedPeriods:
    """Close a creditor's book, or (None) the office's two."""
    wanted = {"closed_through": body.closed_through.isoformat()}
    answer = await _post(
        downstream, creditor_id, "/internal/closed-periods", wanted, {"closed_through": "closedThrough"}
    )
    return ClosedPeriods(**answer)


async def _post(
    downstream: Downstream, creditor_id: UUID | None, path: str, body: dict[str, Any], fields: dict[str, str]
) -> Any:
    """A refusal that begins with a field's name gets that field among its errors, as partners spell it."""
    try:
        return await downstream.post("accounting", path, creditor_id, body)
    except Problem as problem:
        name, _, reason = problem.detail.partition(": ")
        if problem.status == 422 and name in fields and reason:
            problem.errors = [{"field": fields[name], "message": reason}]
        raise
