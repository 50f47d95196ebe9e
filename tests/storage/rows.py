"""Rows written and read directly, where the stores offer no way in, and several programs at once."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import TypeVar

from hypothesis import HealthCheck, Phase, settings
from sqlmodel import Session, col, select

from app.wiring import Readers, Writers
from domain.delivery import State
from domain.jobs import Job, JobFilter, JobRow, Order
from domain.messages import Kind, NewMessage, Person, Stage
from domain.people import User
from storage.conversations import store_message
from storage.tables.messages import DeliveryRow, MessageRow
from tests.world import World

T = TypeVar("T")
_ids = count(1)

_WITHOUT_SHRINKING = tuple(p for p in Phase if p is not Phase.shrink)


def examples(world: World, sqlite: int, postgres: int) -> settings:
    """How many examples a property is tried with: fewer on the slower engine.

    One world serves all examples of a test: each makes its own jobs and people in it.
    """
    few = world.writers.database.is_sqlite
    return settings(
        max_examples=sqlite if few else postgres,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=tuple(Phase) if few else _WITHOUT_SHRINKING,
    )


def fresh(word: str) -> str:
    """A name that nothing else in this test run has."""
    return f"{word} {next(_ids)}"


def put(
    session: Session,
    world: World,
    job_id: int,
    author: Person,
    *to: Person,
    stage: Stage = Stage.OUT,
    kind: Kind = Kind.MESSAGE,
    body: str = "Hello",
    dispatch_only: bool = False,
    unsure: bool = False,
) -> tuple[int, int]:
    """Store any message at any stage; returns its id and its feed number."""
    new = NewMessage(
        job_id=job_id,
        kind=kind,
        author=author,
        recipients=to,
        body=body,
        at=world.clock(),
        compose_id=fresh("put"),
        dispatch_only=dispatch_only,
        unsure=unsure,
    )
    row = session.get_one(MessageRow, store_message(session, new))
    row.stage = stage
    session.add(row)
    return row.id or 0, row.seq


def listed(world: World, viewer: User, order: Order = Order.WAITING, words: str = "") -> tuple[JobRow, ...]:
    """The viewer's whole job list."""
    return world.readers.job_list.page(viewer, JobFilter(order, words)).rows


def line(world: World, viewer: User, job: Job) -> JobRow:
    """One job's line in the viewer's list."""
    (found,) = [row for row in listed(world, viewer) if row.id == job.id]
    return found


def deliveries(world: World, message_id: int) -> list[DeliveryRow]:
    """The delivery rows of a message, oldest first."""
    with world.writers.database.read() as session:
        mine = select(DeliveryRow).where(DeliveryRow.message_id == message_id).order_by(col(DeliveryRow.id))
        return list(session.exec(mine))


def delivery(world: World, message_id: int) -> DeliveryRow:
    """The one delivery row of a message."""
    (found,) = deliveries(world, message_id)
    return found


def state(world: World, message_id: int) -> State:
    """The state of a message's one delivery."""
    return delivery(world, message_id).state


@contextmanager
def another(world: World) -> Iterator[Writers]:
    """A second program on the same database, with connections of its own."""
    readers = Readers(world.readers.url, world.clock)
    writers = Writers.open(readers, upgrade=False)
    try:
        yield writers
    finally:
        writers.close()
        readers.close()


def together(*work: Callable[[], T]) -> list[T]:
    """What each piece of work returned, all started at the same moment in threads; raises what one raised."""
    start = threading.Barrier(len(work))

    def begin(piece: Callable[[], T]) -> T:
        start.wait(10)
        return piece()

    with ThreadPoolExecutor(len(work)) as pool:
        return [future.result(60) for future in [pool.submit(begin, piece) for piece in work]]
