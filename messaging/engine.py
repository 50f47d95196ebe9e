"""The engine: every background duty over one database, and what it says of itself."""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from domain.ports import Carrier, CarrierTrouble
from messaging.loops import Loop, Schedule
from messaging.outgoing import Pace, Patience, send_next, trouble_of
from messaging.receive import fetch, place_new
from messaging.statuses import refresh

if TYPE_CHECKING:
    from storage.engines import Engines
    from storage.inbox import Inbox
    from storage.outbox import Outbox

BETWEEN_TEXTS_S = 0.005
"""A breath between texts, so that a desk that wants to write gets its turn."""
STOP_S = 4.0
_DEEP_EVERY_S = 600.0


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How the engine works. `alone`: a kernel lock makes sure that no other engine runs on this database.

    `page_url` is where phones reach its pages, "" where no link may go out (rule 26).
    """

    poll_seconds: float = 5.0
    senders: int = 4
    segments_per_second: float = 0.0
    alone: bool = True
    carrier_url: str = ""
    practice: bool = True
    page_url: str = ""


class Duty(NamedTuple):
    """Something else an engine does in the background: one round of `work`, every so often and when woken.

    `work` does what is due and says whether there may be more at once; a second run changes nothing.
    `wakes` are the kinds of change that bring a round at once.
    """

    name: str
    every_s: float
    work: Callable[[], bool]
    wakes: frozenset[str] = frozenset()


class Engine:
    """Sends, receives and follows up. `start` returns at once; `stop` waits for calls in flight."""

    def __init__(
        self,
        outbox: Outbox,
        inbox: Inbox,
        engines: Engines,
        carrier: Carrier,
        clock: Callable[[], datetime],
        settings: EngineSettings,
        duties: Sequence[Duty] = (),
    ) -> None:
        self.id = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.outbox, self.inbox, self.engines, self.carrier = outbox, inbox, engines, carrier
        self.clock, self.settings = clock, settings
        self._pace = Pace(settings.segments_per_second, time.monotonic)
        self._patience = Patience(time.monotonic)
        self._pool = ThreadPoolExecutor(settings.senders, thread_name_prefix="sender")
        self._trouble: dict[str, str] = {}
        self._stopping = threading.Event()
        self._sending = Loop("sending", 1.0, self._send)
        self._receiving = Loop("receiving", settings.poll_seconds, self._receive)
        self._following = Loop("following", 1.0, self._follow)
        self._deep = Loop("deep", _DEEP_EVERY_S, self._receive_to_the_end)
        self._beating = Loop("beating", 5.0, self._beat)
        self._duties = [(Loop(duty.name, duty.every_s, duty.work), duty.wakes) for duty in duties]
        loops = [self._sending, self._receiving, self._following, self._deep, self._beating]
        self._schedule = Schedule([*loops, *(loop for loop, _ in self._duties)])

    def start(self) -> None:
        """Take over what a lost engine left behind, then begin every duty."""
        self.outbox.give_up_claims(self.id, self.settings.alone)
        self._say("running")
        self._schedule.start()

    def heard(self, kinds: Sequence[str]) -> None:
        """Called with what was committed anywhere: a new message wakes the sender at once."""
        for loop, wakes in self._duties:
            if not wakes.isdisjoint(kinds):
                loop.kick()
        if "message" in kinds or "delivery" in kinds:
            self._sending.kick()

    def poll_now(self) -> None:
        """Ask the carrier for new texts at once."""
        self._receiving.kick()

    def stop(self) -> bool:
        """End every duty, waiting at most four seconds; False where a carrier call is still in flight.

        Such a text stays claimed, and the next engine marks it unconfirmed.
        """
        self._stopping.set()
        ended = self._schedule.stop(STOP_S)
        self._pool.shutdown(wait=ended, cancel_futures=True)
        self._say("stopped", "The engine was stopped: texts wait, nothing is received")
        return ended

    def _send(self) -> bool:
        if self._patience.holds or not self._something_due():
            return False
        senders = [self._pool.submit(self._drain) for _ in range(self.settings.senders)]
        wait(senders)
        for sender in senders:
            sender.result()
        return self._waits_for_its_pace()

    def _drain(self) -> None:
        while not (self._stopping.is_set() or self._patience.holds):
            outcome = send_next(self.outbox, self.carrier, self.id, self._pace)
            if outcome is None:
                return
            self._patience.note(outcome)
            self._note("sending", trouble_of(outcome))
            self._following.kick()
            time.sleep(BETWEEN_TEXTS_S)

    def _something_due(self) -> bool:
        due = self.outbox.due_next()
        return due is not None and due <= self.clock()

    def _waits_for_its_pace(self) -> bool:
        """Where texts are due but their numbers must wait, sleep as long; whether to look again at once."""
        pause = self._pace.free_in()
        return pause > 0 and self._something_due() and not self._stopping.wait(min(pause, 1.0))

    def _receive(self, to_the_end: bool = False) -> bool:
        try:
            fetch(self.inbox, self.carrier, self.clock(), to_the_end)
        except CarrierTrouble as trouble:
            self._note("receiving", trouble.sentence)
        else:
            self._note("receiving", "")
        return place_new(self.inbox, self.clock()) >= 200

    def _receive_to_the_end(self) -> bool:
        self.engines.forget_old()
        return self._receive(to_the_end=True)

    def _follow(self) -> bool:
        try:
            return refresh(self.outbox, self.carrier) > 0 and not self._stopping.wait(0.2)
        except CarrierTrouble as trouble:
            self._note("receiving", trouble.sentence)
            self._stopping.wait(1.0)
            return False

    def _beat(self) -> bool:
        self.outbox.give_up_claims(self.id, self.settings.alone)
        self._say("running")
        return False

    def _note(self, duty: str, sentence: str | None) -> None:
        if sentence is not None and self._trouble.get(duty, "") != sentence:
            self._trouble[duty] = sentence
            self._say("running")

    def _say(self, state: str, sentence: str = "") -> None:
        trouble = next((words for words in self._trouble.values() if words), "")
        if state == "running" and trouble:
            state = "trouble"
        words, settings = sentence or trouble or _well(self.settings), self.settings
        host = socket.gethostname()
        self.engines.say(self.id, os.getpid(), host, state, words, settings.carrier_url, settings.page_url)


def _well(settings: EngineSettings) -> str:
    """What an engine says that has nothing to complain about."""
    if settings.practice:
        return "Practice carrier: no text reaches a real phone"
    missing = "" if settings.page_url else "; no links: web.public_url is not set"
    return f"Sending and receiving{missing}"
