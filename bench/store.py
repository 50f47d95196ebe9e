"""The store that is measured: the program's own database with many jobs and two conversations in it."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import insert

from app.demo_large import add_jobs
from app.wiring import Readers, Writers
from domain.account import Account
from domain.delivery import Channel, State
from domain.jobs import JobForm, Status
from domain.messages import Kind, Party, Stage
from domain.people import Role, User
from storage.people import NewUser, customer_named
from storage.tables.messages import DeliveryRow, MessageRow, RecipientRow
from storage.tables.system import ChangeRow

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MANY, SOME = 100_000, 1_000
LONG, SHORT = 5_000, 50
_ACCOUNT = "bench"
_SAID = "the lift at gate two is stuck again please call before you come we are on site until five thanks"


def make(path: Path, jobs: int, threads: bool = False) -> None:
    """Write a database of so many jobs, every time alike; with `threads` jobs T5000 and T50 have that many messages."""
    readers = Readers(url(path), lambda: NOW)
    writers = Writers.open(readers)
    writers.people.set_up(Account())
    places = [writers.people.add_location(n, "US", "UTC", [p]) for n, p in _PLACES]
    writers.people.add_user(NewUser("Ann Lee", Role.DISPATCHER, system_account=_ACCOUNT))
    worker = writers.people.add_user(NewUser("Marco Diaz", Role.WORKER))
    with writers.database.write() as session:
        for i in range(12):
            customer_named(session, f"Customer {i}")
    if threads:
        for count in (LONG, SHORT):
            form = JobForm(f"T{count}", "", "Thread", Status.ASSIGNED, places[0], "Customer 0", worker_id=worker)
            _talk(writers, writers.jobs.create(form, "bench"), count)
    add_jobs(writers.database, jobs, NOW)
    writers.close()
    readers.close()


def url(path: Path) -> str:
    """The address of a database file."""
    return f"sqlite:///{path}"


def open_readers(path: Path) -> tuple[Readers, User]:
    """The program's own readers on a database, and the dispatcher who looks."""
    readers = Readers(url(path), lambda: NOW)
    viewer = readers.reads.user_of_system(_ACCOUNT)
    assert viewer is not None
    return readers, viewer


_PLACES = (("North", "+15550100001"), ("South", "+15550100002"))


def _talk(writers: Writers, job_id: int, count: int) -> None:
    with writers.database.write() as session:
        first = job_id * 100_000
        session.connection().execute(insert(ChangeRow), [{"id": first + count, "kind": "message", "job_id": job_id}])
        for table, rows in (
            (MessageRow, _messages(job_id, first, count)),
            (RecipientRow, _recipients(first, count)),
            (DeliveryRow, _deliveries(first, count)),
        ):
            session.connection().execute(insert(table), list(rows))


def _messages(job_id: int, first: int, count: int) -> Iterator[dict[str, Any]]:
    dice, words = random.Random(7), _SAID.split()
    for i in range(1, count + 1):
        yield {
            "id": first + i,
            "job_id": job_id,
            "seq": first + i,
            "kind": Kind.MESSAGE,
            "author_role": Party.DISPATCHER,
            "author_name": "Ann Lee",
            "author_user_id": 1,
            "body": " ".join(dice.choices(words, k=dice.randint(2, 40))),
            "at": NOW + timedelta(seconds=i),
            "compose_id": f"bench-{first + i}",
            "stage": Stage.OUT,
            "contact_message": False,
            "with_worker": True,
            "dispatch_only": False,
            "unsure": False,
            "guessed": False,
            "after_closing": False,
            "notice": "",
        }


def _recipients(first: int, count: int) -> Iterator[dict[str, Any]]:
    for i in range(1, count + 1):
        person = {"role": Party.WORKER, "name": "Marco Diaz", "user_id": 2}
        yield {"id": first + i, "message_id": first + i, "place": 0, **person}


def _deliveries(first: int, count: int) -> Iterator[dict[str, Any]]:
    for i in range(1, count + 1):
        yield {
            "id": first + i,
            "message_id": first + i,
            "recipient_id": first + i,
            "channel": Channel.DESK,
            "to_address": "Marco Diaz",
            "from_number": "",
            "state": State.WAITING,
            "reason": "",
            "carrier_word": "",
            "attempt": 0,
            "due_at": NOW,
            "changed_at": NOW,
        }
