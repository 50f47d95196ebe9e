"""Hearing of changes that other processes commit, without asking the database for rows in vain."""

import select
import sqlite3
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

from storage.place import sqlite_path
from storage.plain import Plain

POLL_SECONDS = 0.05
"""`PRAGMA data_version` costs some microseconds: twenty a second are a third of a percent of one core."""


BATCH = 5000


class Change(NamedTuple):
    """One entry of the feed. `job_id` None concerns no single job."""

    id: int
    kind: str
    job_id: int | None


class Watcher:
    """A daemon thread that calls `heard` with what was committed anywhere since the last call.

    `heard` runs on the watcher's thread and must only post or set something. A locked or broken
    database is waited out; the thread never dies of it.
    """

    def __init__(self, url: str, heard: Callable[[Sequence[Change]], None]) -> None:
        self.url = url
        self.heard = heard
        self.stopping = threading.Event()
        self._plain = Plain(url)
        self._last = 0
        self._thread = threading.Thread(target=self._run, name="changes", daemon=True)

    def start(self) -> None:
        """Begin after the newest change there is now."""
        self._last = self._newest()
        self._thread.start()

    def stop(self) -> None:
        """End the thread soon."""
        self.stopping.set()
        if self._thread.is_alive():
            self._thread.join(2)
        self._plain.close()

    def _run(self) -> None:
        waits = self._wait_sqlite if self._plain.is_sqlite else self._wait_postgres
        while not self.stopping.is_set():
            try:
                waits()
            except Exception:
                self.stopping.wait(0.5)

    def _wait_sqlite(self) -> None:
        path = sqlite_path(self.url)
        assert path is not None
        connection = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
        try:
            version = -1
            while not self.stopping.wait(POLL_SECONDS):
                (found,) = connection.execute("PRAGMA data_version").fetchone()
                if found != version:
                    version = found
                    self._read()
        finally:
            connection.close()

    def _wait_postgres(self) -> None:
        import psycopg

        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("LISTEN jobline_change")
            self._read()
            while not self.stopping.is_set():
                ready, _, _ = select.select([connection.fileno()], [], [], 0.5)
                if ready:
                    for _ in connection.notifies(timeout=0):
                        pass
                    self._read()

    def _read(self) -> None:
        while rows := self._plain.rows(
            f"SELECT id, kind, job_id FROM change WHERE id > :last ORDER BY id LIMIT {BATCH}", {"last": self._last}
        ):
            self._last = rows[-1][0]
            self.heard([Change(*row) for row in rows])
            if len(rows) < BATCH:
                return

    def _newest(self) -> int:
        row = self._plain.row("SELECT max(id) FROM change")
        return int(row[0] or 0) if row else 0
