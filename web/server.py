"""The engine's own web address, on loopback unless set otherwise."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from domain.errors import Refusal

_log = logging.getLogger("jobline.web")


class WebServer:
    """Serves an application in a thread of its own.

    A port that is taken raises Refusal, or with `optional` leaves this engine without a web address.
    """

    def __init__(self, host: str, port: int, app: ASGIApp, optional: bool = False) -> None:
        self._socket = _listen(host, port, optional)
        self._host = host
        config = uvicorn.Config(
            app, log_config=None, access_log=False, timeout_graceful_shutdown=1, lifespan="off", server_header=False
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    @property
    def address(self) -> str:
        """Where it listens, or a word that it does not."""
        if self._socket is None:
            return "without a web address: its port is taken"
        return self.url

    @property
    def url(self) -> str:
        """Where it is reached on this machine, "" where it does not listen."""
        return f"http://{self._host}:{self._socket.getsockname()[1]}" if self._socket is not None else ""

    def start(self) -> None:
        """Begin to answer."""
        if self._socket is not None:
            self._thread.start()

    def stop(self) -> None:
        """Stop answering."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(3)
        if self._socket is not None:
            self._socket.close()

    def _run(self) -> None:
        assert self._socket is not None
        self._server.run(sockets=[self._socket])


class _Server(uvicorn.Server):
    """Leaves the process's signals to the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(host: str, port: int, optional: bool) -> socket.socket | None:
    try:
        listening = socket.create_server((host, port))
        # Taken over by every connection. Without it each answer waits 40 ms for the other side's delayed ACK.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except OSError as error:
        if optional:
            _log.warning("port %s of %s is taken; no web address", port, host)
            return None
        raise Refusal(
            f"Port {port} on {host} cannot be used: {error.strerror}. Set another one, for example JOBLINE_WEB__PORT=0."
        ) from None
