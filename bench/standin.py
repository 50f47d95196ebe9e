"""A stand-in for the store: a generated SQLite file, and jobs and messages read from it by key."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.delivery import Channel, Delivery, State
from domain.jobs import JobPage, JobRow, Status, Waiting
from domain.messages import DISPATCH, Kind, Message, Party, Person

JOBS = 100_000
THREAD = 5_000
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_SAID = "the lift at gate two is stuck again please call before you come we are on site until five thanks"
_WORDS = tuple(_SAID.split(" "))
_COLUMNS = "id, number, title, status, location, customer, asset, worker, starts, waiting_on, since, unread, preview"
_ANA = Person(Party.CONTACT, "Ana Silva", contact_id=1, mobile="+351910000001")
_MARCO = Person(Party.WORKER, "Marco Rossi", user_id=2)


def make(path: Path) -> None:
    """Write the same jobs and one long conversation, every time alike."""
    chance = random.Random(7)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"CREATE TABLE job ({_COLUMNS.replace('id,', 'id INTEGER PRIMARY KEY,', 1)})")
        db.execute("CREATE TABLE message (seq INTEGER PRIMARY KEY, inbound, body)")
        db.executemany(f"INSERT INTO job VALUES ({', '.join('?' * 13)})", _jobs(chance))
        db.executemany("INSERT INTO message VALUES (?, ?, ?)", _messages(chance))


def _jobs(chance: random.Random) -> Iterator[tuple[object, ...]]:
    statuses, waiting = list(Status), list(Waiting)
    for i in range(1, JOBS + 1):
        names = f"Customer {i % 977}", f"Lift {i % 300}", f"Worker {i % 40}"
        starts = int(NOW.timestamp()) + 60 * (i % 9000)
        since = int(NOW.timestamp()) - 60 * (i % 5000)
        yield (
            i, f"J-{i:06}", " ".join(chance.choices(_WORDS, k=4)), chance.choice(statuses), f"Site {i % 50}", *names,
            starts, chance.choice(waiting), since, i % 3 == 0, " ".join(chance.choices(_WORDS, k=12)),
        )  # fmt: skip


def _messages(chance: random.Random) -> Iterator[tuple[object, ...]]:
    for seq in range(1, THREAD + 1):
        yield seq, seq % 2, " ".join(chance.choices(_WORDS, k=chance.randint(2, 40)))


class Reader:
    """Pages of the first `jobs` jobs in order of id."""

    def __init__(self, path: str, jobs: int = JOBS) -> None:
        self._db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self._jobs = jobs

    def page(self, start: int, count: int, after: int | str | None = None) -> JobPage:
        """Rows from position `start`, by the key of the row above where it is known."""
        where, values = ("id > ?", (after,)) if after is not None else ("1", ())
        offset = 0 if after is not None else start
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM job WHERE {where} AND id <= ? ORDER BY id LIMIT ? OFFSET ?",
            (*values, self._jobs, count, offset),
        )
        return JobPage(tuple(_row(*row) for row in found), start, self._jobs)

    def table(self) -> Iterator[tuple[str, ...]]:
        """The same jobs as plain cells."""
        return iter(
            self._db.execute(
                "SELECT number, customer, worker, starts, waiting_on, status, title, preview FROM job WHERE id <= ? "
                "ORDER BY id",
                (self._jobs,),
            )
        )

    def messages(self, before_seq: int, count: int) -> list[Message]:
        """The newest `count` messages before a seq, oldest first."""
        found = self._db.execute(
            "SELECT seq, inbound, body FROM message WHERE seq < ? ORDER BY seq DESC LIMIT ?", (before_seq, count)
        ).fetchall()
        return [message(*row) for row in reversed(found)]


def message(seq: int, inbound: int, body: str) -> Message:
    """One entry, the outgoing ones with a delivery."""
    sent = () if inbound else (Delivery(seq, str(_ANA.mobile), Channel.SMS, State.DELIVERED),)
    author, to = (_ANA, (DISPATCH, _MARCO)) if inbound else (_MARCO, (_ANA,))
    return Message(seq, 1, seq, Kind.MESSAGE, author, to, body, NOW + timedelta(minutes=seq), deliveries=sent)


def _row(
    job_id: int, number: str, title: str, status: str, location: str, customer: str, asset: str, worker: str,
    starts: int, waiting_on: str, since: int, unread: int, preview: str,
) -> JobRow:  # fmt: skip
    start, waits = datetime.fromtimestamp(starts, UTC), datetime.fromtimestamp(since, UTC)
    return JobRow(
        job_id, job_id, number, title, Status(status), location, "Europe/Lisbon", customer, asset, worker,
        start, start + timedelta(hours=2), Waiting(waiting_on), waits, bool(unread), preview, waits,
    )  # fmt: skip
