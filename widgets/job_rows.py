"""The few rows of a long job list that are held, by their position in its order."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from time import monotonic

from domain.jobs import JobPage, JobRow

PAGE = 128
"""Rows in one block; requests are no larger than a few of them."""
MAX_PAGES = 12
"""Blocks held at most; the farthest from the screen go first."""

ASK_AGAIN_S = 3.0
"""After this long without an answer a block may be asked for once more."""

Key = int | str


@dataclass(frozen=True, slots=True)
class Gap:
    """A run of missing rows. `after` and `before` are the sort keys of the rows around it, where known."""

    start: int
    count: int
    after: Key | None
    before: Key | None


class JobRows:
    """Rows by position, in blocks of PAGE, never more than MAX_PAGES blocks."""

    def __init__(self) -> None:
        self.total = 0
        self._blocks: dict[int, list[JobRow | None]] = {}
        self._asked: dict[int, float] = {}

    def __iter__(self) -> Iterator[tuple[int, JobRow]]:
        """Every held row with its position, in order."""
        for block in sorted(self._blocks):
            for i, row in enumerate(self._blocks[block]):
                if row is not None:
                    yield block * PAGE + i, row

    @property
    def pages(self) -> int:
        """How many blocks are held."""
        return len(self._blocks)

    def get(self, position: int) -> JobRow | None:
        """The row at a position, or None where it is not held."""
        block = self._blocks.get(position // PAGE)
        return block[position % PAGE] if block is not None and position >= 0 else None

    def clear(self, total: int) -> None:
        """Forget every row and every request; the list has `total` rows now."""
        self.total = total
        self._blocks.clear()
        self._asked.clear()

    def fill(self, page: JobPage, near: int) -> None:
        """Take in the missing rows of a page; rows held already keep their place.

        `near` is the position on the screen: what lies farthest from it is dropped.
        """
        for position, row in enumerate(page.rows, start=page.start):
            block = self._blocks.setdefault(position // PAGE, [None] * PAGE)
            if block[position % PAGE] is None:
                block[position % PAGE] = row
        self._trim(near)
        self.total = max(page.total, self._end())

    def replace(self, position: int, row: JobRow) -> None:
        """Put other values into a place that is held."""
        self._blocks[position // PAGE][position % PAGE] = row

    def gaps(self, start: int, stop: int) -> list[Gap]:
        """The missing runs in the blocks around positions `start` to `stop` which were not asked for just now."""
        first, last = max(0, start) // PAGE, (min(stop, self.total) - 1) // PAGE
        clock = monotonic()
        missing = [b for b in range(first, last + 1) if not self._full(b) and self._may_ask(b, clock)]
        self._asked.update(dict.fromkeys(missing, clock))
        wanted = (p for block in missing for p in range(block * PAGE, min((block + 1) * PAGE, self.total)))
        runs = groupby((p for p in wanted if self.get(p) is None), key=_Runs())
        return [self._gap(list(run)) for _, run in runs]

    def _may_ask(self, block: int, clock: float) -> bool:
        return clock - self._asked.get(block, -ASK_AGAIN_S) >= ASK_AGAIN_S

    def _full(self, block: int) -> bool:
        rows = self._blocks.get(block)
        return rows is not None and None not in rows[: self.total - block * PAGE]

    def _gap(self, run: list[int]) -> Gap:
        above, below = self.get(run[0] - 1), self.get(run[-1] + 1)
        return Gap(run[0], len(run), above.key if above else None, below.key if below else None)

    def _trim(self, near: int) -> None:
        block = near // PAGE
        for far in sorted(self._blocks, key=lambda b: abs(b - block))[MAX_PAGES:]:
            del self._blocks[far]
            self._asked.pop(far, None)

    def _end(self) -> int:
        return max((position for position, _ in self), default=-1) + 1


class _Runs:
    """A grouping key that changes wherever positions do not follow each other."""

    def __init__(self) -> None:
        self._run, self._last = 0, -2

    def __call__(self, position: int) -> int:
        self._run += position != self._last + 1
        self._last = position
        return self._run
