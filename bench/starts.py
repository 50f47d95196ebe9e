"""From process start to the first full frame, in a real pty: `python -m bench.starts`."""

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.ptydrive import Terminal
from bench.result import Result
from bench.store import MANY, make

FRAME = "longest waiting first"


def measure(path: Path, pairs: int = 40, heavy_pairs: int = 10) -> list[Result]:
    """S1 and S2 on a store of 100,000 jobs (PERFORMANCE 9)."""
    _start("bare", path), _start("desk", path)
    light = [_start("desk", path) / _start("bare", path) for _ in range(pairs)]
    heavy = [_start("desk", path) / _start("heavy", path) for _ in range(heavy_pairs)]
    return [
        Result("S1", "first frame with the first page : bare Textual", median(light), 1.30, 1.10, pairs),
        Result("S2", "the same : everything imported at the top", median(heavy), 0.25, 0.20, heavy_pairs),
    ]


def _start(kind: str, path: Path) -> float:
    with Terminal("bench.start_app", kind, str(path)) as terminal:
        return terminal.wait_for(FRAME)


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        store = Path(folder) / "many.db"
        make(store, MANY)
        for result in measure(store):
            print(result)
