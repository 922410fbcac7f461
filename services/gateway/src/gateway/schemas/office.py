"""Bodies of the office's own routes: what the services say, in camelCase."""

from typing import Any

from pydantic import RootModel

from gateway.schemas.wire import Wire


class Passed(RootModel[Any]):
    """A service's answer, names in camelCase, amounts in minor units."""


class Figures(Wire):
    """Figures by service."""

    cases: Any
    messages: Any
    payments: Any
    settlements: Any
