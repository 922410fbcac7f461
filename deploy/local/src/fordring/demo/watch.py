"""Watches a running stack from beside: how much memory all of it takes, and how many letters and e-mails went out."""

import os
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import httpx
import psutil

_SECONDS = 1.5
_SECONDS_BETWEEN_WEIGHINGS = 6
"""Weighing takes the kernel a good 50 ms of a core for the pages of all processes, and memory grows slowly."""


class Watch(threading.Thread):
    """Looks every second or two; `peak_bytes` is the largest sum of proportional set sizes seen so far."""

    def __init__(self, settings: Mapping[str, str], supervisor_pid: int) -> None:
        super().__init__(name="watch", daemon=True)
        self._settings = settings
        self._supervisor_pid = supervisor_pid
        self._end = threading.Event()
        self.peak_bytes = 0
        self.letters = 0
        self.emails = 0

    def __enter__(self) -> "Watch":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self.join()

    def run(self) -> None:
        with httpx.Client(trust_env=False, timeout=5) as http:
            weigh_at = 0.0
            while not self._end.is_set():
                if time.monotonic() >= weigh_at:
                    self.peak_bytes = max(self.peak_bytes, memory_of_tree(self._supervisor_pid))
                    weigh_at = time.monotonic() + _SECONDS_BETWEEN_WEIGHINGS
                self.letters = _count_files(Path(self._settings["print_folder"]))
                with suppress(httpx.HTTPError):
                    answer = http.get(f"{self._settings['mailbox_url']}/api/messages", params={"to": "nobody@"})
                    self.emails = int(answer.json()["received"])
                self._end.wait(_SECONDS)


def memory_of_tree(pid: int) -> int:
    """Bytes held by a process, its descendants and ourselves; shared pages are counted once."""
    found: dict[int, psutil.Process] = {}
    for root in {pid, os.getpid()}:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(root)
            found |= {child.pid: child for child in [process, *process.children(recursive=True)]}
    return sum(_memory(process) for process in found.values())


def _memory(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        try:
            full = process.memory_full_info()
            return int(getattr(full, "pss", full.uss))
        except psutil.AccessDenied:
            return int(process.memory_info().rss)
    return 0


def _count_files(folder: Path) -> int:
    """The letters so far, in a folder per day."""
    return sum(name.endswith(".pdf") for _, _, names in os.walk(folder) for name in names)
