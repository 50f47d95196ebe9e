"""Everything that can be decided about a text that came in, one act after the other, for tests of who may do it."""

from collections.abc import Callable, Iterator
from itertools import count

from domain.people import User
from domain.placing import TrayText
from domain.texts import Incoming
from messaging.receive import place_new
from messaging.tray import Tray
from storage.tables.messages import MessageRow
from tests.world import OURS, World

STRANGER = "+15550109999"
_ids = count(1)


def every_act(world: World, use: Tray, user: User) -> Iterator[Callable[[], object]]:
    """Every use case of sorting, each on a text that it can be done with."""
    job, other = world.job(), world.job()
    sid = f"SMsorting{next(_ids)}"
    world.writers.inbox.keep([Incoming(sid, STRANGER, OURS, "Hello", world.clock())])
    place_new(world.writers.inbox, world.clock())
    row = world.readers.plain.row("SELECT id FROM inbound WHERE sid = :sid", {"sid": sid})
    assert row is not None

    def text() -> TrayText:
        """The text as somebody has it who sees every text."""
        found = world.writers.tray.one(world.abe, row[0])
        assert found is not None
        return found

    def name(person: str) -> object:
        return use.name_sender(user, text(), f"{person} {next(_ids)}", "Silva Farms")

    yield lambda: use.waiting(user)
    yield lambda: use.dismissed(user)
    yield lambda: use.offers(user, text())
    yield lambda: use.customers(user)
    yield lambda: use.dismiss(user, text())
    yield lambda: use.bring_back(user, text())
    yield lambda: (name("Al"), name("Bo"))
    yield lambda: use.place(user, text(), job.id)
    yield lambda: use.place(user, text(), other.id)
    world.writers.placing.put(text(), job.id, world.abe)
    yield lambda: use.of_message(user, job.id, text().message_id or 0)
    yield lambda: use.correct(user, text())
    for flag, act in (("dispatch_only", use.take_in), ("guessed", use.confirm), ("guessed", use.decide)):
        with world.write() as session:
            setattr(session.get_one(MessageRow, text().message_id), flag, True)
        yield lambda act=act: act(user, text())  # type: ignore[misc]
