"""The base of every SQLModel table."""

import re
from typing import Any

from sqlalchemy.orm import declared_attr
from sqlmodel import SQLModel


class Table(SQLModel):
    """A table named after its class in snake case. Tables are storage: validate in schemas and contracts.

    Each service derives its own base with its own `metadata = MetaData()`, so that services never share one.
    """

    @declared_attr
    def __tablename__(cls) -> Any:  # type: ignore[reportIncompatibleVariableOverride] # noqa: N805 - SQLModel types it as a string
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()
