"""Folders that somebody else fetches from: a folder per day, whole files, and a manifest that says what is in it."""

import csv
import fcntl
import io
import json
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from communication.use_cases.dispatch import Message

MANIFEST: Final = "manifest.csv"
TOTALS: Final = "manifest.json"
_COLUMNS: Final[tuple[str, ...]] = ("message_id", "case_id", "file", "bytes", "sha256", "template", "country")


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that lies in the folder of its day, and its row of the manifest."""

    folder: Path
    row: tuple[str, ...]


def drop(path: Path, content: bytes, message: Message) -> Dropped:
    """Write a message's file whole or not at all; the same again is the same file."""
    _write_whole(path, content)
    digest = sha256(content).hexdigest()
    about = (message.template, message.country_code)
    row = (str(message.message_id), str(message.case_id), path.name, str(len(content)), digest, *about)
    return Dropped(path.parent, row)


def list_in_manifests(dropped: Sequence[Dropped]) -> None:
    """Add the rows to the manifest of each day, in place of those of the same message, and count them.

    Both files are replaced whole, under a lock that couriers of other processes respect: a reader never sees half a
    manifest, and who finds that `sha256` in the totals is not that of the manifest came between the two, and reads again.
    """
    for folder in dict.fromkeys(one.folder for one in dropped):
        with _locked(folder):
            _add(folder, [one.row for one in dropped if one.folder == folder])


def _add(folder: Path, rows: Sequence[tuple[str, ...]]) -> None:
    path = folder / MANIFEST
    known = path.read_text(encoding="utf-8") if path.exists() else ""
    listed = {row[0]: tuple(row) for row in list(csv.reader(known.splitlines()))[1:]}
    listed |= {row[0]: row for row in rows}
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(listed.values())
    manifest = buffer.getvalue().encode()
    _write_whole(path, manifest)
    totals = {
        "files": len(listed),
        "bytes": sum(int(row[_COLUMNS.index("bytes")]) for row in listed.values()),
        "sha256": sha256(manifest).hexdigest(),
    }
    _write_whole(folder / TOTALS, json.dumps(totals).encode())


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.tmp")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)
