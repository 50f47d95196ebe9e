"""A company, its carrier and the phones behind it, as the tests of messaging talk about them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from domain.delivery import Delivery
from domain.jobs import Job
from domain.messages import Message, Person
from domain.people import User
from domain.texts import Outcome
from messaging.carrier import Credentials, TwilioCarrier
from messaging.conversation import Conversation
from messaging.engine import Engine, EngineSettings
from messaging.outgoing import Pace, send_next
from messaging.receive import fetch, place_new
from messaging.statuses import refresh
from simulator.server import Simulator
from tests.simulator.conftest import Front
from tests.world import ANA, OURS, OURS_TOO, World, dispatcher


class Line:
    """What goes out and comes in, one step at a time; time only passes when a test says so."""

    def __init__(self, world: World, sim: Simulator, url: str) -> None:
        self.world = world
        self.sim = sim
        self.credentials = Credentials(sim.account, sim.account, sim.token, url)
        self.carrier = TwilioCarrier(self.credentials)
        self.conversation = Conversation(
            world.readers.reads, world.readers.threads, world.writers.conversations, world.clock
        )
        self.pace = Pace(0, time.monotonic)

    def leaves(self) -> list[Outcome]:
        """Everything that may leave now leaves."""
        outcomes = []
        while (outcome := send_next(self.world.writers.outbox, self.carrier, "engine", self.pace)) is not None:
            outcomes.append(outcome)
        return outcomes

    def texts(self, job: Job, *to: Person, body: str = "We come at ten", author: User | None = None) -> int:
        """Ann texts contacts on a job, and it leaves."""
        message = self.world.text(job, dispatcher(author or self.world.ann), *to, body=body)
        self.leaves()
        return message

    def types(self, body: str, phone: str = ANA, to: str = OURS) -> str:
        """Somebody types on a phone; a second passes, so that texts have an order."""
        self.world.clock.advance(seconds=1)
        return self.sim.ledger.phones.type(phone, to, body)

    def polls(self, to_the_end: bool = False) -> tuple[int, int]:
        """One round of receiving: how many texts were new, and how many were settled."""
        inbox, now = self.world.writers.inbox, self.world.clock()
        return fetch(inbox, self.carrier, now, to_the_end), place_new(inbox, now)

    def answers(self, body: str, phone: str = ANA, to: str = OURS) -> None:
        """Somebody types on a phone, and we hear of it."""
        self.types(body, phone, to)
        self.polls()

    def asks(self) -> int:
        """One round of asking what became of texts."""
        return refresh(self.world.writers.outbox, self.carrier)

    def thread(self, job: Job, viewer: User | None = None) -> list[Message]:
        """A job's messages as somebody sees them, Ann unless said otherwise."""
        found, _ = self.world.readers.threads.messages(viewer or self.world.ann, job.id)
        return found

    def bodies(self, job: Job, viewer: User | None = None) -> list[str]:
        """What the messages of a job say."""
        return [message.body for message in self.thread(job, viewer)]

    def newest(self, job: Job, viewer: User | None = None) -> Message:
        """The newest message of a job."""
        return self.thread(job, viewer)[-1]

    def delivery(self, job: Job) -> Delivery:
        """The one delivery of the newest message."""
        (found,) = self.newest(job).deliveries
        return found

    def tray(self) -> list[tuple[str, str]]:
        """Sender and body of what waits in the tray."""
        return [(text.sender, text.body) for text in self.world.writers.tray.waiting(self.world.ann) if not text.placed]

    def accepted(self) -> list[str]:
        """The bodies of every text that the carrier ever took."""
        return [str(text["body"]) for text in self.sim.ledger.truth()]


@contextmanager
def connected(world: World, front: Front, **settings: Any) -> Iterator[Line]:
    """The company connected to a simulator, through the contract check where there is one."""
    given = {"numbers": [OURS, OURS_TOO], "port": front.upstream_port, "now": world.clock, **settings}
    with Simulator(**given) as sim:
        yield Line(world, sim, front.url or sim.url)


def until(true: Callable[[], object], seconds: float = 10.0) -> None:
    """Return as soon as something is true; fail where it never is."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not true within {seconds} s"
        time.sleep(0.01)


@contextmanager
def running(world: World, carrier: Any, **settings: Any) -> Iterator[Engine]:
    """An engine over a world, stopped at the end."""
    w = world.writers
    engine = Engine(w.outbox, w.inbox, w.engines, carrier, world.clock, EngineSettings(**settings))
    engine.start()
    try:
        yield engine
    finally:
        engine.stop()
