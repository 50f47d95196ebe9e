"""Links to phones' pages: rows that are made, renewed and revoked; their other half is in no database."""

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session, col, or_, select

from domain.links import LASTS, Link
from storage import feed
from storage.engine import Database
from storage.plain import Plain, Row, at, moment
from storage.tables.system import LinkRow

_LINK = "SELECT id, user_id, made_at, expires_at, revoked_at FROM link"


class Links:
    """Keeps workers' links. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database, plain: Plain, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.plain = plain
        self.clock = clock

    def link(self, link_id: int) -> Link | None:
        """A worker's link as it is kept, working or not."""
        row = self.plain.row(f"{_LINK} WHERE id = :id AND user_id IS NOT NULL", {"id": link_id})
        return _link(row) if row else None

    def working(self, user_id: int) -> Link | None:
        """The newest link of a worker that works, or None."""
        row = self.plain.row(
            f"{_LINK} WHERE user_id = :user AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)"
            " ORDER BY id DESC LIMIT 1",
            {"user": user_id, "now": self.clock()},
        )
        return _link(row) if row else None

    def issue(self, user_id: int) -> int:
        """The number of a link that works for this worker from now on: theirs renewed, else a new one."""
        with self.database.write() as session:
            return issue(session, user_id, self.clock())

    def renew(self, link_id: int) -> bool:
        """Let a link that works last its whole time again; False where it works no more."""
        now = self.clock()
        with self.database.write() as session:
            row = session.get(LinkRow, link_id, with_for_update=True)
            if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
                return False
            row.expires_at = now + LASTS
            session.add(row)
            return True

    def revoke(self, link_id: int) -> bool:
        """End one link for good; False where it was revoked already. Its open pages end at once."""
        with self.database.write() as session:
            row = session.get(LinkRow, link_id, with_for_update=True)
            if row is None or row.revoked_at is not None:
                return False
            row.revoked_at = self.clock()
            session.add(row)
            feed.append(session, "people")
            return True

    def revoke_all(self, user_id: int) -> int:
        """End every link of a worker; returns how many there were."""
        with self.database.write() as session:
            mine = select(LinkRow).where(LinkRow.user_id == user_id, col(LinkRow.revoked_at).is_(None))
            rows = session.exec(mine.order_by(col(LinkRow.id)).with_for_update()).all()
            for row in rows:
                row.revoked_at = self.clock()
                session.add(row)
            feed.append(session, "people")
            return len(rows)


def issue(session: Session, user_id: int, now: datetime) -> int:
    """`Links.issue` inside the caller's transaction."""
    works = or_(col(LinkRow.expires_at).is_(None), col(LinkRow.expires_at) > now)
    mine = select(LinkRow).where(LinkRow.user_id == user_id, col(LinkRow.revoked_at).is_(None), works)
    row = session.exec(mine.order_by(col(LinkRow.id).desc()).with_for_update()).first()
    if row is None:
        row = LinkRow(user_id=user_id, made_at=now)
    row.expires_at = now + LASTS
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def _link(row: Row) -> Link:
    return Link(row[0], row[1], at(row[2]), moment(row[3]), moment(row[4]))
