"""Files that are there whole or not at all."""

import asyncio
import os
from pathlib import Path


async def put_file_aside(path: Path, content: bytes) -> None:
    """`put_file` without holding up the loop."""
    await asyncio.to_thread(put_file, path, content)


def put_file(path: Path, content: bytes) -> None:
    """The file is there whole or not at all, also after a power cut."""
    unfinished = path.with_name(f"{path.name}.tmp")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
