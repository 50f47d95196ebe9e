"""The job list in a real pty: `python -m bench.lists`. Takes about a minute and a half, most of it DataTable's."""

from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.ptydrive import DOWN, PAGE_DOWN, Terminal
from bench.result import Result
from bench.store import MANY, SOME, make

KEYS = 15
"""Presses of each key in each pair."""


def measure(many: Path, some: Path, pairs: int = 5, slow_pairs: int = 3) -> list[Result]:
    """L1, L2 and L4 (PERFORMANCE 9); `slow_pairs` is how often DataTable loads all jobs."""
    flat = [_first("joblist", many) / _first("joblist", some) for _ in range(pairs)]
    beside = [_beside_data_table(many) for _ in range(slow_pairs)]
    first, down, page = ([pair[i] for pair in beside] for i in range(3))
    return [
        Result("L1", "first paint, 100k : 1k jobs", median(flat), 1.10, 1.05, pairs),
        Result("L2", "first paint of 100k : DataTable.add_rows", median(first), 0.03, 0.02, slow_pairs),
        Result("L4 down", "key to repaint : DataTable", median(down), 0.7, 0.5, slow_pairs),
        Result("L4 page down", "key to repaint : DataTable", median(page), 0.25, 0.15, slow_pairs),
    ]


def _first(kind: str, path: Path) -> float:
    with Terminal("bench.list_app", kind, str(path)) as terminal:
        return terminal.wait_for("MARK-1-END")


def _beside_data_table(path: Path) -> tuple[float, float, float]:
    """Ratios of the first paint, of down and of page down, the keys pressed in turn in both programs."""
    with ExitStack() as stack:
        terminals, first = [], []
        for kind in ("joblist", "datatable"):
            terminal = stack.enter_context(Terminal("bench.list_app", kind, str(path)))
            first.append(terminal.wait_for("MARK-1-END"))
            terminal.settle()
            terminals.append(terminal)
        ours, theirs = terminals
        down = [ours.press(DOWN) / theirs.press(DOWN) for _ in range(KEYS)]
        page = [ours.press(PAGE_DOWN) / theirs.press(PAGE_DOWN) for _ in range(KEYS)]
    return first[0] / first[1], median(down), median(page)


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        stores = Path(folder) / "many.db", Path(folder) / "some.db"
        for store, count in zip(stores, (MANY, SOME), strict=True):
            make(store, count)
        for result in measure(*stores):
            print(result)
