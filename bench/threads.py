"""The thread in a real pty: `python -m bench.threads`. Takes about a quarter of a minute."""

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.ptydrive import Terminal
from bench.result import Result
from bench.store import LONG, SHORT, make


def measure(path: Path, pairs: int = 7) -> list[Result]:
    """T1 as the desk opens a thread, by its newest fifty."""
    newest = [_open(LONG, path) / _open(SHORT, path) for _ in range(pairs)]
    return [Result("T1", "open a thread of 5,000 : of 50", median(newest), 1.15, 1.03, pairs)]


def _open(messages: int, path: Path) -> float:
    with Terminal("bench.thread_app", f"T{messages}", str(path)) as terminal:
        return terminal.wait_for("MARK-1-END")


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        store = Path(folder) / "threads.db"
        make(store, 0, threads=True)
        for result in measure(store):
            print(result)
