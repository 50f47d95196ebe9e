"""Open pages hear of what their visitor may see, at once, and of nothing else."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
import requests

from domain.jobs import Job
from domain.messages import DISPATCH
from domain.people import User
from tests.messaging.line import until
from tests.web.phone import Side, serving, set_account
from tests.world import World, dispatcher, worker
from web.live import MOST_PER_LINK


class Stream:
    """One open page's stream, read in a thread."""

    def __init__(self, answer: requests.Response) -> None:
        self.answer = answer
        self.pages: list[str] = []
        self.gone = False
        self.ended = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        kind = ""
        try:
            for raw in self.answer.iter_lines(chunk_size=1):
                line = raw.decode()
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                    self.gone = self.gone or kind == "gone"
                elif line.startswith("data: ") and kind == "page":
                    self.pages.append(json.loads(line.removeprefix("data: "))["html"])
        except (requests.RequestException, AttributeError, OSError, ValueError):
            pass
        self.ended = True

    def close(self) -> None:
        """Leave the page; its reader is woken, since closing would wait for it."""
        connection = self.answer.raw.connection
        if connection is not None and connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self.answer.close()


@contextmanager
def following(side: Side, user: User, job: Job | None = None, query: str = "") -> Iterator[Stream]:
    """A user's open page, once its first state has come."""
    below = f"/jobs/{job.id}/live" if job else "/live"
    stream = Stream(side.get(side.path(user) + below + query, stream=True))
    until(lambda: stream.pages or stream.gone)
    try:
        yield stream
    finally:
        stream.close()


def test_a_message_arrives_while_the_page_is_open(side: Side) -> None:
    job = side.world.job()
    with following(side, side.world.marco, job) as stream:
        side.ask(job, "Can you come at nine?")
        until(lambda: any("Can you come at nine?" in page for page in stream.pages))


@pytest.mark.parametrize(
    "write",
    [
        lambda side, job: side.world.text(job, dispatcher(side.world.ann), DISPATCH, body="She never pays"),
        lambda side, job: side.world.text(job, side.world.ana, DISPATCH, body="Kept", dispatch_only=True),
        lambda side, job: side.world.text(job, side.world.ana, DISPATCH, body="Which?", unsure=True),
        lambda side, job: side.ask(side.world.job(side.world.mia), "Hers", side.world.mia),
        lambda side, job: side.world.writers.conversations.see_at_desk(side.world.abe, job.id, 10**6),
        lambda side, job: side.world.writers.engines.say("engine", 1, "host", "running", "well"),
    ],
    ids=["note", "kept", "unsure", "another job", "read by Abe", "engine"],
)
def test_what_a_visitor_may_not_see_sends_nothing(side: Side, write: Callable[[Side, Job], object]) -> None:
    """The next thing they hear is the next one that they may see."""
    job = side.world.job()
    with following(side, side.world.marco, job) as stream, following(side, side.world.marco) as listed:
        write(side, job)
        time.sleep(0.5)  # nothing may come, which no event tells
        assert (len(stream.pages), len(listed.pages)) == (1, 1)
        side.ask(job, "For you")
        until(lambda: len(stream.pages) == 2 and len(listed.pages) == 2)


def test_a_page_that_shows_the_present_state_is_sent_nothing(side: Side) -> None:
    job = side.world.job()
    page = side.get(f"{side.path(side.world.marco)}/jobs/{job.id}").text
    shown = page.partition('data-version="')[2].partition('"')[0]
    stream = Stream(side.get(f"{side.path(side.world.marco)}/jobs/{job.id}/live?shown={shown}", stream=True))
    side.ask(job, "New")
    until(lambda: stream.pages)
    assert len(stream.pages) == 1
    assert "New" in stream.pages[0]
    stream.close()


@pytest.mark.parametrize(
    "end",
    [
        lambda world: world.writers.links.revoke_all(world.marco.id),
        lambda world: world.writers.users.set_active(0, world.marco.id, False),
    ],
    ids=["revoked", "deactivated"],
)
def test_a_link_that_ends_takes_its_open_pages_along(side: Side, end: Callable[[World], object]) -> None:
    job = side.world.job()
    with following(side, side.world.marco, job) as stream:
        end(side.world)
        until(lambda: stream.gone and stream.ended)


def test_a_handed_over_job_loses_the_customers_words_at_once(side: Side) -> None:
    world = side.world
    job = world.job()
    world.text(job, world.ana, DISPATCH, worker(world.marco), body="The gate code is 4711")
    with following(side, world.marco, job) as stream:
        assert "4711" in stream.pages[-1]
        world.change(job, worker_id=world.mia.id)
        until(lambda: "4711" not in stream.pages[-1])


def test_three_way_switched_off_is_seen_at_once(side: Side) -> None:
    world = side.world
    job = world.job()
    world.text(job, world.ana, DISPATCH, worker(world.marco), body="The gate code is 4711")
    with following(side, world.marco, job) as stream:
        set_account(world, three_way=False)
        world.writers.users.set_bell(world.ann.id, world.ann.bell)  # any change of people wakes every page
        until(lambda: "4711" not in stream.pages[-1])


def test_a_stopping_server_ends_its_streams(small_world: World) -> None:
    with serving(small_world) as side:
        streams = [Stream(side.get(side.path(small_world.marco) + "/live", stream=True)) for _ in range(3)]
        until(lambda: all(stream.pages for stream in streams))
        begin = time.monotonic()
    assert time.monotonic() - begin < 3
    until(lambda: all(stream.ended for stream in streams))


def test_a_link_has_only_so_many_open_pages(side: Side) -> None:
    path = side.path(side.world.marco)
    streams = []
    for _ in range(MOST_PER_LINK + 2):
        streams.append(Stream(requests.get(f"{side.url}{path}/live", stream=True, timeout=30)))
        until(lambda: streams[-1].pages)
    until(lambda: [stream.ended for stream in streams[:2]] == [True, True])
    assert not any(stream.ended for stream in streams[2:])
    for stream in streams:
        stream.close()


def test_a_page_that_was_left_is_forgotten(side: Side) -> None:
    job = side.world.job()
    with following(side, side.world.marco, job):
        assert len(side.live._open) == 1
    side.ask(job, "Hello?")
    until(lambda: side.live._open == [])
