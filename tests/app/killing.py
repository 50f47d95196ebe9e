"""The crash test's machinery: what runs, what is killed, and what the carrier's own record says afterwards."""

import os
import random
import signal
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from simulator.server import Simulator
from tests.app.jobline import Jobline, Serving, until, words_of
from tests.terminal import Terminal

PHONES = [f"+155501041{n:02}" for n in range(40)]
SENDERS = 4
ON_THEIR_WAY = ("queued", "sending", "held")
TAKEN = ("accepted", "sent", "delivered", "undelivered", "failed", "canceled")


class Victim(StrEnum):
    """What is killed. A desk starts its engine as its child."""

    ENGINE = "engine"
    DESK = "desk"
    DESKS_ENGINE = "engine of a desk"
    BOTH = "both"


class Runner(Protocol):
    """Something that sends: it can be started again after it was killed."""

    def start(self) -> None:
        """Begin; returns at once."""
        ...

    def ready(self) -> None:
        """Wait until texts leave."""
        ...

    def kill(self) -> None:
        """Kill what is to be killed, without a word."""
        ...

    def stop(self) -> None:
        """Leave nothing running."""
        ...


class EngineAlone:
    """`jobline serve`, killed itself."""

    def __init__(self, jobline: Jobline) -> None:
        self.jobline = jobline
        self._engine: Serving | None = None

    def start(self) -> None:
        """Begin a new engine."""
        self._engine = Serving(self.jobline)

    def ready(self) -> None:
        """It has said so."""
        assert self._engine is not None
        self._engine.ready()

    def kill(self) -> None:
        """SIGKILL."""
        assert self._engine is not None
        self._engine.kill()

    def stop(self) -> None:
        """The same."""
        if self._engine is not None:
            self._engine.kill()


class DeskWithEngine:
    """A desk in a terminal of its own with the engine it started; either or both are killed."""

    def __init__(self, jobline: Jobline, victim: Victim) -> None:
        self.jobline = jobline
        self.victim = victim
        self._desk: Terminal | None = None
        self._engines: set[int] = set()

    def start(self) -> None:
        """Begin a new desk, unless the last one is still there."""
        if self._desk is None:
            ours = {k: v for k, v in self.jobline.variables().items() if k == "HOME" or k.startswith("JOBLINE_")}
            self._desk = Terminal("desk", environment=ours)

    def ready(self) -> None:
        """An engine that is not one of the killed says that it works."""
        end = time.monotonic() + 30
        while (pid := working_engine(self.jobline)) is None or pid in self._engines:
            assert time.monotonic() < end, self._desk and self._desk.text
            assert self._desk is not None
            self._desk.read(0.05)

    def kill(self) -> None:
        """SIGKILL to the desk, to its engine, or to both at once."""
        assert self._desk is not None
        pid = working_engine(self.jobline)
        if pid is not None and self.victim is not Victim.DESK:
            os.kill(pid, signal.SIGKILL)
            self._engines.add(pid)
        if self.victim is not Victim.DESKS_ENGINE:
            self.stop()

    def stop(self) -> None:
        """Kill the desk; its engine notices that its input has ended."""
        if self._desk is None:
            return
        self._desk.child.kill(signal.SIGKILL)
        self._desk.__exit__(None, None, None)
        self._desk = None
        until(lambda: working_engine(self.jobline) is None, 15)


@dataclass
class Killed:
    """One run: the texts, how often something was killed, and how many calls were cut off by it at most."""

    seed: int
    victim: Victim
    kills: int = 0
    cut_off: int = 0
    seconds: float = 0.0

    def texts(self, count: int) -> list[tuple[str, str, str, str]]:
        """Job, phone, body and reference of each text, in the order they are written."""
        given = []
        for n in range(count):
            to = n % len(PHONES)
            given.append((f"K{to:02}", PHONES[to], f"text {n:03} of run {self.seed}", f"{self.seed}-{n:03}"))
        return given


def runner_of(jobline: Jobline, victim: Victim) -> Runner:
    """What is started for this victim."""
    return EngineAlone(jobline) if victim is Victim.ENGINE else DeskWithEngine(jobline, victim)


def run(jobline: Jobline, sim: Simulator, seed: int, victim: Victim, texts: int, kills: int) -> Killed:
    """Queue texts, kill again and again at random moments, and let the last one settle everything."""
    killed, chance = Killed(seed, victim), random.Random(seed)
    began = time.monotonic()
    jobline.sends(*killed.texts(texts))
    runner = runner_of(jobline.at(sim), victim)
    try:
        for _ in range(kills):
            runner.start()
            if chance.random() < 0.2 and victim is Victim.ENGINE:
                time.sleep(chance.uniform(0, 1.0))
            else:
                runner.ready()
                time.sleep(chance.uniform(0.0, 0.7))
            runner.kill()
            killed.kills += 1
            killed.cut_off += states(jobline)["sending"]
        runner.start()
        runner.ready()
        until(lambda: not any(states(jobline)[state] for state in ON_THEIR_WAY), 60)
        until(lambda: not states(jobline)["accepted"], 15)
    finally:
        runner.stop()
    killed.seconds = time.monotonic() - began
    return killed


def judge(jobline: Jobline, sim: Simulator, killed: Killed, count: int) -> dict[str, int]:
    """Hold what we say against what the carrier recorded. Raises AssertionError; returns the figures."""
    truth = [{**text, "body": words_of(text["body"])} for text in sim.ledger.truth()]
    at_carrier = Counter(text["body"] for text in truth)
    told = {delivery["body"]: delivery for delivery in jobline.deliveries()}
    given = killed.texts(count)
    assert sorted(told) == sorted(body for _, _, body, _ in given), "a text is gone, or one came from nowhere"
    assert [body for body, times in at_carrier.items() if times > 1] == [], "texts went out twice"
    unconfirmed = 0
    for _, phone, body, _ in given:
        delivery = told[body]
        if delivery["state"] == "unconfirmed":
            unconfirmed += 1
            assert delivery["sid"] is None
            continue
        assert delivery["state"] in TAKEN, f"{body} is {delivery['state']}"
        assert at_carrier[body] == 1, f"{body} is {delivery['state']} and the carrier never had it"
        (text,) = (text for text in truth if text["body"] == body)
        assert (text["sid"], text["to"]) == (delivery["sid"], phone), f"{body} has the id of another text"
    assert unconfirmed <= killed.cut_off <= killed.kills * SENDERS, "more is unconfirmed than calls were cut off"
    _in_order(truth, given)
    _sound(jobline)
    arrived = sum(1 for body in at_carrier if told[body]["state"] == "unconfirmed")
    return {"texts": count, "kills": killed.kills, "unconfirmed": unconfirmed, "of them sent": arrived}


def working_engine(jobline: Jobline) -> int | None:
    """The process id of the engine that works, None where none does."""
    with _open(jobline) as database:
        rows = database.execute("SELECT pid, state FROM engine ORDER BY beat_at DESC LIMIT 1").fetchall()
    if not rows or rows[0][1] == "stopped":
        return None
    try:
        os.kill(rows[0][0], 0)
    except ProcessLookupError:
        return None
    return int(rows[0][0])


def states(jobline: Jobline) -> Counter[str]:
    """How many texts are in each state."""
    with _open(jobline) as database:
        rows = database.execute("SELECT state FROM delivery WHERE channel = 'sms'").fetchall()
    return Counter(row[0] for row in rows)


def _in_order(truth: list[dict[str, Any]], given: list[tuple[str, str, str, str]]) -> None:
    """Each phone got its texts in the order they were written."""
    written = {body: n for n, (_, _, body, _) in enumerate(given)}
    got: dict[str, list[int]] = defaultdict(list)
    for text in truth:
        got[text["to"]].append(written[text["body"]])
    assert [phone for phone, order in got.items() if order != sorted(order)] == [], "phones got texts out of order"


def _sound(jobline: Jobline) -> None:
    with _open(jobline) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


@contextmanager
def _open(jobline: Jobline) -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(jobline.database, timeout=10, isolation_level=None)
    try:
        yield database
    finally:
        database.close()
