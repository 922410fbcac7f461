"""One real Apache Kafka node from Maven jars, without Docker: `fetch`, `start`, `stop`, or the class ApacheKafka."""

from __future__ import annotations

import argparse
import base64
import contextlib
import ctypes
import hashlib
import json
import os
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, NamedTuple, Self, cast

if TYPE_CHECKING:
    from types import TracebackType

HERE = Path(__file__).resolve().parent
KAFKA_HOME = HERE.parents[1] / ".kafka"
LIBS = KAFKA_HOME / "libs"
OLDEST_JAVA = 17
START_SECONDS = 60.0
STOP_SECONDS = 20.0
PR_SET_PDEATHSIG = 1


class KafkaNotAvailable(RuntimeError):
    """Java, Maven or the jars are missing; the message says which and what to do. Tests may skip on it."""


class KafkaStartFailed(RuntimeError):
    """The broker was started and did not come up; the message carries the end of its log."""


def find_java() -> str:
    """The java of JAVA_HOME, else of PATH; refuses one older than Kafka 4 can run on."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if java is None:
        where = f"in JAVA_HOME ({home})" if home else "on PATH"
        raise KafkaNotAvailable(
            f"No java {where}. Kafka 4 needs Java {OLDEST_JAVA} or later: install it or set JAVA_HOME."
        )
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    version = re.search(r'version "(?:1\.)?(\d+)', answer.stderr + answer.stdout)
    if version is None:
        raise KafkaNotAvailable(f"{java} does not tell its version. Set JAVA_HOME to a Java {OLDEST_JAVA} or later.")
    if int(version[1]) < OLDEST_JAVA:
        raise KafkaNotAvailable(
            f"{java} is Java {version[1]}. Kafka 4 needs Java {OLDEST_JAVA} or later: set JAVA_HOME to one."
        )
    return java


def fetch() -> bool:
    """Copies Kafka's jars to .kafka/libs; False when the jars of this pom.xml are there already."""
    if jars_are_current():
        return False
    find_java()
    mvn = shutil.which("mvn")
    if mvn is None:
        raise KafkaNotAvailable("No mvn on PATH. Install Maven 3.6 or later; it downloads Kafka's jars (once).")
    KAFKA_HOME.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=KAFKA_HOME) as fresh:
        jars = Path(fresh) / "libs"
        copy_jars(mvn, jars)
        (jars / "pom.sha256").write_text(pom_digest())
        put_in_place(jars)
    return True


def copy_jars(mvn: str, target: Path) -> None:
    """Lets Maven resolve pom.xml and copy what a running broker needs into target."""
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={target}"]
    command = [mvn, "-q", "-B", "-C", "-Dstyle.color=never", "-f", str(HERE / "pom.xml"), *goal]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        said = re.sub(r"\x1b\[[0-9;]*m", "", answer.stdout + answer.stderr).splitlines()
        reason = said[0] if said else "it said nothing"
        raise KafkaNotAvailable(f"Maven could not fetch Kafka's jars (exit {answer.returncode}):\n{reason}")


def put_in_place(jars: Path) -> None:
    """Swaps finished jars in; when another fetch of the same pom.xml was faster, its jars stay."""
    if jars_are_current():
        return
    try:
        if LIBS.exists():
            LIBS.rename(jars.parent / "replaced")
        jars.rename(LIBS)
    except OSError:
        if not jars_are_current():
            raise


def jars_are_current() -> bool:
    """Whether .kafka/libs was filled from pom.xml as it is now."""
    stamp = LIBS / "pom.sha256"
    return stamp.is_file() and stamp.read_text() == pom_digest()


def pom_digest() -> str:
    """Changes when pom.xml names other jars."""
    return hashlib.sha256((HERE / "pom.xml").read_bytes()).hexdigest()


def free_ports(count: int) -> list[int]:
    """Different free loopback ports, below the range that systems hand out to outgoing connections."""
    candidates = random.sample(range(20_000, 30_000), 200)
    free = [port for port in candidates if port_is_free(port)]
    return free[:count]


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def broker_answers(port: int) -> bool:
    """Whether the broker answers a metadata request and counts itself among the live brokers."""
    body = struct.pack(">hhihi", 3, 1, 1, 0, 0)  # Metadata v1, correlation 1, empty client id, no topics
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as link, link.makefile("rb") as answer:
            link.sendall(struct.pack(">i", len(body)) + body)
            head = answer.read(12)
    except OSError:
        return False
    if len(head) < 12:
        return False
    _, correlation, live_brokers = struct.unpack(">iii", head)
    return correlation == 1 and live_brokers > 0


class ApacheKafka:
    """A single Kafka node on 127.0.0.1; as a context manager it leaves no process and no temporary folder behind.

    Without `data` the logs live in a temporary folder. Called from the main thread, the node is killed by the
    kernel when the caller dies (Linux), unless `outlives_caller`.
    """

    def __init__(
        self, data: Path | None = None, port: int | None = None, *, heap_mb: int = 512, outlives_caller: bool = False
    ) -> None:
        self._temporary = data is None
        self.data = (data or Path(tempfile.mkdtemp(prefix="fordring-kafka-"))).resolve()
        spare_ports = free_ports(3)
        self.port = port or spare_ports.pop()
        self.controller_port = next(spare for spare in spare_ports if spare != self.port)
        self.heap_mb = heap_mb
        self.outlives_caller = outlives_caller
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """The address for clients, host:port."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The running node's process id, for demos that pause (SIGSTOP) or kill it."""
        if self._process is None:
            raise KafkaStartFailed(f"The node in {self.data} is not running. Call start() first.")
        return self._process.pid

    def __enter__(self) -> Self:
        """Starts the node."""
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops the node and deletes its temporary folder."""
        self.close()

    def start(self) -> Self:
        """Formats the folder if it is new and returns when clients are answered; the same port after a stop()."""
        java = find_java()
        if not jars_are_current():
            raise KafkaNotAvailable(f"Kafka's jars are not in {LIBS}. Run: python deploy/kafka/run.py fetch")
        running = recorded_node(self.data)
        if running is not None:
            raise KafkaStartFailed(f"A node runs already in {self.data}, pid {running.pid}, port {running.port}.")
        self.stop()  # a node that was killed from outside still has to be reaped
        if not port_is_free(self.port):
            raise KafkaStartFailed(f"Port {self.port} on 127.0.0.1 is taken. Choose another port.")
        if not port_is_free(self.controller_port):
            self.controller_port = free_ports(1)[0]
        self._write_properties()
        if not (self.data / "log" / "meta.properties").is_file():
            self._format(java)
        self._launch(java)
        return self

    def stop(self) -> None:
        """Ends the node cleanly, by force after 20 seconds; does nothing when it is not running."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        pid_file(self.data).unlink(missing_ok=True)

    def close(self) -> None:
        """Stops the node and deletes its temporary folder, if it has one."""
        try:
            self.stop()
        finally:
            if self._temporary:
                shutil.rmtree(self.data, ignore_errors=True)

    def _write_properties(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        template = Template((HERE / "server.properties.template").read_text(encoding="utf-8"))
        text = template.substitute(
            broker_port=self.port, controller_port=self.controller_port, log_dir=(self.data / "log").as_posix()
        )
        properties_file(self.data).write_text(text, encoding="utf-8")

    def _format(self, java: str) -> None:
        cluster_id = base64.urlsafe_b64encode(b"\x01" + uuid.uuid4().bytes[1:]).decode().rstrip("=")
        tool = ["kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(properties_file(self.data))]
        command = [*java_command(java, heap_mb=128), *tool]
        answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.data)
        if answer.returncode != 0:
            raise KafkaStartFailed(f"Kafka could not format {self.data / 'log'}:\n{answer.stdout}{answer.stderr}")

    def _launch(self, java: str) -> None:
        command = [*java_command(java, self.heap_mb), "kafka.Kafka", str(properties_file(self.data))]
        if not self.outlives_caller and threading.current_thread() is threading.main_thread():
            command = [sys.executable, str(HERE / "run.py"), "die-with", str(os.getpid()), *command]
        with log_file(self.data).open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.data, start_new_session=True
            )
        pid_file(self.data).write_text(json.dumps({"pid": self._process.pid, "port": self.port}))
        try:
            self._wait_until_it_answers(self._process)
        except BaseException:
            self._process.kill()
            self.stop()
            raise

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not broker_answers(self.port):
            if process.poll() is not None:
                raise KafkaStartFailed(f"Kafka ended with exit {process.returncode}:\n{log_end(self.data)}")
            if time.monotonic() > deadline:
                raise KafkaStartFailed(f"Kafka gave no answer in {START_SECONDS:.0f} s:\n{log_end(self.data)}")
            time.sleep(0.05)


def java_command(java: str, heap_mb: int) -> list[str]:
    """The java call up to the main class."""
    memory = [f"-Xmx{heap_mb}m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    return [java, *memory, f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}", "-cp", f"{LIBS}/*"]


def properties_file(data: Path) -> Path:
    """The filled-in configuration; its path in a command line is how a node is recognised."""
    return data / "server.properties"


def log_file(data: Path) -> Path:
    """What the node printed since its last start."""
    return data / "broker.log"


def pid_file(data: Path) -> Path:
    """Written by start, removed by stop."""
    return data / "broker.pid"


def log_end(data: Path) -> str:
    """The last lines a node printed."""
    return "\n".join(log_file(data).read_text(errors="replace").splitlines()[-20:])


class RecordedNode(NamedTuple):
    """A running node as its pid file tells."""

    pid: int
    port: int


def recorded_node(data: Path) -> RecordedNode | None:
    """The node of this folder when it runs; a pid that was handed to another program does not count."""
    try:
        record = cast("dict[str, int]", json.loads(pid_file(data).read_text()))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    node = RecordedNode(record["pid"], record["port"])
    return node if str(properties_file(data)) in command_line(node.pid) else None


def command_line(pid: int) -> str:
    """The arguments of a live process; empty when it is gone or a zombie."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    answer = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout


def stop_recorded(data: Path) -> bool:
    """Ends the node that `start` left running in this folder; False when there is none."""
    node = recorded_node(data)
    if node is None:
        pid_file(data).unlink(missing_ok=True)
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(node.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while recorded_node(data) is not None:
            if time.monotonic() > deadline:
                os.kill(node.pid, signal.SIGKILL)
            time.sleep(0.05)
    pid_file(data).unlink(missing_ok=True)
    return True


def die_with(parent: int, command: list[str]) -> None:
    """Becomes `command`, which the kernel kills when the parent dies; elsewhere than on Linux just becomes it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            raise SystemExit(f"The caller {parent} ended before Kafka started.")
    os.execv(command[0], command)


def say(line: str) -> None:
    """One line for the person at the terminal."""
    sys.stdout.write(line + "\n")


def read_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="run.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("fetch", help="download the jars into .kafka/libs (once)")
    start = commands.add_parser("start", help="start a node and return when it answers")
    start.add_argument("--port", type=int, default=9092, help="port for clients on 127.0.0.1 (default 9092)")
    stop = commands.add_parser("stop", help="stop the node that start left running")
    for command in (start, stop):
        command.add_argument("--data", type=Path, default=KAFKA_HOME / "data", help="its folder (default .kafka/data)")
    return parser.parse_args()


def run(arguments: argparse.Namespace) -> None:
    """Does what the command line asks and says what came of it."""
    if arguments.command == "fetch":
        say(f"Jars copied to {LIBS}." if fetch() else f"Jars are in {LIBS} already.")
        return
    data = cast("Path", arguments.data).resolve()
    if arguments.command == "stop":
        say("Kafka stopped." if stop_recorded(data) else f"No Kafka runs in {data}.")
        return
    node = ApacheKafka(data, cast("int", arguments.port), outlives_caller=True).start()
    say(f"Kafka answers on {node.bootstrap}, pid {node.pid}, log {log_file(data)}.")


def main() -> None:
    """The entry point; a missing tool or a failed start is a message and exit 1, not a traceback."""
    if sys.argv[1:2] == ["die-with"]:
        die_with(int(sys.argv[2]), sys.argv[3:])
    try:
        run(read_arguments())
    except (KafkaNotAvailable, KafkaStartFailed) as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
