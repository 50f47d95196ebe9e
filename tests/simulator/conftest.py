"""A simulator for each test, with a contract check in front of it where JOBLINE_CARRIER_PROXY names one.

JOBLINE_CARRIER_PROXY is a command with {upstream} and {port}: it starts a proxy that listens on
that port of this machine and passes every request on to the simulator.
"""

import os
import shlex
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.simulator.carrier import Carrier, Clock, running


@dataclass(frozen=True)
class Front:
    """The proxy's address and the port where it expects the simulator; no proxy means any port."""

    url: str | None = None
    upstream_port: int = 0


@pytest.fixture(scope="session")
def front() -> Iterator[Front]:
    """The contract check, if one was asked for."""
    command = os.environ.get("JOBLINE_CARRIER_PROXY")
    if not command:
        yield Front()
        return
    port, upstream = free_port(), free_port()
    words = shlex.split(command.format(port=port, upstream=f"http://127.0.0.1:{upstream}"))
    proxy = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield Front(f"http://127.0.0.1:{port}", upstream)
    finally:
        proxy.send_signal(signal.SIGINT)
        proxy.wait(15)


@pytest.fixture
def clock() -> Clock:
    """Noon of a day in July, until a test lets time pass."""
    return Clock()


@pytest.fixture
def carrier(clock: Clock, front: Front) -> Iterator[Carrier]:
    """A simulator with two numbers of ours, all in memory."""
    with running(clock, front.url, port=front.upstream_port) as carrier:
        yield carrier


@pytest.fixture(scope="module")
def refusing() -> Iterator[Carrier]:
    """A simulator for tests in which nothing is ever accepted; they share it."""
    with running(Clock(), None) as carrier:
        yield carrier


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def wait_for(port: int, seconds: float = 60) -> None:
    """Return as soon as somebody listens on the port."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"nobody listens on {port}")
