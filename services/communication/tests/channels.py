"""Channels as the couriers put them together."""

from communication.channels.sms import SmsChannel, SmsProvider
from communication.settings import Settings
from communication.vault.store import Vault


def an_sms_channel(provider: SmsProvider, vault: Vault, settings: Settings) -> SmsChannel:
    return SmsChannel(provider, vault.provider, settings)
