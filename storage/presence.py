"""Who has which job before them, and whether they are writing: one short-lived row for each user."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session

from storage import feed
from storage.engine import Database
from storage.job_list import PRESENT_FOR
from storage.plain import Plain, at
from storage.tables.jobs import PresenceRow
from storage.upsert import insert

REPEAT_AFTER = timedelta(seconds=15)
"""Saying the same again sooner writes nothing."""


class OnJob(NamedTuple):
    """Somebody on a job just now."""

    name: str
    typing: bool


class Presence:
    """Keeps and tells who is where. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, plain: Plain, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.plain = plain
        self.clock = clock

    def here(self, user_id: int, job_id: int, typing: bool) -> bool:
        """Note that somebody has a job open; returns whether anybody could see a difference."""
        now = self.clock()
        if self._said(user_id, job_id, typing, now - REPEAT_AFTER):
            return False
        with self.database.write() as session:
            row = session.get(PresenceRow, user_id, with_for_update=True)
            before = (row.job_id, row.typing) if row is not None and row.at > now - PRESENT_FOR else None
            self._keep(session, user_id, job_id, typing, now)
            news = before != (job_id, typing)
            for job in sorted({job_id, before[0] if before else job_id}) if news else ():
                feed.append(session, "presence", job)
            return news

    def left(self, user_id: int, job_id: int) -> None:
        """Note that somebody left a job; nothing where they are on another one already."""
        if not self._said(user_id, job_id, None, None):
            return
        with self.database.write() as session:
            row = session.get(PresenceRow, user_id, with_for_update=True)
            if row is not None and row.job_id == job_id:
                session.delete(row)
                feed.append(session, "presence", job_id)

    def others(self, user_id: int, job_id: int) -> list[OnJob]:
        """Who else is on a job, writers first, then by name."""
        rows = self.plain.rows(
            "SELECT u.name, p.typing FROM presence p JOIN user_account u ON u.id = p.user_id"
            " WHERE p.job_id = :job AND p.user_id <> :me AND p.at > :fresh AND u.active",
            {"job": job_id, "me": user_id, "fresh": self.clock() - PRESENT_FOR},
        )
        return sorted((OnJob(row[0], bool(row[1])) for row in rows), key=lambda who: (not who.typing, who.name))

    def _said(self, user_id: int, job_id: int, typing: bool | None, since: datetime | None) -> bool:
        """Whether exactly this stands there already, not older than `since`; looked up without writing."""
        row = self.plain.row("SELECT job_id, typing, at FROM presence WHERE user_id = :me", {"me": user_id})
        if row is None or row[0] != job_id:
            return False
        known = typing is None or bool(row[1]) == typing
        return known and (since is None or at(row[2]) > since)

    def _keep(self, session: Session, user_id: int, job_id: int, typing: bool, now: datetime) -> None:
        new = insert(session, PresenceRow).values(user_id=user_id, job_id=job_id, typing=typing, at=now)
        session.exec(
            new.on_conflict_do_update(index_elements=["user_id"], set_={"job_id": job_id, "typing": typing, "at": now})
        )
