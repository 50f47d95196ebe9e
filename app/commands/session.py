"""An open database for one command, and in whose name it acts."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.settings import Settings
from app.wiring import Readers, Writers
from domain.errors import Refusal
from domain.people import Role, User

COMMAND_LINE = "command line"


@contextmanager
def session(settings: Settings) -> Iterator[tuple[Readers, Writers]]:
    """Readers and writers on the configured database; Refusal where there is none yet."""
    readers = Readers(settings.database_url)
    try:
        readers.reads.check_schema()
        writers = Writers.open(readers)
        try:
            yield readers, writers
        finally:
            writers.close()
    finally:
        readers.close()


def acting(readers: Readers, name: str) -> User:
    """The named dispatcher, or "command line", who sees every location."""
    if name:
        user = readers.reads.user_named(name)
        if user is None:
            raise Refusal(f"There is no active user called “{name}”. Names are matched letter by letter.")
        return user
    everywhere = frozenset(place.id for place in readers.reads.locations())
    return User(id=0, name=COMMAND_LINE, role=Role.DISPATCHER, admin=True, location_ids=everywhere)
