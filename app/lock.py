"""One engine at a time, by a lock that no crash can leave behind."""

import fcntl
import os
from pathlib import Path
from typing import Any, Protocol

_PRACTICE_KEY = 5_177_003


class TurnLock(Protocol):
    """Something that only one engine can hold."""

    def try_take(self) -> bool:
        """Take it if it is free."""
        ...


class FileLock:
    """The kernel's lock on a file beside the database; it is given back when its holder is gone."""

    def __init__(self, database: Path) -> None:
        database.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(f"{database}.engine-lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def try_take(self) -> bool:
        """Take the lock if it is free."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class ServerLock:
    """A session lock on PostgreSQL, for practice: two practice carriers would each know half of the phones."""

    def __init__(self, url: str) -> None:
        import psycopg

        self._connection: Any = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)

    def try_take(self) -> bool:
        """Take the lock if it is free."""
        row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", (_PRACTICE_KEY,)).fetchone()
        return bool(row and row[0])
