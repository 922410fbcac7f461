"""Tell cheaply whether anything came into a folder since it was last found empty of news."""

from dataclasses import dataclass
from pathlib import Path

from runtime.clock import wall_now

_SETTLED_SECONDS = 0.1
"""A file renamed in within the clock tick of the last change would not move the folder's time of change."""

_TRUSTED_SECONDS = 5.0
"""For this long the folder's time of change is believed; a file changed in place is found by the next full look."""


@dataclass(slots=True)
class FolderWatch:
    """Spares a courier from listing a large folder many times a second."""

    folder: Path
    _quiet_at: float | None = None
    _looked_at: float = 0.0

    def may_have_news(self) -> bool:
        """False only if nothing came since `found_nothing`."""
        if self._quiet_at is None or wall_now().timestamp() - self._looked_at > _TRUSTED_SECONDS:
            return True
        return self.folder.stat().st_mtime != self._quiet_at

    def found_nothing(self, changed_at: float) -> None:
        """A full look found no news; `changed_at` is the folder's time of change (seconds) from before the look."""
        self._looked_at = wall_now().timestamp()
        self._quiet_at = changed_at if self._looked_at - changed_at > _SETTLED_SECONDS else None
