"""The pages of workers and contacts over a small company, served for real on loopback."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import requests
from fastapi import FastAPI
from starlette.routing import BaseRoute

from app.pages import pages_of
from app.phone_side import PhoneSide, joined
from domain.jobs import Job
from domain.messages import Person
from domain.people import User
from messaging.links import WorkerLinks
from storage.tables.people import AccountRow, UserRow
from storage.watch import Watcher
from tests.world import World, dispatcher, worker
from web.app import make
from web.live import Live
from web.server import WebServer

KEY = b"k" * 32
MARCO = "+15550103001"
MIA = "+15550103002"


@dataclass
class Side:
    """A company whose pages for phones are served at `url`."""

    world: World
    joined: PhoneSide
    app: FastAPI
    url: str = ""
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def links(self) -> WorkerLinks:
        """The links of workers."""
        return self.joined.worker_links

    @property
    def live(self) -> Live:
        """The open pages."""
        return self.joined.live

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Every route that phones can reach."""
        return self.joined.routes

    def contact_path(self, contact: Person, job: Job) -> str:
        """The address of a contact's page of a job, without the server."""
        assert contact.contact_id is not None
        link_id = self.joined.contact_links.kept.issue(contact.contact_id, job.id)
        return self.joined.contact_links.address_of(link_id).removeprefix(self.url)

    def link(self, user: User) -> str:
        """The address of a user's link."""
        return self.links.address_of(self.world.writers.links.issue(user.id))

    def path(self, user: User) -> str:
        """The same without the server."""
        return self.link(user).removeprefix(self.url)

    def get(self, path: str, **options: Any) -> requests.Response:
        """One GET, without following where it leads."""
        return self.session.get(self.url + path, timeout=5, allow_redirects=False, **options)

    def post(self, path: str, form: Any, **headers: str) -> requests.Response:
        """One POST of a form, without following where it leads."""
        return self.session.post(self.url + path, data=form, headers=headers, timeout=5, allow_redirects=False)

    def form(self, page: str, action: str) -> dict[str, str]:
        """The hidden fields of the first form with this end of its address, as a browser would send them."""
        found = re.search(rf'<form method="post" action="[^"]*{re.escape(action)}"[^>]*>(.*?)</form>', page, re.DOTALL)
        assert found, f"no form for {action}"
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[1])
        return {name: unescape(value) for name, value in fields}

    def ask(self, job: Job, body: str, to: User | None = None) -> int:
        """Ann asks the worker something privately."""
        return self.world.text(job, dispatcher(self.world.ann), worker(to or self.world.marco), body=body)

    def bodies(self, job: Job) -> list[str]:
        """What the messages of a job say, as Ann sees them."""
        found, _ = self.world.readers.threads.messages(self.world.ann, job.id)
        return [message.body for message in found]


@contextmanager
def serving(world: World, public_url: str = "") -> Iterator[Side]:
    """Serve the pages of a world, with everything an engine has behind them except the engine."""
    base = [""]
    joined_side = joined(world.readers, world.writers, KEY, lambda: base[0], public_url)
    app = make(pages_of(world.readers, world.writers, joined_side.routes))
    server = WebServer("127.0.0.1", 0, app)
    watcher = Watcher(world.readers.url, joined_side.live.heard)
    base[0] = server.url
    watcher.start()
    server.start()
    side = Side(world, joined_side, app, server.url)
    try:
        yield side
    finally:
        side.session.close()
        watcher.stop()
        joined_side.stop()
        server.stop()
        joined_side.close()


def give_mobile(world: World, user: User, mobile: str | None) -> None:
    """Put a mobile number on a user's file."""
    with world.write() as session:
        session.get_one(UserRow, user.id).mobile = mobile


def set_user(world: World, user: User, **values: object) -> None:
    """Change a user's row."""
    with world.write() as session:
        row = session.get_one(UserRow, user.id)
        for name, value in values.items():
            setattr(row, name, value)


def set_account(world: World, **values: object) -> None:
    """Change the account's row."""
    with world.write() as session:
        row = session.get_one(AccountRow, 1)
        for name, value in values.items():
            setattr(row, name, value)
