"""When a desk that nobody uses signs out: two minutes after the last key, paste or mouse press."""

import time
from collections.abc import Callable
from datetime import timedelta
from math import ceil

WARNING_S = 15
"""So long before, a line says what is about to happen."""


def awake_or_asleep() -> float:
    """Seconds on a clock that goes on while the machine sleeps, and that nobody can set back."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Idle:
    """Counts the time since somebody last did something at one desk."""

    def __init__(self, clock: Callable[[], float] = awake_or_asleep) -> None:
        self._clock = clock
        self._touched_at = clock()

    def touched(self) -> None:
        """Somebody is there."""
        self._touched_at = self._clock()

    def left(self, limit: timedelta) -> int:
        """Whole seconds until the desk signs out, 0 when it is time."""
        return max(0, ceil(limit.total_seconds() - (self._clock() - self._touched_at)))
