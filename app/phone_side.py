"""The phone side, joined: links of workers and contacts, their pages, and what keeps open pages up to date."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import secret
from domain.final_text import LeavingWords
from domain.links import code
from domain.secret import Purpose
from messaging.approving import Approving
from messaging.contact_links import ContactLinks
from messaging.job_page import JobPage
from messaging.links import WorkerLinks
from messaging.my_jobs import MyJobs
from messaging.profile import OwnProfile
from messaging.saved_replies import SavedReplies
from storage.job_page import PageReads
from storage.page_frames import PageFrames
from storage.page_notes import PageNotes
from storage.profiles import Profiles
from storage.worker_jobs import WorkerJobs
from web.contact_doors import contact_doors
from web.estimate_pages import EstimatePages
from web.job_pages import JobPages
from web.linked import Ground
from web.live import Live
from web.note_pages import NotePages
from web.profile_pages import ProfilePages
from web.shelf import Shelf
from web.worker_pages import WorkerPages

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from app.settings import Settings
    from app.wiring import Readers, Writers

_THREADS = 6
"""Threads that read and write for pages: they stay, since each keeps its connection to the database."""


@dataclass(frozen=True, slots=True)
class PhoneSide:
    """What an engine needs of it."""

    worker_links: WorkerLinks
    contact_links: ContactLinks
    live: Live
    routes: list[BaseRoute]
    pool: ThreadPoolExecutor

    def stop(self) -> None:
        """End every open page."""
        self.live.stop()

    def close(self) -> None:
        """Give the threads back, when nothing is served any more."""
        self.pool.shutdown(wait=True, cancel_futures=True)


def phone_side(settings: Settings, readers: Readers, writers: Writers, base: Callable[[], str]) -> PhoneSide:
    """Join it over an engine's stores. `base` tells under which address phones reach it, "" for none.

    Texts that leave get their links' addresses from here on.
    """
    key = secret.load(settings).key(Purpose.LINKS)
    return joined(readers, writers, key, base, settings.web.public_url)


def joined(readers: Readers, writers: Writers, key: bytes, base: Callable[[], str], public_url: str = "") -> PhoneSide:
    """The same with the key of links at hand."""
    clock = readers.clock
    worker_links = WorkerLinks(readers.reads, writers.links, writers.notices, clock, base, key)
    contact_links = ContactLinks(writers.contact_links, clock, base, key)
    writers.outbox.leaving_words = LeavingWords(
        worker_link=worker_links.address_of,
        contact_link=contact_links.address_of,
        code=lambda code_id: code(key, code_id),
        links_out=lambda: bool(base()),
    )
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="page")
    live = Live(pool)
    ground = Ground(live, pool, key, public_url)
    my_jobs = MyJobs(
        readers.reads,
        readers.job_list,
        readers.threads,
        WorkerJobs(readers.plain, clock),
        writers.conversations,
        SavedReplies(writers.saved_replies),
        clock,
    )
    doors = contact_doors(ground, contact_links, PageFrames(readers.plain).frame)
    page_reads = PageReads(readers.plain, clock)
    job_page = JobPage(readers.reads, page_reads, readers.threads, PageNotes(writers.database, clock), clock)
    contact_notes = JobPages(doors, job_page)
    routes = [
        ground.files.route(),
        *WorkerPages(ground, worker_links, my_jobs).routes(),
        *EstimatePages(doors, Approving(writers.estimates, clock, key)).routes(),
        *ProfilePages(doors, OwnProfile(Profiles(writers.database, readers.plain))).routes(),
        *contact_notes.routes(),
        # The notes last: their address takes a number at the end.
        *NotePages(doors, job_page, contact_notes, Shelf()).routes(),
        doors.anything_else(),
    ]
    return PhoneSide(worker_links, contact_links, live, routes, pool)
