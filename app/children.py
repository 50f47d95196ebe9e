"""Starting our own commands as child processes that end when we do."""

import subprocess
import sys
from pathlib import Path
from typing import IO, Any


def command(*arguments: str) -> list[str]:
    """The command line of one of our commands, with this very Python and never the working folder's code."""
    return [sys.executable, "-P", "-c", "from app.cli import main; main()", *arguments]


def start(
    *arguments: str, stdout: int | IO[Any] = subprocess.DEVNULL, stderr: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a command that watches its standard input: it ends when this process does, however that ends."""
    if stderr is None:
        return subprocess.Popen(  # noqa: S603
            command(*arguments), stdin=subprocess.PIPE, stdout=stdout, stderr=subprocess.DEVNULL
        )
    stderr.parent.mkdir(parents=True, exist_ok=True)
    with stderr.open("ab") as log:
        return subprocess.Popen(command(*arguments), stdin=subprocess.PIPE, stdout=stdout, stderr=log)  # noqa: S603


def end(child: "subprocess.Popen[bytes]", timeout_s: float = 6.0) -> None:
    """End a child we started: first by closing its input, at last by force."""
    if child.stdin is not None:
        child.stdin.close()
    try:
        child.wait(timeout_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()
