"""Tell cheaply which files of a folder are new to whoever only reads it."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from runtime.clock import wall_now

_SETTLED_SECONDS = 0.1
"""A file renamed in within the clock tick of the last change would not move the folder's time of change."""

_TRUSTED_SECONDS = 5.0
"""For this long times of change and inodes are believed; a file changed in place is found by the next full look."""


class FileState(NamedTuple):
    """What tells a file from one that was there before under its name."""

    name: str
    size: int
    changed_ns: int


@dataclass(slots=True)
class FolderWatch:
    """Spares a courier from listing a large folder many times a second, and from asking for each file's state.

    A listing names each file and its inode, and a file that was put in place of another has an inode of its own: only
    files that are new by these are asked for size and time of change.
    """

    folder: Path
    _known: dict[str, int] = field(default_factory=dict[str, int])
    _looked_through_at: float = 0.0
    _quiet_at: float | None = None

    def list_new(self, is_wanted: Callable[[str], bool], is_known: Callable[[FileState], bool]) -> list[FileState]:
        """The files whose name is wanted and whose state is not known yet, in no order; none without a folder."""
        if not self.folder.is_dir():
            return []
        changed_at, now = self.folder.stat().st_mtime, wall_now().timestamp()
        if now - self._looked_through_at > _TRUSTED_SECONDS:
            self._known, self._looked_through_at = {}, now
        elif changed_at == self._quiet_at:
            return []
        new: list[FileState] = []
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if self._known.get(entry.name) == entry.inode() or not is_wanted(entry.name) or not entry.is_file():
                    continue
                status = entry.stat()
                state = FileState(entry.name, status.st_size, status.st_mtime_ns)
                if is_known(state):
                    self._known[entry.name] = entry.inode()
                else:
                    new.append(state)
        self._quiet_at = changed_at if not new and now - changed_at > _SETTLED_SECONDS else None
        return new
