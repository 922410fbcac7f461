"""The e-invoice channel: UBL files in a folder per day, which an access point of the Peppol network fetches."""

from collections.abc import Sequence
from pathlib import Path

from communication.channels.drop_folder import Dropped, drop, list_in_manifests
from communication.domain.einvoices import EInvoiceImpossible
from communication.domain.messages import einvoice_file
from communication.rendering.ubl import write_einvoice
from communication.settings import Settings
from communication.use_cases.dispatch import Message, Outcome
from runtime.telemetry import attributes_of, context_of, current_traceparent, tracer

_NOT_OFFERED = "e-invoices are not offered here: EINVOICE_FOLDER is not set"


class EInvoiceChannel:
    """Writes each e-invoice whole or not at all; what cannot be written as one has failed, and says why."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def deliver(self, messages: Sequence[Message]) -> list[Outcome]:
        """One outcome per message; OSError when the folder cannot be written."""
        folder = self._settings.einvoice_folder
        if folder is None:
            return [Outcome(message, "FAILED", _NOT_OFFERED) for message in messages]
        outcomes: list[Outcome] = []
        dropped: list[Dropped] = []
        for message in messages:
            with tracer.start_as_current_span(
                "communication einvoice", context=context_of(message.traceparent), attributes=attributes_of(message)
            ):
                try:
                    dropped.append(self._drop(folder, message))
                    outcomes.append(Outcome(message, "SENT", traceparent=current_traceparent()))
                except EInvoiceImpossible as error:
                    outcomes.append(Outcome(message, "FAILED", str(error), traceparent=current_traceparent()))
        list_in_manifests(dropped)
        return outcomes

    def _drop(self, folder: Path, message: Message) -> Dropped:
        einvoice = write_einvoice(message, self._settings)
        return drop(einvoice_file(folder, message.as_of, message.message_id), einvoice, message)
