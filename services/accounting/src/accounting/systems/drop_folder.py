"""The folder from which accounting systems fetch files: one folder per creditor, each file whole or not there."""

import os
from pathlib import Path
from uuid import UUID


def put_file(folder: Path, creditor_id: UUID, name: str, content: bytes) -> None:
    """OSError when it cannot be written. The same document has the same name: put again, it replaces itself."""
    own = folder / str(creditor_id)
    own.mkdir(parents=True, exist_ok=True)
    unfinished = own / f".{name}.tmp"
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(own / name)
