"""The thread in a real pty: `python -m bench.threads`. Takes about a quarter of a minute."""

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.ptydrive import Terminal
from bench.result import Result
from bench.standin import THREAD, make

FEW = 50


def measure(pairs: int = 7) -> list[Result]:
    """T1 as the desk opens a thread, by its newest 50."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "jobs.db"
        make(path)
        newest = [_open(THREAD, FEW, path) / _open(FEW, FEW, path) for _ in range(pairs)]
    return [Result("T1", "open a thread of 5,000 : of 50", median(newest), 1.15, 1.03, pairs)]


def _open(messages: int, loaded: int, path: Path) -> float:
    with Terminal("bench.thread_app", str(messages), str(loaded), str(path)) as terminal:
        return terminal.wait_for("MARK-1-END")


if __name__ == "__main__":
    for result in measure():
        print(result)
