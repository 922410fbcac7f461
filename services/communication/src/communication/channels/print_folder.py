"""The letter channel: a folder per day that a printing house fetches, with a manifest of what is in it."""

import csv
import fcntl
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from communication.rendering.letter import write_letter
from communication.rendering.pdf import LetterPress, LetterUnrenderable
from communication.settings import Settings
from communication.use_cases.dispatch import Message, Outcome
from runtime.telemetry import attributes_of, context_of, current_traceparent, tracer

MANIFEST = "manifest.csv"
_COLUMNS = ("message_id", "case_id", "file", "bytes", "sha256", "template", "country")


@dataclass(frozen=True, slots=True)
class _Printed:
    day: str
    row: tuple[str, ...]


class PrintChannel:
    """Writes each letter whole or not at all; a letter printed twice is the same file and one manifest row."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._press = LetterPress()

    def deliver(self, messages: Sequence[Message]) -> list[Outcome]:
        """One outcome per message; OSError when the folder cannot be written."""
        outcomes: list[Outcome] = []
        printed: list[_Printed] = []
        for message in messages:
            with tracer.start_as_current_span(
                "communication print", context=context_of(message.traceparent), attributes=attributes_of(message)
            ):
                try:
                    printed.append(self._print(message))
                    outcomes.append(Outcome(message, "SENT", traceparent=current_traceparent()))
                except LetterUnrenderable as error:
                    outcomes.append(Outcome(message, "FAILED", str(error), traceparent=current_traceparent()))
        for day in dict.fromkeys(letter.day for letter in printed):
            rows = [letter.row for letter in printed if letter.day == day]
            _add_to_manifest(self._settings.print_folder / day / MANIFEST, rows)
        return outcomes

    def _print(self, message: Message) -> _Printed:
        pdf = self._press.to_pdf(write_letter(message, self._settings), message.as_of)
        day = message.as_of.isoformat()
        name = f"{message.message_id}.pdf"
        _write_whole(self._settings.print_folder / day / name, pdf)
        row = (str(message.message_id), str(message.case_id), name, str(len(pdf)), sha256(pdf).hexdigest())
        return _Printed(day, (*row, message.template, message.country_code))


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.tmp")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def _add_to_manifest(path: Path, rows: Sequence[tuple[str, ...]]) -> None:
    """Append the rows that are not there yet, under a lock that couriers of other processes respect."""
    with path.open("a+", encoding="utf-8", newline="") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        known = file.read()
        listed = {line.partition(",")[0] for line in known.splitlines()}
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        if not known:
            writer.writerow(_COLUMNS)
        elif not known.endswith("\n"):
            buffer.write("\n")  # a row that a crash cut short stays alone on its line
        writer.writerows(row for row in rows if row[0] not in listed)
        file.write(buffer.getvalue())
        file.flush()
        os.fsync(file.fileno())
