import os
import socket

import pytest

from fordring.stack.ports import PortTaken, choose_ports, is_free

NAMES = ("gateway", "mailbox", "traces")


def test_a_taken_fixed_port_is_named_with_its_holder() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]

        with pytest.raises(PortTaken, match=rf"Port {port} \(for mailbox\) is held by .*\(pid {os.getpid()}\)"):
            choose_ports(NAMES, base=port - 1)


def test_the_base_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    base = choose_ports(NAMES, scattered=True)["gateway"]
    monkeypatch.setenv("FORDRING_PORT_BASE", str(base))

    assert choose_ports(NAMES) == {"gateway": base, "mailbox": base + 1, "traces": base + 2}


@pytest.mark.parametrize("text", ["http", "80", "70000", "-1"])
def test_a_base_that_is_no_port_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("FORDRING_PORT_BASE", text)

    with pytest.raises(PortTaken, match="must be a port number"):
        choose_ports(NAMES)


def test_without_a_base_a_free_block_is_found() -> None:
    assert all(is_free(port) for port in choose_ports(NAMES, scattered=True).values())
