"""`fordring case`: what would happen to a case."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from fordring.commands.clock import running_stack
from fordring.demo.house import reason

app = typer.Typer(help="Cases.", no_args_is_help=True)
console = Console(highlight=False)


@app.callback()
def case() -> None:
    """Cases."""


@app.command("dry-run")
def dry_run(
    case_id: Annotated[int, typer.Argument(metavar="CASE", help="The case's id.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day to look at.")],
    token: Annotated[str, typer.Option(envvar="FORDRING_TOKEN", help="The creditor's access token.")],
) -> None:
    """Say what would happen to a case until a day if nothing else did; nothing is stored or sent."""
    answer = asyncio.run(_ask(case_id, until.date().isoformat(), token))
    if not answer.is_success:
        console.print(reason(answer), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1)
    _show(answer.json())


async def _ask(case_id: int, until: str, token: str) -> httpx.Response:
    url = running_stack().settings["gateway_url"]
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        path = f"/api/v1/partner/cases/{case_id}/dry-run"
        return await http.get(path, params={"until": until}, headers={"X-Api-Key": token})


def _show(found: dict[str, Any]) -> None:
    table = Table(title=f"Case {found['caseId']} until {found['until']}", title_justify="left", show_edge=False)
    for name in ("day", "what", "pay by", "fees", "owed"):
        table.add_column(name)
    for event in found["events"]:
        fees = ", ".join(f"{fee['code']} {fee['amount'] + fee['vatAmount']:.2f}" for fee in event["charges"])
        what = f"{event['type']} {event['level']} {event['stepCode']}" if event["stepCode"] else event["type"]
        table.add_row(event["date"], what, event["deadlineDate"] or "", fees, f"{event['owedAmount']:.2f}")
    console.print(table)
    if found["interestEstimateAmount"] is not None:
        console.print(f"Interest on today's principal until then: {found['interestEstimateAmount']:.2f}")
    for warning in found["warnings"]:
        console.print(warning, style="yellow", markup=False)
