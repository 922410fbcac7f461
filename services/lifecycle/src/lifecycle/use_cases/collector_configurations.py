"""A creditor's collectors: configured, changed, deleted, given a token."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from lifecycle import collector_queries as queries
from lifecycle.domain.collectors import CollectorConfiguration
from lifecycle.domain.configuring import ConfigurationConflict, changed, checked
from runtime.database import Session


class ConfigurationNotFound(LookupError):
    """The creditor has no such configuration."""

    def __init__(self, configuration_id: UUID) -> None:
        super().__init__(f"You have no collector configuration {configuration_id}.")


class CreditorUnknown(LookupError):
    """No agreement of the creditor was ever heard of."""

    def __init__(self, creditor_id: UUID) -> None:
        super().__init__(f"There is no creditor {creditor_id} with an agreement.")


async def create(
    session: Session, configuration: CollectorConfiguration, opened: str, *, must_be_known: bool
) -> CollectorConfiguration:
    """A new configuration; repeated with its id it is the stored one. ConfigurationConflict where its name is taken."""
    if must_be_known and not await queries.has_agreement(session, configuration.creditor_id):
        raise CreditorUnknown(configuration.creditor_id)
    if await queries.insert_configuration(session, checked(configuration, opened)):
        return configuration
    stored = await queries.lock_configuration(session, configuration.creditor_id, configuration.configuration_id)
    if stored is None:
        raise _taken(configuration)
    return stored


async def get(session: Session, creditor_id: UUID, configuration_id: UUID) -> CollectorConfiguration:
    """The creditor's configuration, locked; a deleted one is missing."""
    found = await queries.lock_configuration(session, creditor_id, configuration_id)
    if found is None or found.deleted:
        raise ConfigurationNotFound(configuration_id)
    return found


async def change(
    session: Session, creditor_id: UUID, configuration_id: UUID, version: int, changes: Mapping[str, Any], opened: str
) -> CollectorConfiguration:
    """The next version, for cases that are handed over from now on."""
    after = changed(await get(session, creditor_id, configuration_id), version, changes, opened)
    if await queries.is_name_taken(session, after):
        raise _taken(after)
    await queries.update_configuration(session, after)
    return after


async def delete(session: Session, creditor_id: UUID, configuration_id: UUID) -> None:
    """No longer there; refused while cases are under way, whose collector must be able to report."""
    found = await get(session, creditor_id, configuration_id)
    if under_way := await queries.count_open_handovers(session, configuration_id):
        raise ConfigurationConflict(
            f"{found.name} has {under_way} case{'s' if under_way > 1 else ''}; close or withdraw them first, or disable"
            " the configuration so that it gets no new ones."
        )
    await queries.update_configuration(session, replace(found, deleted=True, version=found.version + 1))


async def give_token(
    session: Session, creditor_id: UUID, configuration_id: UUID, token_hash: str
) -> CollectorConfiguration:
    """From now on the collector is known by this token, and by no earlier one."""
    found = await get(session, creditor_id, configuration_id)
    if found.adapter == "OWN":
        raise ConfigurationConflict("Our own collection reports nothing from outside: it has no token.")
    await queries.save_token(session, configuration_id, token_hash)
    return found


def _taken(configuration: CollectorConfiguration) -> ConfigurationConflict:
    return ConfigurationConflict(f"You have another collector configuration named {configuration.name}.")
