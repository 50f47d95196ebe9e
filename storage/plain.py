"""Plain SQL on the standard driver: what a desk reads before SQLModel is loaded.

Statements are written once with `:name` parameters and run on both engines.
"""

import re
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from domain.errors import Refusal
from storage.place import sqlite_path

Row = Sequence[Any]
_NAMED = re.compile(r"(?<![:\w]):([a-z_]\w*)")


class Plain:
    """Read-only connections to one database, one for each thread that asks."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._path = sqlite_path(url)
        self._threads = threading.local()
        self._open: list[Any] = []
        self._lock = threading.Lock()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a single file rather than a server."""
        return self._path is not None

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """Every row of a SELECT. Raises the driver's own error; `storage.engine.in_words` puts it in words."""
        connection = self._connection()
        if self.is_sqlite:
            return connection.execute(sql, _for_sqlite(parameters)).fetchall()  # type: ignore[no-any-return]
        text = _NAMED.sub(r"%(\1)s", sql.replace("%", "%%"))
        return connection.execute(text, dict(parameters or {})).fetchall()  # type: ignore[no-any-return]

    def row(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Row | None:
        """The first row, or None."""
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            for connection in self._open:
                connection.close()
            self._open.clear()
        self._threads = threading.local()

    def _connection(self) -> Any:
        connection = getattr(self._threads, "connection", None)
        if connection is None or getattr(connection, "closed", False):
            connection = self._sqlite() if self.is_sqlite else self._postgres()
            self._threads.connection = connection
            with self._lock:
                self._open.append(connection)
        return connection

    def _sqlite(self) -> sqlite3.Connection:
        assert self._path is not None
        if not self._path.exists():
            raise Refusal(
                f"There is no Jobline database at {self._path} yet. "
                "Run jobline init to make one, or jobline demo to look around."
            )
        connection = sqlite3.connect(self._path, timeout=5, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA query_only=ON")
        return connection

    def _postgres(self) -> Any:
        import psycopg  # an extra: only where the database is PostgreSQL

        return psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True)


def moment(value: Any) -> datetime | None:
    """A stored time as an aware UTC value; SQLite keeps them as text without a zone."""
    if value is None:
        return None
    if isinstance(value, str):
        return _parsed(value)
    return value.astimezone(UTC)  # type: ignore[no-any-return]


@lru_cache(4096)
def _parsed(text: str) -> datetime:
    """Lists are read again and again, and most of their times are those of before."""
    return datetime.fromisoformat(f"{text}+00:00")


def at(value: Any) -> datetime:
    """`moment` for a column that is never empty."""
    when = moment(value)
    assert when is not None
    return when


def numbers(ids: Sequence[int] | frozenset[int]) -> str:
    """Row ids as the inside of an SQL list; "-1" where there is none, so that nothing matches."""
    return ",".join(str(int(i)) for i in sorted(ids)) or "-1"


def _for_sqlite(parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    return {k: _text_time(v) if isinstance(v, datetime) else v for k, v in (parameters or {}).items()}


def _text_time(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
