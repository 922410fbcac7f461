"""What lifecycle reads from its environment."""

from pathlib import Path

from pydantic import Field

from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Where cases may go that are handed to collectors."""

    collector_folder: Path = Field(
        default=Path("collectors"),
        description="Collectors read and leave files here: <creditor id>/<collector>/{to-collector,from-collector}",
    )
    collector_endpoints: str = Field(
        default="",
        description="Addresses, separated by blanks, under which creditors may name an endpoint of their collector.",
    )
    communication_url: str = Field(
        default="",
        description="Where the courier asks for the debtors' contact details; without it cases leave without them.",
    )
