"""What accounting reads from its environment."""

from pathlib import Path

from pydantic import Field

from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Where documents for creditors' accounting systems may go."""

    accounting_drop_folder: Path = Field(
        default=Path("accounting"),
        description="Accounting systems fetch files here: <creditor id>/<kind>-<id>.<csv|si>",
    )
    accounting_endpoints: str = Field(
        default="",
        description="Addresses, separated by blanks, under which creditors may name an endpoint of their system.",
    )
