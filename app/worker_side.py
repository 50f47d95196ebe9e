"""The phone side for workers, joined: their links, their pages, and what keeps open pages up to date."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import secret
from domain.secret import Purpose
from messaging.links import WorkerLinks
from messaging.my_jobs import MyJobs
from messaging.saved_replies import SavedReplies
from storage.worker_jobs import WorkerJobs
from web.live import Live
from web.worker_pages import WorkerPages

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from app.settings import Settings
    from app.wiring import Readers, Writers

_THREADS = 6
"""Threads that read and write for pages: they stay, since each keeps its connection to the database."""


@dataclass(frozen=True, slots=True)
class WorkerSide:
    """What an engine needs of it."""

    links: WorkerLinks
    live: Live
    routes: list[BaseRoute]
    pool: ThreadPoolExecutor

    def stop(self) -> None:
        """End every open page."""
        self.live.stop()

    def close(self) -> None:
        """Give the threads back, when nothing is served any more."""
        self.pool.shutdown(wait=True, cancel_futures=True)


def worker_side(settings: Settings, readers: Readers, writers: Writers, base: Callable[[], str]) -> WorkerSide:
    """Join it over an engine's stores. `base` tells under which address phones reach it, "" for none.

    Texts that leave get their links' addresses from here on.
    """
    key = secret.load(settings).key(Purpose.LINKS)
    links = WorkerLinks(readers.reads, writers.links, writers.notices, readers.clock, base, key)
    writers.outbox.address_of = links.address_of
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="page")
    live = Live(pool)
    my_jobs = MyJobs(
        readers.reads,
        readers.job_list,
        readers.threads,
        WorkerJobs(readers.plain, readers.clock),
        writers.conversations,
        SavedReplies(writers.saved_replies),
        readers.clock,
    )
    pages = WorkerPages(links, my_jobs, live, pool, key, settings.web.public_url)
    return WorkerSide(links, live, pages.routes(), pool)
