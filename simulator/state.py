"""What the carrier remembers, in one SQLite file or in memory.

One connection behind one lock: requests come from many threads. Nobody waits while holding it.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from simulator.texts import Direction, Text, micros

_SCHEMA = """
CREATE TABLE IF NOT EXISTS texts (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    sid TEXT NOT NULL UNIQUE,
    sender TEXT NOT NULL, recipient TEXT NOT NULL, body TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound-api', 'carrier')),
    created_at INTEGER NOT NULL, sent_at INTEGER, final_at INTEGER NOT NULL,
    outcome TEXT NOT NULL, error INTEGER,
    edited_at INTEGER NOT NULL DEFAULT 0, redacted INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0,
    phone TEXT GENERATED ALWAYS AS (CASE direction WHEN 'inbound' THEN sender ELSE recipient END) STORED,
    way TEXT GENERATED ALWAYS AS (CASE direction WHEN 'inbound' THEN 'out' ELSE 'in' END) STORED
);
CREATE INDEX IF NOT EXISTS texts_newest ON texts (created_at, n);
CREATE INDEX IF NOT EXISTS texts_by_phone ON texts (phone, final_at, n);
CREATE INDEX IF NOT EXISTS texts_by_end ON texts (final_at);
CREATE VIEW IF NOT EXISTS account_texts AS
    SELECT n, sid, sender, recipient, CASE redacted WHEN 1 THEN '' ELSE body END AS body, direction,
           created_at, sent_at, final_at, outcome, error, edited_at
    FROM texts WHERE NOT deleted AND direction <> 'carrier';
CREATE VIEW IF NOT EXISTS phone_texts AS
    SELECT n, sid, phone, way, sender, recipient, body, final_at AS at, direction,
           CASE way WHEN 'in' THEN 'received' ELSE 'sent' END AS status
    FROM texts WHERE outcome IN ('delivered', 'sent', 'read', 'received');
CREATE TABLE IF NOT EXISTS phones (
    number TEXT PRIMARY KEY, attended INTEGER NOT NULL DEFAULT 0, read_at INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS optouts (phone TEXT NOT NULL, number TEXT NOT NULL, PRIMARY KEY (phone, number));
CREATE TABLE IF NOT EXISTS numbers (number TEXT PRIMARY KEY, since INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS truth (
    n INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL,
    sender TEXT NOT NULL, recipient TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL
);
"""


def utc_now() -> datetime:
    """The time of day, aware and in UTC."""
    return datetime.now(UTC)


class State:
    """The database, its lock and the clock that everything is dated by."""

    def __init__(self, path: Path | None, now: Callable[[], datetime]) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._clock = now
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)
        except sqlite3.Error:
            self._db.close()
            raise

    def now(self) -> int:
        """The moment, in microseconds since 1970 UTC."""
        return micros(self._clock())

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """One transaction, on disk when it ends; one inside another joins the outer one."""
        with self._lock:
            if self._depth == 0:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self._db
            except BaseException:
                self._leave("ROLLBACK")
                raise
            self._leave("COMMIT")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A look at the state that no change interrupts."""
        with self._lock:
            yield self._db

    def close(self) -> None:
        """Let go of the file; a second call does nothing."""
        with self._lock:
            self._db.close()

    def _leave(self, end: str) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._db.execute(end)


def text_of(row: sqlite3.Row) -> Text:
    """A row of `account_texts` as a value."""
    return Text(**{**dict(row), "direction": Direction(row["direction"])})
