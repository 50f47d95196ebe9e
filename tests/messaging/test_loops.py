"""The loops: woken, never lost, and not ended by an exception. DESIGN, decision 2."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from messaging.loops import Loop, Schedule
from tests.messaging.line import until


class Work:
    """Counts rounds; `act` is what a round does."""

    def __init__(self, act: Callable[[], bool] = lambda: False) -> None:
        self.rounds = 0
        self.act = act

    def __call__(self) -> bool:
        self.rounds += 1
        return self.act()


@contextmanager
def looping(work: Work, every: float = 3600) -> Iterator[Loop]:
    """A loop for as long as the block lasts."""
    loop = Loop("testing", every, work)
    loop.start()
    try:
        yield loop
    finally:
        loop.stop()
        assert loop.join(5)


def test_the_first_round_comes_at_once() -> None:
    work = Work()
    with looping(work):
        until(lambda: work.rounds == 1)
        time.sleep(0.05)
        assert work.rounds == 1


def test_a_kick_brings_a_round() -> None:
    work = Work()
    with looping(work) as loop:
        until(lambda: work.rounds == 1)
        loop.kick()
        until(lambda: work.rounds == 2)


def test_a_kick_during_a_round_is_not_lost() -> None:
    inside, go = threading.Event(), threading.Event()

    def act() -> bool:
        inside.set()
        return bool(go.wait(5)) and False

    work = Work(act)
    with looping(work) as loop:
        assert inside.wait(5)
        loop.kick()
        go.set()
        until(lambda: work.rounds == 2)


def test_it_goes_on_while_there_is_more() -> None:
    left = iter([True, True, True])
    work = Work(lambda: next(left, False))
    with looping(work):
        until(lambda: work.rounds == 4)


def test_an_exception_does_not_end_the_loop(caplog: pytest.LogCaptureFixture) -> None:
    failures = iter([ValueError("a broken round")])

    def act() -> bool:
        for failure in failures:
            raise failure
        return False

    work = Work(act)
    with looping(work) as loop:
        until(lambda: work.rounds == 1)
        loop.kick()
        until(lambda: work.rounds == 2)
    assert "a broken round" in caplog.text


def test_a_stopped_loop_ends_soon_though_it_is_pausing_after_an_exception() -> None:
    def act() -> bool:
        raise ValueError("broken")

    work = Work(act)
    began = time.monotonic()
    with looping(work):
        until(lambda: work.rounds == 1)
    assert time.monotonic() - began < 0.9


def test_a_loop_in_a_long_round_says_that_it_has_not_ended() -> None:
    go = threading.Event()
    loop = Loop("testing", 1, Work(lambda: bool(go.wait(10)) and False))
    loop.start()
    loop.stop()
    assert not loop.join(0.1)
    go.set()
    assert loop.join(5)


def test_the_schedule_kicks_at_the_interval() -> None:
    work = Work()
    schedule = Schedule([Loop("often", 0.1, work)])
    schedule.start()
    try:
        until(lambda: work.rounds >= 4)
    finally:
        assert schedule.stop(4)


def test_a_loop_whose_schedule_is_silent_is_armed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheduler compares wall-clock times and sleeps on when that clock is set back."""
    now = [1000.0]
    monkeypatch.setattr("messaging.loops.time.monotonic", lambda: now[0])
    work = Work()
    loop = Loop("testing", 10.0, work)
    loop.start()
    try:
        _wait_for(work, 1)
        now[0] += 30
        loop.rearm()
        time.sleep(0.05)
        assert work.rounds == 1
        now[0] += 2
        loop.rearm()
        _wait_for(work, 2)
        loop.rearm()
        time.sleep(0.05)
        assert work.rounds == 2
    finally:
        loop.stop()


def test_the_watchdog_looks_after_every_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheduler itself is dead; the work goes on."""
    monkeypatch.setattr("apscheduler.schedulers.background.BackgroundScheduler.start", lambda *_, **__: None)
    monkeypatch.setattr("apscheduler.schedulers.background.BackgroundScheduler.shutdown", lambda *_, **__: None)
    work = Work()
    schedule = Schedule([Loop("often", 0.1, work)])
    schedule.start()
    try:
        until(lambda: work.rounds >= 2, 8)
    finally:
        assert schedule.stop(4)


def _wait_for(work: Work, rounds: int) -> None:
    """As `until`, for tests in which the monotonic clock stands still."""
    for _ in range(500):
        if work.rounds >= rounds:
            return
        time.sleep(0.01)
    raise AssertionError(f"{work.rounds} rounds, not {rounds}")
