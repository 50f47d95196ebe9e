"""Pages that update themselves: each open page hears of what its visitor may see, and of nothing else.

One watcher of the change feed serves all open pages (server-sent events). A change only wakes a
page's stream; what is sent is the part of the page that may change, drawn anew as that visitor, and
only where it differs from what the page shows. So a change that a visitor may not see sends nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.watch import Change

STILL_HERE_S = 15.0
"""Seconds between two signs of life; the visitor's link is looked at again with each."""
TOGETHER_S = 0.2
"""Changes that come within this time are drawn once."""
MOST = 500
MOST_PER_LINK = 6

_EVERYWHERE = frozenset({"people", "account"})
_NOT_SHOWN = frozenset({"engine", "tray", "draft", "presence"})

Draw = Callable[[], str | None]
"""Draws what may change of a page; None when its visitor may not have it any more. Called on a pool's thread."""


class Live:
    """The open pages of one engine."""

    def __init__(self, pool: Executor) -> None:
        self._pool = pool
        self._open: list[_Page] = []
        self._closing = False
        self._lock = threading.Lock()

    def heard(self, changes: Sequence[Change]) -> None:
        """Called with what was committed anywhere, on the watcher's thread: wakes the pages it may concern."""
        everywhere = any(change.kind in _EVERYWHERE for change in changes)
        jobs = {change.job_id for change in changes if change.job_id is not None and change.kind not in _NOT_SHOWN}
        with self._lock:
            concerned = [page for page in self._open if everywhere or page.job_id in jobs or (jobs and not page.job_id)]
        for page in concerned:
            page.wake()

    def stop(self) -> None:
        """End every stream; browsers come back to the next engine by themselves."""
        with self._lock:
            self._closing = True
            pages = list(self._open)
        for page in pages:
            page.wake()

    async def follow(self, link_id: int, job_id: int | None, shown: str, draw: Draw) -> AsyncIterator[str]:
        """The stream of one page. `shown` is the version it shows; `job_id` None is the list of jobs."""
        page = self._enter(link_id, job_id)
        loop = asyncio.get_running_loop()
        try:
            yield "retry: 3000\n\n"
            while not (page.ended or self._closing):
                drawn = await loop.run_in_executor(self._pool, draw)
                if drawn is None:
                    yield "event: gone\ndata: {}\n\n"
                    return
                now = version(drawn)
                yield _event(drawn, now) if now != shown else ": still here\n\n"
                shown = now
                await page.next_change()
        finally:
            with self._lock:
                self._open.remove(page)

    def _enter(self, link_id: int, job_id: int | None) -> _Page:
        """Take a page in; the oldest of a link, or of all, makes room where there are too many."""
        page = _Page(link_id, job_id, asyncio.get_running_loop())
        with self._lock:
            same = [other for other in self._open if other.link_id == link_id and not other.ended]
            if len(same) >= MOST_PER_LINK:
                same[0].end()
            elif len(self._open) >= MOST:
                self._open[0].end()
            self._open.append(page)
        return page


class _Page:
    """One open page, waiting for a change."""

    def __init__(self, link_id: int, job_id: int | None, loop: asyncio.AbstractEventLoop) -> None:
        self.link_id = link_id
        self.job_id = job_id
        self.ended = False
        self._loop = loop
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Let the stream look again; from any thread, also when the server's loop has ended."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._changed.set)

    def end(self) -> None:
        """End the stream soon."""
        self.ended = True
        self.wake()

    async def next_change(self) -> None:
        """Return at a change, or after a while without one."""
        try:
            await asyncio.wait_for(self._changed.wait(), STILL_HERE_S)
            await asyncio.sleep(TOGETHER_S)
        except TimeoutError:
            pass
        self._changed.clear()


def version(drawn: str) -> str:
    """What tells one state of a page from another."""
    return hashlib.sha256(drawn.encode()).hexdigest()[:16]


def _event(drawn: str, now: str) -> str:
    return f"id: {now}\nevent: page\ndata: {json.dumps({'html': drawn, 'version': now})}\n\n"
