"""A real terminal for tests: a program in a pseudo-terminal, its keys, and what its screen shows."""

import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import pexpect
import pyte

COMMAND = (sys.executable, "-P", "-c", "from app.cli import main; main()")
_QUERY = re.compile(rb"\x1b\[\?2026\$p|\x1b\[\?2048\$p|\x1b\[c|\x1b\[6n|\x1b\[\?u")
_REPLIES = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[?u": b"\x1b[?0u",
}
KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "tab": "\t",
    "end": "\x1b[F",
    "ctrl+s": "\x13",
    "ctrl+n": "\x0e",
    "ctrl+o": "\x0f",
    "ctrl+q": "\x11",
}


class Terminal:
    """One of our commands on a terminal of 80 by 24, unless said otherwise."""

    def __init__(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        columns: int = 80,
        rows: int = 24,
        program: Sequence[str] = COMMAND,
    ) -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("JOBLINE_") and k != "NO_COLOR"}
        clean.update(TERM="xterm-256color", TEXTUAL_ANIMATIONS="none", **(environment or {}))
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.child: pexpect.spawn[bytes] = pexpect.spawn(
            program[0], [*program[1:], *arguments], env=clean, dimensions=(rows, columns), timeout=None
        )
        self.raw = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.child.isalive():
            self.child.terminate(force=True)
        self.child.close()

    @property
    def text(self) -> str:
        """The screen as a person sees it."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def press(self, *keys: str) -> None:
        """Press keys by name, or type a text as it is."""
        for key in keys:
            self.child.send(KEYS.get(key, key).encode())
            self.read(0.3 if key == "escape" else 0.05)  # a key within a tenth of a second makes it Alt+key

    def read(self, seconds: float) -> None:
        """Take in what is drawn for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                data = self.child.read_nonblocking(1 << 16, timeout=left)
            except pexpect.TIMEOUT:
                return
            except pexpect.EOF:
                return
            self.raw += data
            for query in _QUERY.findall(data):
                self.child.send(_REPLIES[query])
            self._stream.feed(data)

    def until(self, wanted: str | Callable[[str], bool], limit_s: float = 15.0) -> str:
        """Wait until the screen shows a text; the limit only ends the test."""
        shows = wanted if callable(wanted) else lambda text: wanted in text
        end = time.monotonic() + limit_s
        while not shows(self.text):
            if time.monotonic() > end:
                raise AssertionError(f"never shown: {wanted}\n{self.text}")
            self.read(0.1)
        return self.text

    def ended(self, limit_s: float = 8.0) -> int | None:
        """Wait for the end; the exit code, or minus the signal."""
        end = time.monotonic() + limit_s
        while self.child.isalive() and time.monotonic() < end:
            self.read(0.1)
        assert not self.child.isalive(), self.text
        status = self.child.signalstatus
        return self.child.exitstatus if status is None else -status
