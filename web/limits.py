"""How often somebody may do something: so many times in so many seconds, and then not."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable

_MOST_KEYS = 10_000


class Limit:
    """Counts what each key (an address, a link) did lately. Safe from any thread; keeps no key for long."""

    def __init__(self, count: int, seconds: float, monotonic: Callable[[], float]) -> None:
        self._count = count
        self._seconds = seconds
        self._monotonic = monotonic
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str) -> bool:
        """Note one more time; False where that is too often, and then it does not count."""
        with self._lock:
            times = self._lately(key)
            if len(times) >= self._count:
                return False
            times.append(self._monotonic())
            return True

    def _lately(self, key: str) -> deque[float]:
        times = self._times.setdefault(key, deque())
        self._times.move_to_end(key)
        while times and times[0] <= self._monotonic() - self._seconds:
            times.popleft()
        while len(self._times) > _MOST_KEYS:
            self._times.popitem(last=False)
        return times
