import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from signal import SIGKILL

import psutil
import pytest

from fordring.stack.children import Child
from fordring.stack.ports import free_port
from fordring.stack.state import StackState, find_state, is_alive, record, stop_recorded, write_state
from fordring.stack.supervisor import ChildFailed, Stage, Supervisor
from testkit import eventually_sync

SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"ready")
    def log_message(self, *parts): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def a_server(name: str, *, depends_on: tuple[str, ...] = (), after_ready: Callable[[], None] | None = None) -> Child:
    port = free_port()
    return Child(
        name=name,
        argv=[sys.executable, "-c", SERVER, str(port)],
        port=port,
        ready_url=f"http://127.0.0.1:{port}/",
        depends_on=depends_on,
        takes_dependents=name == "broker",
        after_ready=after_ready,
        stop_seconds=3,
    )


def stages(supervisor: Supervisor) -> dict[str, Stage]:
    return {status.name: status.stage for status in supervisor.statuses()}


def restarts(supervisor: Supervisor) -> dict[str, int]:
    return {status.name: status.restarts for status in supervisor.statuses()}


def test_children_start_after_what_they_need_and_none_is_left_after_stop(tmp_path: Path) -> None:
    supervisor = Supervisor([a_server("service", depends_on=("broker",)), a_server("broker")], tmp_path)
    supervisor.start()
    pids = {name: supervisor.pid(name) for name in ("broker", "service")}
    state = find_state(tmp_path / "state.json")
    assert state is not None
    assert [child.name for child in state.children] == ["service", "broker"]
    assert all(is_alive(child) for child in state.children)

    supervisor.stop()

    assert not any(psutil.pid_exists(pid) for pid in pids.values())
    assert find_state(tmp_path / "state.json") is None
    story = (tmp_path / "logs" / "supervisor.log").read_text()
    assert story.index("broker is ready") < story.index("service started")
    assert story.index("service stopped") < story.index("broker stopped")


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has this way to share cores")
def test_a_child_does_not_interrupt_others_when_it_wakes(tmp_path: Path) -> None:
    supervisor = Supervisor([a_server("service")], tmp_path)
    supervisor.start()
    try:
        pid = supervisor.pid("service")
        assert pid is not None
        assert os.sched_getscheduler(pid) == os.SCHED_BATCH
    finally:
        supervisor.stop()


def test_a_killed_child_is_started_again_and_its_neighbours_are_left_alone(tmp_path: Path) -> None:
    supervisor = Supervisor([a_server("broker"), a_server("service", depends_on=("broker",))], tmp_path)
    supervisor.start()
    first, neighbour = supervisor.pid("service"), supervisor.pid("broker")

    supervisor.kill("service", SIGKILL)

    eventually_sync(lambda: restarts(supervisor)["service"] == 1 and stages(supervisor)["service"] is Stage.READY)
    assert supervisor.pid("service") != first
    assert supervisor.pid("broker") == neighbour
    supervisor.stop()


def test_when_the_broker_dies_those_who_read_from_it_start_again_too(tmp_path: Path) -> None:
    set_up: list[int] = []
    broker = a_server("broker", after_ready=lambda: set_up.append(1))
    supervisor = Supervisor([broker, a_server("service", depends_on=("broker",)), a_server("bank")], tmp_path)
    supervisor.start()
    service, bank = supervisor.pid("service"), supervisor.pid("bank")

    supervisor.kill("broker", SIGKILL)

    eventually_sync(lambda: restarts(supervisor)["service"] == 1 and stages(supervisor)["service"] is Stage.READY)
    assert supervisor.pid("service") != service
    assert supervisor.pid("bank") == bank
    assert len(set_up) == 2
    supervisor.stop()


def test_a_child_that_cannot_start_fails_the_start_with_the_end_of_its_log(tmp_path: Path) -> None:
    broken = Child(
        name="intake", argv=[sys.executable, "-c", "raise SystemExit('DATABASE_URL is missing')"], ready_tcp=1
    )
    healthy = a_server("broker")
    supervisor = Supervisor([healthy, broken], tmp_path)

    with pytest.raises(ChildFailed, match=r"(?s)intake ended 3 times at its start.*DATABASE_URL is missing"):
        supervisor.start()

    assert all(stage in (Stage.STOPPED, Stage.WAITING) for stage in stages(supervisor).values())
    assert find_state(tmp_path / "state.json") is None


def test_a_child_that_cannot_be_set_up_fails_the_start_with_the_reason(tmp_path: Path) -> None:
    def refuse() -> None:
        raise ChildFailed("the topics were refused")

    supervisor = Supervisor([a_server("broker", after_ready=refuse)], tmp_path)

    with pytest.raises(ChildFailed, match="the topics were refused"):
        supervisor.start()


def test_a_stubborn_child_is_killed(tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVER
    port = free_port()
    child = Child(
        name="deaf",
        argv=[sys.executable, "-c", deaf, str(port)],
        ready_url=f"http://127.0.0.1:{port}/",
        stop_seconds=0.2,
    )
    supervisor = Supervisor([child], tmp_path)
    supervisor.start()
    pid = supervisor.pid("deaf")

    supervisor.stop()

    assert not psutil.pid_exists(pid)


def test_a_paused_child_lives_on_when_resumed_and_can_be_stopped_while_paused(tmp_path: Path) -> None:
    supervisor = Supervisor([a_server("broker")], tmp_path)
    supervisor.start()
    pid = supervisor.pid("broker")
    supervisor.pause("broker")
    eventually_sync(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    supervisor.resume("broker")
    eventually_sync(lambda: psutil.Process(pid).status() != psutil.STATUS_STOPPED)
    assert restarts(supervisor) == {"broker": 0}
    supervisor.pause("broker")

    supervisor.stop()

    assert not psutil.pid_exists(pid)


STACK = """
import pathlib, sys, threading
from fordring.stack.children import Child
from fordring.stack.supervisor import Supervisor
sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
supervisor = Supervisor([Child(name=name, argv=sleeper) for name in ("one", "two")], pathlib.Path(sys.argv[1]))
supervisor.start()
print("up", flush=True)
threading.Event().wait()
"""


def a_stack_in_another_process(home: Path) -> subprocess.Popen[str]:
    stack = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(STACK), str(home)], stdout=subprocess.PIPE, text=True
    )
    assert stack.stdout is not None
    assert stack.stdout.readline() == "up\n"
    return stack


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_no_child_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    with a_stack_in_another_process(tmp_path) as stack:
        state = find_state(tmp_path / "state.json")
        assert state is not None
        assert all(is_alive(child) for child in state.children)

        stack.kill()

    eventually_sync(lambda: not any(is_alive(child) for child in state.children))
    assert len(state.children) == 2
    assert stop_recorded(tmp_path / "state.json") == []


def test_down_stops_a_stack_of_another_process(tmp_path: Path) -> None:
    with a_stack_in_another_process(tmp_path):
        state = find_state(tmp_path / "state.json")
        assert state is not None

        stopped = stop_recorded(tmp_path / "state.json")

    assert stopped[0] == "supervisor"
    assert not any(is_alive(child) for child in state.children)
    assert not (tmp_path / "state.json").exists()


def test_down_leaves_a_stranger_with_a_recycled_pid_alone(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as stranger:
        as_it_is = record("broker", stranger.pid, sys.executable)
        assert is_alive(as_it_is)
        earlier = replace(as_it_is, started=as_it_is.started - 5)
        write_state(tmp_path / "state.json", StackState(supervisor=earlier, children=(earlier,)))

        stopped = stop_recorded(tmp_path / "state.json")

        assert stopped == []
        assert stranger.poll() is None  # leaving the block closes its input, and so ends it
