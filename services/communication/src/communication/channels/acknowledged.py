"""What a mail server took and no transaction has recorded yet: a note on disk, so that a killed courier repeats nothing."""

import fcntl
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

_KEPT_SECONDS: Final = 7 * 86_400
_SUFFIX: Final = ".acks"


class Acknowledgements:
    """One file per courier, locked while it lives; files whose lock is free are of couriers that were killed.

    A line is an id, written before the next mail leaves: it survives the process, though not a power cut. `cleared` once
    the database says the same. Ids of killed couriers are known here until they are recorded.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._path = folder / f"{uuid4()}{_SUFFIX}"
        self._file = _create_locked(self._path)
        self._orphans: dict[Path, set[UUID]] = {}

    def note(self, message_id: UUID) -> None:
        os.write(self._file, f"{message_id}\n".encode())

    def take_up(self) -> set[UUID]:
        """Ids that killed couriers left; looked for before each batch."""
        for path in self._folder.glob(f"*{_SUFFIX}"):
            if path != self._path and path not in self._orphans and (found := _read_orphan(path)) is not None:
                self._orphans[path] = found
        return {message_id for found in self._orphans.values() for message_id in found}

    def cleared(self, recorded: Iterable[UUID]) -> None:
        """The database has these: the own file starts anew, and a killed courier's goes once nothing of it is left."""
        os.ftruncate(self._file, 0)
        for path, left in list(self._orphans.items()):
            left.difference_update(recorded)
            if not left or _is_old(path):
                path.unlink(missing_ok=True)
                del self._orphans[path]

    def close(self) -> None:
        """Leave nothing behind, unless something waits to be recorded."""
        if os.fstat(self._file).st_size == 0:
            self._path.unlink(missing_ok=True)
        os.close(self._file)


def _create_locked(path: Path) -> int:
    """Locked under another name first: whoever sees the name finds the lock taken."""
    draft = path.with_suffix(".new")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX)
    draft.rename(path)
    return file


def _read_orphan(path: Path) -> set[UUID] | None:
    """The ids in a file that nobody holds; None for a living courier's, or one that is gone."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            lines = file.read().split(b"\n")[:-1]  # what follows the last line end was cut short
    except (BlockingIOError, FileNotFoundError):
        return None
    return {UUID(line.decode()) for line in lines}


def _is_old(path: Path) -> bool:
    """Long past every lease: whatever is left in it was recorded by somebody else."""
    try:
        return time.time() - path.stat().st_mtime > _KEPT_SECONDS
    except FileNotFoundError:
        return True
