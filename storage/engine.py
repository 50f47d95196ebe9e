"""The two SQLAlchemy engines over one database: one that only reads, one that writes.

SQLite: one file in WAL mode, every write in BEGIN IMMEDIATE (a deferred read-then-write fails at
once however long the busy time-out is), `synchronous=FULL` so that what was shown as sent is there
after a power cut. PostgreSQL: the same interface over psycopg.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlmodel import Session

from domain.errors import Refusal
from storage.place import refuse_network_file_system, sqlite_path

BUSY_TIMEOUT_MS = 5000


class Database:
    """An open database. Stores take one and open short sessions on it; it may be shared by threads."""

    def __init__(self, url: str) -> None:
        self.url = url
        path = sqlite_path(url)
        if path is not None:
            refuse_network_file_system(path)
        self.writer = _engine(url, read_only=False)
        self.reader = _engine(url, read_only=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a single file rather than a server."""
        return self.writer.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one writing transaction, committed at the end, rolled back on any error."""
        with Session(self.writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that can only read, with one unmoving view of the database."""
        with Session(self.reader, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Give back every connection."""
        self.writer.dispose()
        self.reader.dispose()


def _engine(url: str, read_only: bool) -> sa.Engine:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address, read_only)
    address = address.set(drivername="postgresql+psycopg")
    options = {"postgresql_readonly": True} if read_only else {}
    return sa.create_engine(address, hide_parameters=True, pool_pre_ping=True, pool_size=10, execution_options=options)


def _sqlite(address: URL, read_only: bool) -> sa.Engine:
    if address.database:
        _make_private(Path(address.database))
    engine = sa.create_engine(
        address, hide_parameters=True, connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000}
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        try:
            _use_wal(cursor)
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            if read_only:
                cursor.execute("PRAGMA query_only=ON")
        finally:
            cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _make_private(path: Path) -> None:
    """Make the file for its owner alone: it will hold what customers wrote, and their numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with suppress(OSError):
            path.touch(mode=0o600)


def _use_wal(cursor: Any) -> None:
    """Switch to WAL; while another program is making the file that fails at once, without the usual waiting."""
    end = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.02)


_TOGETHER = ("40001", "40P01")
"""What PostgreSQL calls two writers of which it ended one: a serialization failure, a deadlock."""


def in_words(error: Exception, url: str) -> Refusal:
    """A database error as one sentence with the next step."""
    reason = getattr(error, "orig", error)
    if getattr(reason, "sqlstate", None) in _TOGETHER:
        return Refusal("Somebody else saved something at the same moment, so this was not saved. Try again.")
    return _explained(str(reason).lower(), str(sqlite_path(url) or "the database server"))


def _explained(text: str, where: str) -> Refusal:
    if "locked" in text or "busy" in text:
        return Refusal(f"The database {where} is locked by another program; close it or wait, then try again.")
    if "no such table" in text or "does not exist" in text:
        return Refusal(
            f"There is no Jobline database at {where} yet. Run jobline init, or jobline demo to look around."
        )
    if "malformed" in text or "not a database" in text:
        return Refusal(f"The file {where} is damaged or is not a database. Restore a backup, or move it away.")
    if "full" in text:
        return Refusal(f"The disk that holds {where} is full. Free some space; nothing was lost.")
    if "readonly" in text or "read-only" in text:
        return Refusal(f"The database {where} cannot be written. Check who owns the file and its folder.")
    if "unable to open" in text or "i/o error" in text:
        return Refusal(f"The database {where} cannot be opened. Check its folder, who owns it, and the disk.")
    if "connection" in text or "password" in text:
        return Refusal("The database server does not answer. Check that it runs, and JOBLINE_DATABASE_URL.")
    reason = text.splitlines()[0][:200] if text else "no reason given"
    return Refusal(f"The database {where} cannot be used: {reason}. Check JOBLINE_DATABASE_URL, then try again.")
