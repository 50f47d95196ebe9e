"""A terminal program in a real pty: started, timed to its first full frame, and pressed keys at.

The program writes a marker on its last row after the rest; the marker on the wire is the first full
frame. A terminal's questions are answered as a plain xterm answers them, since a program may wait.
"""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from pathlib import Path
from time import perf_counter
from types import TracebackType

ROWS, COLUMNS = 40, 140
ROOT = Path(__file__).parent.parent
DOWN, PAGE_DOWN = b"\x1b[B", b"\x1b[6~"

_ANSWERS = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
    b"\x1b[?u": b"\x1b[?0u",
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[>q": b"\x1bP>|xterm(390)\x1b\\",
}
_LONGEST = max(map(len, _ANSWERS))


class Terminal:
    """One program on one pty; a context manager, at whose end the program is killed."""

    def __init__(self, module: str, *args: str) -> None:
        """Start `python -m module args…`; the clock runs from just before."""
        self.painted = bytearray()
        self._looked = 0
        self._fd, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._began = self._last = perf_counter()
        self._program = subprocess.Popen(
            [sys.executable, "-m", module, *args],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
            cwd=ROOT,
            env=_environment(),
        )
        os.close(inner)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._program.kill()
        self._program.wait()
        os.close(self._fd)

    def wait_for(self, marker: str, timeout_s: float = 120.0) -> float:
        """Seconds from the start until the marker is on the wire. Raises TimeoutError with the last output."""
        wanted, until = marker.encode(), perf_counter() + timeout_s
        while wanted not in self.painted:
            if perf_counter() > until:
                raise TimeoutError(bytes(self.painted[-2000:]))
            self._read(until - perf_counter())
        return self._last - self._began

    def settle(self, quiet_s: float = 0.2) -> None:
        """Wait until nothing was painted for that long."""
        while self._read(quiet_s):
            pass

    def press(self, key: bytes, quiet_s: float = 0.08) -> float:
        """Seconds from writing the key to the last byte of its repaint. Raises TimeoutError when nothing is painted."""
        began = perf_counter()
        os.write(self._fd, key)
        if not self._read(5.0):
            raise TimeoutError(f"nothing painted after {key!r}")
        self.settle(quiet_s)
        return self._last - began

    def _read(self, timeout_s: float) -> bool:
        if not select.select([self._fd], [], [], max(0.0, timeout_s))[0]:
            return False
        try:
            chunk = os.read(self._fd, 1 << 20)
        except OSError as ended:
            raise EOFError(bytes(self.painted[-2000:])) from ended
        self._last = perf_counter()
        self.painted += chunk
        self._answer()
        return True

    def _answer(self) -> None:
        """Answer each question once, also one that came in two pieces."""
        recent = bytes(self.painted[max(0, self._looked - _LONGEST + 1) :])
        before = len(recent) - (len(self.painted) - self._looked)
        for question, answer in _ANSWERS.items():
            at = recent.find(question)
            if at >= 0 and at + len(question) > before:
                os.write(self._fd, answer)
        self._looked = len(self.painted)


def _environment() -> dict[str, str]:
    plain = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TEXTUAL")}
    return plain | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_ANIMATIONS": "none"}
