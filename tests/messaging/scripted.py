"""A carrier that follows a script: the faults that the simulator has not got."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Answer = Callable[[socket.socket, threading.Event], None]


@dataclass
class Scripted:
    """Answers every request in the same way and keeps what it was asked: method and path, and the form."""

    answer: Answer
    url: str = ""
    asked: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def posts(self) -> int:
        """How many texts were handed over."""
        return sum(line.startswith("POST ") for line in self.asked)


@contextmanager
def scripted(answer: Answer) -> Iterator[Scripted]:
    """A server on this machine that follows a script, one connection for each request."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    script = Scripted(answer, f"http://127.0.0.1:{listener.getsockname()[1]}")
    threads: list[threading.Thread] = []

    def serve() -> None:
        while not script.ended.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=_one, args=(script, connection), daemon=True)
            thread.start()
            threads.append(thread)

    threads.append(threading.Thread(target=serve, daemon=True))
    threads[0].start()
    try:
        yield script
    finally:
        script.ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in threads:
            thread.join(5)


def reply(status: int, body: Any, **headers: str) -> Answer:
    """An HTTP answer: a body that is no text is written as JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    kind = "text/html" if isinstance(body, str) else "application/json"
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Type: {kind}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    data = text.encode()
    whole = "\r\n".join([*lines, f"Content-Length: {len(data)}", "", ""]).encode() + data

    def answer(connection: socket.socket, _ended: threading.Event) -> None:
        connection.sendall(whole)

    return answer


def trouble(status: int, code: int | str | None, message: str = "no") -> Answer:
    """An error as Twilio words it."""
    return reply(status, {"code": code, "message": message, "more_info": "", "status": status})


def hang(_connection: socket.socket, ended: threading.Event) -> None:
    """Take the request and never answer."""
    ended.wait(30)


def close(_connection: socket.socket, _ended: threading.Event) -> None:
    """Take the request and hang up."""


def reset(connection: socket.socket, _ended: threading.Event) -> None:
    """Take the request and cut the line."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def half(connection: socket.socket, _ended: threading.Event) -> None:
    """Hang up in the middle of the answer."""
    connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{")


def _one(script: Scripted, connection: socket.socket) -> None:
    try:
        with connection:
            head, form = _request(connection)
            if head:
                script.forms.append(form)
                script.asked.append(head)
                script.answer(connection, script.ended)
    except OSError:
        pass


def _request(connection: socket.socket) -> tuple[str, str]:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return "", ""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    length = next((int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return lines[0], body.decode()
