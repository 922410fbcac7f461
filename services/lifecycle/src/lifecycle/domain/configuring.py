"""What a collector configuration may say, and how it changes."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from lifecycle.domain.collectors import CollectorConfiguration, is_open_to

_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class ConfigurationRefused(ValueError):
    """A field of a configuration makes no sense; `field` says which."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


class ConfigurationConflict(Exception):
    """Its name is taken, its version is older than the stored one, or cases are still under way."""


def checked(configuration: CollectorConfiguration, opened: str) -> CollectorConfiguration:
    """The configuration, where all of it fits together; `opened` are the addresses the operator opened."""
    conditions = configuration.conditions
    if not _CODE.fullmatch(configuration.collector):
        raise ConfigurationRefused("collector", "must be a code of letters a to z, digits and dashes, at most 40")
    if configuration.collector == "own":
        raise ConfigurationRefused(
            "collector", "own means our own collection without a configuration; take another code"
        )
    if (configuration.adapter == "HTTP") != (configuration.url is not None):
        raise ConfigurationRefused("url", "is needed for HTTP, and for HTTP alone")
    if configuration.url is not None and not is_open_to(configuration.url, opened):
        raise ConfigurationRefused("url", "is not among the addresses opened for collectors; ask the office for it")
    lowest, highest = conditions.amount_from_minor, conditions.amount_to_minor
    if (lowest is not None or highest is not None) and conditions.currency is None:
        raise ConfigurationRefused("conditions.currency", "is needed where an amount is a condition")
    if lowest is not None and highest is not None and lowest > highest:
        raise ConfigurationRefused("conditions.amount_to", "must not be less than the lowest amount")
    return configuration


def changed(
    configuration: CollectorConfiguration, version: int, changes: Mapping[str, Any], opened: str
) -> CollectorConfiguration:
    """The next version; cases under way keep the terms they were handed over with."""
    if version != configuration.version:
        raise ConfigurationConflict(
            f"The configuration was changed meanwhile: you sent version {version}, it has {configuration.version};"
            " read it again."
        )
    return checked(replace(configuration, version=version + 1, **changes), opened)
