"""Run a command that dies with its parent: `python leash.py PARENT_PID SIGNAL USER COMMAND...` (USER may be `-`).

A file of its own, started with `-I -S`: it costs 15 ms, and unlike a `preexec_fn` it is safe in a parent with threads.
"""

import ctypes
import os
import pwd
import sys
from contextlib import suppress

PR_SET_PDEATHSIG = 1


def drop_privileges(user: str) -> None:
    """Become `user`, with no group but the user's own."""
    account = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def die_with_parent(parent_pid: int, signal_number: int) -> None:
    """Ask the kernel (Linux only) to signal this process when the parent's thread is gone."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent_pid:  # it died before we could ask
        sys.exit(1)


def take_turns() -> None:
    """Let whoever runs go on when this process wakes (Linux only): here each message wakes many, on few cores."""
    if sys.platform == "linux":
        with suppress(PermissionError):  # some containers forbid it; then it is only slower
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def main(arguments: list[str]) -> None:
    parent_pid, signal_number, user, *command = arguments
    take_turns()
    if user != "-":
        drop_privileges(user)
    die_with_parent(int(parent_pid), int(signal_number))  # after the change of user, which clears the wish
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
