"""Which store stands where: the one place that joins the floors.

Readers come up at once, on the standard driver. Writers need SQLModel, so a desk opens them in a
thread after its first frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from storage.job_list import JobList
from storage.plain import Plain
from storage.reads import Reads

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.conversations import Conversations
    from storage.engine import Database
    from storage.engines import Engines
    from storage.inbox import Inbox
    from storage.jobs import Jobs
    from storage.outbox import Outbox
    from storage.people import People
    from storage.threads import Threads


def utc_now() -> datetime:
    """The clock of the real world."""
    return datetime.now(UTC)


class Readers:
    """Everything that can be read before SQLModel is loaded."""

    def __init__(self, url: str, clock: Callable[[], datetime] = utc_now) -> None:
        self.url = url
        self.clock = clock
        self.plain = Plain(url)
        self.reads = Reads(self.plain)
        self.job_list = JobList(self.plain, clock)

    @cached_property
    def threads(self) -> Threads:
        """Single jobs; not needed for the first frame, so not loaded before it."""
        from storage.threads import Threads

        return Threads(self.plain, self.clock)

    def close(self) -> None:
        """Close every connection."""
        self.plain.close()


@dataclass
class Writers:
    """Everything that writes. Loading it costs more than a whole start of the screen."""

    database: Database
    people: People
    jobs: Jobs
    conversations: Conversations
    outbox: Outbox
    inbox: Inbox
    engines: Engines

    @classmethod
    def open(cls, readers: Readers, upgrade: bool = True) -> Writers:
        """Open the database for writing, brought up to this program's schema."""
        from storage import schema
        from storage.conversations import Conversations
        from storage.engine import Database
        from storage.engines import Engines
        from storage.inbox import Inbox
        from storage.jobs import Jobs
        from storage.outbox import Outbox
        from storage.people import People

        database = Database(readers.url)
        if upgrade:
            schema.upgrade(database)
        clock = readers.clock
        return cls(
            database=database,
            people=People(database, clock),
            jobs=Jobs(database, clock),
            conversations=Conversations(database, readers.plain, clock),
            outbox=Outbox(database, clock),
            inbox=Inbox(database, readers.plain, clock),
            engines=Engines(database, clock),
        )

    def close(self) -> None:
        """Close every connection."""
        self.database.close()
