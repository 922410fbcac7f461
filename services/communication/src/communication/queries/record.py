"""A row on its way into the database."""

from collections.abc import Mapping
from typing import Any

Record = Mapping[str, Any]
