"""The engine's own web address: health, a taken port, and its end."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from domain.account import EngineWords
from domain.errors import Refusal
from web.app import Pages, make
from web.server import WebServer

WELL = EngineWords("running", "Sending and receiving", alive=True)


@contextmanager
def serving(words: EngineWords = WELL) -> Iterator[str]:
    """A server that tells these words; its address."""
    server = WebServer("127.0.0.1", 0, make(Pages(words=lambda: words)))
    server.start()
    try:
        yield server.address
    finally:
        server.stop()


def ask(method: str, url: str) -> requests.Response:
    """One request on a connection of its own."""
    with requests.Session() as session:
        return session.request(method, url, timeout=5, headers={"Connection": "close"})


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (WELL, 200),
        (EngineWords("trouble", "The carrier is busy.", alive=True), 503),
        (EngineWords("gone", "No engine is running", alive=False), 503),
        (EngineWords("running", "Sending and receiving", alive=False), 503),
    ],
)
def test_health_tells_how_the_engine_is(words: EngineWords, status: int) -> None:
    with serving(words) as address:
        answer = ask("GET", f"{address}/health")
    assert answer.status_code == status
    assert answer.json() == {"state": words.state, "sentence": words.sentence}


def test_health_can_only_be_read() -> None:
    with serving() as address:
        assert ask("POST", f"{address}/health").status_code == 405
        assert ask("HEAD", f"{address}/health").status_code == 200


def test_there_is_nothing_else_and_it_tells_nothing_of_itself() -> None:
    with serving() as address:
        for path in ("/", "/docs", "/_truth", "/health/../etc/passwd"):
            answer = ask("GET", f"{address}{path}")
            assert answer.status_code == 404
            assert "server" not in {name.lower() for name in answer.headers}


def test_it_listens_on_the_given_host_alone() -> None:
    with serving() as address:
        assert address.startswith("http://127.0.0.1:")


def test_a_taken_port_is_refused_with_the_next_step() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refusal, match=f"Port {port} .*JOBLINE_WEB__PORT"):
            WebServer("127.0.0.1", port, make(Pages(words=lambda: WELL)))


def test_a_desks_engine_does_without_a_web_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = WebServer("127.0.0.1", taken.getsockname()[1], make(Pages(words=lambda: WELL)), optional=True)
        server.start()
        assert "taken" in server.address
        server.stop()


def test_a_stopped_server_frees_its_port() -> None:
    with serving() as address:
        port = int(address.rpartition(":")[2])
        ask("GET", f"{address}/health")
    socket.create_server(("127.0.0.1", port)).close()
