"""Workers' pages over a small company, served for real on loopback."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import requests

from domain.account import EngineWords
from domain.jobs import Job
from domain.people import User
from messaging.links import WorkerLinks
from messaging.my_jobs import MyJobs
from messaging.saved_replies import SavedReplies
from storage.tables.people import AccountRow, UserRow
from storage.watch import Watcher
from storage.worker_jobs import WorkerJobs
from tests.world import World, dispatcher, worker
from web.app import Pages, make
from web.live import Live
from web.server import WebServer
from web.worker_pages import WorkerPages

KEY = b"k" * 32
MARCO = "+15550103001"
MIA = "+15550103002"


@dataclass
class Side:
    """A company whose workers' pages are served at `url`."""

    world: World
    links: WorkerLinks
    live: Live
    pages: WorkerPages
    url: str = ""
    session: requests.Session = field(default_factory=requests.Session)

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
    pool = ThreadPoolExecutor(4, thread_name_prefix="page")
    live = Live(pool)
    w, r = world.writers, world.readers
    base = [""]
    links = WorkerLinks(r.reads, w.links, w.notices, world.clock, lambda: base[0], KEY)
    my_jobs = MyJobs(
        r.reads,
        r.job_list,
        r.threads,
        WorkerJobs(r.plain, world.clock),
        w.conversations,
        SavedReplies(w.saved_replies),
        world.clock,
    )
    pages = WorkerPages(links, my_jobs, live, pool, KEY, public_url)
    words = EngineWords("running", "Sending and receiving", alive=True)
    server = WebServer("127.0.0.1", 0, make(Pages(words=lambda: words, routes=pages.routes())))
    watcher = Watcher(r.url, live.heard)
    base[0] = server.url
    watcher.start()
    server.start()
    side = Side(world, links, live, pages, server.url)
    try:
        yield side
    finally:
        side.session.close()
        watcher.stop()
        live.stop()
        server.stop()
        pool.shutdown()


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
