"""Two companies with Jobline at one carrier, each with the other's number on file: their robots fall silent (A-19)."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from messaging.carrier import Credentials, TwilioCarrier
from messaging.outgoing import Pace, send_next
from messaging.receive import fetch, place_new
from simulator.exchange import Neighbour
from simulator.server import Simulator
from storage.tables.people import SendingNumberRow
from tests.world import OURS, Clock, World, dispatcher

THEIRS = "+15550300001"
ACCOUNT, TOKEN = "AC00000000000000000000000000000bb2", "b" * 32


class Install:
    """One company, its carrier account and its engine, worked by hand."""

    def __init__(self, world: World, credentials: Credentials) -> None:
        self.world = world
        self.carrier = TwilioCarrier(credentials)
        world.writers.people.set_direct_reply(world.berlin, on=False)

    def works(self) -> int:
        """One round of everything: receive, place, send; returns how many texts left."""
        inbox, now, sent = self.world.writers.inbox, self.world.clock(), 0
        fetch(inbox, self.carrier, now)
        place_new(inbox, now)
        while send_next(self.world.writers.outbox, self.carrier, "engine", Pace(0, time.monotonic)) is not None:
            sent += 1
        return sent


@pytest.fixture
def both(migrated_file: Path, tmp_path: Path) -> Iterator[tuple[Install, Install, Simulator]]:
    """Two installs that look at one clock, and the carrier between them."""
    clock = Clock()
    worlds = []
    for name in ("ours", "theirs"):
        shutil.copy(migrated_file, tmp_path / f"{name}.db")
        worlds.append(World(f"sqlite:///{tmp_path}/{name}.db", clock))
    with worlds[1].write() as session:
        first, second = session.exec(select(SendingNumberRow).order_by(SendingNumberRow.id)).all()  # type: ignore[arg-type]
        first.number, second.number = THEIRS, "+15550300002"
    other = Neighbour(ACCOUNT, TOKEN, (THEIRS, "+15550300002"))
    with Simulator([OURS, "+15550100002"], now=clock, neighbours=[other]) as sim:
        ours = Install(worlds[0], Credentials(sim.account, sim.account, sim.token, sim.url))
        theirs = Install(worlds[1], Credentials(ACCOUNT, ACCOUNT, TOKEN, sim.url))
        yield ours, theirs, sim
    for world in worlds:
        world.close()


@pytest.mark.parametrize("body", ["Hello?", "Link"])
def test_they_stop_within_three_messages(both: tuple[Install, Install, Simulator], body: str) -> None:
    ours, theirs, sim = both
    known = [install.world.contact("The neighbours", number) for install, number in ((ours, THEIRS), (theirs, OURS))]
    # Each has texted the other before, so that what comes in is placed and answered.
    jobs = [install.world.job() for install in (ours, theirs)]
    for install, neighbour, job in zip((ours, theirs), known, jobs, strict=True):
        install.world.text(job, dispatcher(install.world.ann), neighbour, body="We have your number")
        install.works()
    for _ in range(6):
        ours.works()
        theirs.works()
    ours.world.clock.advance(hours=2)
    before = _carried(sim)
    ours.world.text(jobs[0], dispatcher(ours.world.ann), known[0], body=body)
    rounds = [ours.works() + theirs.works() for _ in range(8)]
    assert _carried(sim) - before == 3, "one of a person, one answer from each machine"
    assert rounds[-5:] == [0, 0, 0, 0, 0]


def test_a_day_of_it_costs_at_most_one_answer_an_hour(both: tuple[Install, Install, Simulator]) -> None:
    """Even a robot of another make that answers everything is answered once an hour."""
    ours, _, sim = both
    world = ours.world
    world.text(world.job(), dispatcher(world.ann), world.contact("A machine", "+15550309999"), body="Hello")
    ours.works()
    answered = len(sim.ledger.truth())
    for _ in range(12):
        world.clock.advance(minutes=10)
        sim.ledger.phones.type("+15550309999", OURS, "This mailbox is not read.")
        ours.works()
    assert len(sim.ledger.truth()) - answered == 2


def _carried(sim: Simulator) -> int:
    """How many texts both accounts handed to the carrier."""
    return sum(len(ledger.truth()) for ledger in sim.ledgers.values())
