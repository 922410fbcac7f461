"""The letter channel: a folder per day that a printing house fetches, with a manifest of what is in it."""

from collections.abc import Sequence

from communication.channels.drop_folder import Dropped, drop, list_in_manifests
from communication.domain.messages import letter_file
from communication.rendering.letter import write_letter
from communication.rendering.pdf import LetterPress, LetterUnrenderable
from communication.settings import Settings
from communication.use_cases.dispatch import Message, Outcome
from runtime.telemetry import attributes_of, context_of, current_traceparent, tracer


class PrintChannel:
    """Writes each letter whole or not at all; a letter printed twice is the same file and one manifest row."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._press = LetterPress()

    def deliver(self, messages: Sequence[Message]) -> list[Outcome]:
        """One outcome per message; OSError when the folder cannot be written."""
        outcomes: list[Outcome] = []
        printed: list[Dropped] = []
        for message in messages:
            with tracer.start_as_current_span(
                "communication print", context=context_of(message.traceparent), attributes=attributes_of(message)
            ):
                try:
                    printed.append(self._print(message))
                    outcomes.append(Outcome(message, "SENT", traceparent=current_traceparent()))
                except LetterUnrenderable as error:
                    outcomes.append(Outcome(message, "FAILED", str(error), traceparent=current_traceparent()))
        list_in_manifests(printed)
        return outcomes

    def _print(self, message: Message) -> Dropped:
        pdf = self._press.to_pdf(write_letter(message, self._settings), message.as_of)
        return drop(letter_file(self._settings.print_folder, message.as_of, message.message_id), pdf, message)
