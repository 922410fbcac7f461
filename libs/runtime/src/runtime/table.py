"""The base of every SQLModel table."""

import re
from typing import Any, TypeVar

from sqlalchemy import Result
from sqlalchemy.orm import declared_attr
from sqlmodel import SQLModel

Row = TypeVar("Row", bound=SQLModel)


class Table(SQLModel):
    """A table named after its class in snake case. Tables are storage: validate in schemas and contracts.

    Each service derives its own base with its own `metadata = MetaData()`, so that services never share one.
    """

    @declared_attr
    def __tablename__(cls) -> Any:  # type: ignore[reportIncompatibleVariableOverride] # noqa: N805 - SQLModel types it as a string
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()


def rows_of(table: type[Row], found: Result[Row]) -> list[Row]:
    """What `select(table)` found. They are copies: changing one changes nothing that is stored."""
    return [table(**row) for row in found.mappings()]
