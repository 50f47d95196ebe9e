"""Loops that sleep until woken: the schedule and the change feed only wake, the database decides."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from apscheduler.schedulers.background import BackgroundScheduler

_log = logging.getLogger("jobline.engine")


class Loop:
    """One background duty. `work` does one round and says whether there may be more to do at once."""

    def __init__(self, name: str, every: float, work: Callable[[], bool]) -> None:
        self.name = name
        self.every = every
        self._work = work
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._kicked = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; the first round comes at once."""
        self._wake.set()
        self._thread.start()

    def kick(self) -> None:
        """Wake the loop; a kick during a round brings another round."""
        self._kicked = time.monotonic()
        self._wake.set()

    def rearm(self) -> None:
        """Kick a loop whose schedule has fallen silent for three intervals (a clock that was set back)."""
        if time.monotonic() - self._kicked > 3 * self.every + 1:
            self.kick()

    def stop(self) -> None:
        """Ask the loop to end after its present round."""
        self._stopping.set()
        self._wake.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end; False where a round is still running."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            more = True
            while more and not self._stopping.is_set():
                more = self._round()
            if self._stopping.is_set():
                return

    def _round(self) -> bool:
        try:
            return self._work()
        except Exception:
            _log.exception("a round of %s failed", self.name)
            self._stopping.wait(1.0)
            return False


class Schedule:
    """APScheduler as an alarm clock: it kicks each loop at its interval, and never does work itself.

    A watchdog on the monotonic clock re-arms them, since the scheduler compares wall-clock times and
    sleeps on when that clock is set back.
    """

    def __init__(self, loops: Sequence[Loop]) -> None:
        self.loops = loops
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        )
        self._watchdog = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Start every loop and its alarm."""
        for loop in self.loops:
            loop.start()
            self._scheduler.add_job(loop.kick, "interval", seconds=loop.every, id=loop.name)
        self._scheduler.start()
        self._watchdog.start()

    def stop(self, timeout_s: float) -> bool:
        """Stop the alarms, then the loops; False where a round outlived the time."""
        self._stopping.set()
        self._scheduler.shutdown(wait=False)
        for loop in self.loops:
            loop.stop()
        end = time.monotonic() + timeout_s
        ended = [loop.join(max(0.0, end - time.monotonic())) for loop in self.loops]
        return all(ended)

    def _watch(self) -> None:
        while not self._stopping.wait(5.0):
            for loop in self.loops:
                loop.rearm()
