"""A program that posts jobs, over real HTTP to the real server."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from sqlmodel import func, select

from app.pages import pages_of
from domain.alerts import Event, Rule
from domain.jobs import Job
from domain.messages import Kind, Message
from messaging.ingest import Ingest
from storage.job_events import JobEvents
from storage.rules import Rules
from storage.tables.alerts import JobEventRow, TemplateRow
from storage.tables.jobs import JobRow
from storage.tables.messages import MessageRow
from storage.tables.people import ConsentRow
from storage.tables.system import ApiRequestRow, ChangeRow
from tests.world import World
from web.app import Pages, make
from web.server import WebServer

_keys = itertools.count(1)


class Caller:
    """Posts with a token; each call takes a key of its own unless it is given one."""

    def __init__(self, address: str, token: str) -> None:
        self.address = address
        self.token = token

    def post(self, path: str, body: Any, key: str | None = None, **headers: str | None) -> requests.Response:
        """Post a body (an object, or bytes as they are). A header given as None is left out."""
        sent = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key or f"key-{next(_keys)}",
            "Connection": "close",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", path, data=data, headers={name: value for name, value in sent.items() if value})

    def job(self, key: str | None = None, **fields: Any) -> requests.Response:
        """Post a job."""
        return self.post("/api/jobs", fields, key)

    def event(self, number: str, key: str | None = None, **fields: Any) -> requests.Response:
        """Post an event of a job."""
        return self.post(f"/api/jobs/{number}/events", fields, key)

    def ask(self, method: str, path: str, **sent: Any) -> requests.Response:
        """One request on a connection of its own."""
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, f"{self.address}{path}", timeout=30, **sent)


@contextmanager
def calling(world: World, pages: Pages | None = None, token: str = "") -> Iterator[Caller]:
    """The real server over this company's stores, and a program with a token for every location."""
    server = WebServer("127.0.0.1", 0, make(pages or pages_of(world.readers, world.writers)))
    server.start()
    try:
        yield Caller(server.address, token or world.writers.api_tokens.make("FleetSoft", "Ann Lee"))
    finally:
        server.stop()


def job(world: World, number: str) -> Job:
    """The job of this number, as Ann sees it."""
    found = world.readers.threads.job_numbered(world.ann, number)
    assert found is not None
    return found


def rule(world: World, event: Event, template: str = "Repair", **fields: Any) -> None:
    """Switch an alert on."""
    with world.write() as session:
        if session.exec(select(TemplateRow).where(TemplateRow.name == template)).first() is None:
            session.add(TemplateRow(name=template))
    text = fields.pop("text", f"Job {{job}}: {event.value}")
    Rules(world.writers.database, world.clock).keep(
        Rule(template, event, on=True, text=text, quiet=False, **fields), "Ann Lee"
    )


def tell(world: World) -> None:
    """What the engine does with events."""
    events = JobEvents(world.writers.database, world.clock)
    for job_id in events.due_jobs(world.clock()):
        events.tell(job_id, world.clock())


def texts(world: World, number: str) -> list[Message]:
    """The automatic texts of a job, oldest first."""
    found = world.readers.threads.messages(world.ann, job(world, number).id, count=200)[0]
    return sorted((m for m in found if m.kind is Kind.ALERT), key=lambda m: m.seq)


def counts(world: World) -> dict[str, int]:
    """How many rows there are of whatever a request could write."""
    with world.writers.database.read() as session:
        tables = (JobRow, MessageRow, JobEventRow, ConsentRow, ApiRequestRow, ChangeRow)
        return {table.__name__: session.exec(select(func.count()).select_from(table)).one() for table in tables}


class Broken:
    """Use cases that fail, with a customer's number in their words."""

    def __init__(self, error: Exception, real: Ingest) -> None:
        self.error, self.holder = error, real.holder

    def post_job(self, *_: object) -> None:
        """Fail."""
        raise self.error

    post_event = post_job


def broken(world: World, error: Exception) -> Pages:
    """The application over use cases that fail."""
    real = pages_of(world.readers, world.writers)
    assert real.ingest is not None
    return Pages(words=real.words, ingest=Broken(error, real.ingest))  # type: ignore[arg-type]
