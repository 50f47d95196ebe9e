"""The change feed: every commit that a screen may care about appends to it, in the order of commits."""

from sqlalchemy import text
from sqlmodel import Session, col, delete, func, select

from storage.engine import Database
from storage.tables.system import ChangeRow

CHANNEL = "jobline_change"
_LOCK = 5_177_002
KEEP = 20_000
"""Changes kept for readers that fell behind; one that fell further behind reloads."""


def hold(session: Session) -> None:
    """Take the feed's lock for the rest of the transaction (SQLite's one writer has it anyway).

    Take row locks before: whoever waited for a row while holding this one could wait for ever.
    """
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def append(session: Session, kind: str, job_id: int | None = None) -> int:
    """Append one change inside the caller's transaction and return its number.

    Numbers are given in commit order, under one lock: a reader that has seen N never misses a
    lower one. Append late, when little is left to do.
    """
    hold(session)
    change = ChangeRow(kind=kind, job_id=job_id)
    session.add(change)
    session.flush()
    assert change.id is not None
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_notify(:c, :n)"), {"c": CHANNEL, "n": str(change.id)})
    return change.id


def prune(database: Database) -> int:
    """Drop what no reader needs any more; returns how many rows went."""
    with database.read() as session:
        newest = session.exec(select(func.max(ChangeRow.id))).one() or 0
        oldest = session.exec(select(func.min(ChangeRow.id))).one() or 0
    if newest - oldest < 2 * KEEP:
        return 0
    with database.write() as session:
        return session.exec(delete(ChangeRow).where(col(ChangeRow.id) <= newest - KEEP)).rowcount
