"""Heights of many entries of one column, and where each begins."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate


class Heights:
    """Prefix sums over entry heights; a height is an estimate until it is measured."""

    def __init__(self, estimates: Iterable[int] = ()) -> None:
        self._heights: list[int] = []
        self._measured = bytearray()
        self._tops = [0]
        self.reset(estimates)

    def __len__(self) -> int:
        return len(self._heights)

    @property
    def total(self) -> int:
        """Lines of all entries together."""
        return self._tops[-1]

    @property
    def unmeasured(self) -> int:
        """Index of the last entry whose height is only an estimate; -1 when all are measured."""
        return self._measured.rfind(0)

    def reset(self, estimates: Iterable[int]) -> None:
        """Begin anew with nothing but estimates."""
        self._heights = list(estimates)
        self._measured = bytearray(len(self._heights))
        self._sum_from(0)

    def prepend(self, estimates: Sequence[int]) -> None:
        """Put entries before all others."""
        self._heights[:0] = estimates
        self._measured[:0] = bytearray(len(estimates))
        self._sum_from(0)

    def append(self, height: int) -> None:
        """Put a measured entry after all others; nothing else is touched."""
        self._heights.append(height)
        self._measured.append(1)
        self._tops.append(self._tops[-1] + height)

    def measure(self, measured: dict[int, int]) -> None:
        """Take true heights by index."""
        for i, height in measured.items():
            self._heights[i], self._measured[i] = height, 1
        if measured:
            self._sum_from(min(measured))

    def is_measured(self, i: int) -> bool:
        """Whether the height of an entry is more than an estimate."""
        return bool(self._measured[i])

    def top(self, i: int) -> int:
        """First line of an entry; for the index after the last one, the total."""
        return self._tops[i]

    def height(self, i: int) -> int:
        """Lines of an entry."""
        return self._heights[i]

    def at(self, line: int) -> int:
        """The entry on that line, the nearest one for lines outside; -1 when there are no entries."""
        return min(max(0, bisect_right(self._tops, line) - 1), len(self._heights) - 1)

    def _sum_from(self, i: int) -> None:
        del self._tops[i + 1 :]
        self._tops.extend(list(accumulate(self._heights[i:], initial=self._tops[i]))[1:])
