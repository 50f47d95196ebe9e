"""Saved replies, as they are kept: each person's own, and the team's."""

from typing import Any

from sqlmodel import col, func, or_, select

from domain.errors import Refusal
from domain.saved_replies import NEW, SavedReply
from storage import feed
from storage.engine import Database
from storage.tables.alerts import SavedReplyRow

_GONE = "This saved reply is not there any more. Go back to the list."


class SavedReplyStore:
    """Stores saved replies. Each method is one transaction; safe from any thread."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def of(self, user_id: int) -> list[SavedReply]:
        """Somebody's own replies and the team's: the team's quick replies for workers first, each in its order."""
        with self.database.read() as session:
            mine = or_(col(SavedReplyRow.user_id).is_(None), SavedReplyRow.user_id == user_id)
            order = (col(SavedReplyRow.for_workers).desc(), col(SavedReplyRow.place), col(SavedReplyRow.name))
            rows = session.exec(select(SavedReplyRow).where(mine).order_by(*order, col(SavedReplyRow.id))).all()
            return [_reply(row) for row in rows]

    def keep(self, user_id: int, reply: SavedReply) -> int:
        """Write a reply, a new one behind the others of its kind; Refusal where it is gone or somebody else's."""
        owner = user_id if reply.own else None
        with self.database.write() as session:
            if reply.id == NEW:
                last = select(func.max(SavedReplyRow.place)).where(
                    _is(owner), SavedReplyRow.for_workers == reply.for_workers
                )
                row = SavedReplyRow(user_id=owner, name="", body="", place=(session.exec(last).one() or 0) + 1)
            else:
                found = session.get(SavedReplyRow, reply.id, with_for_update=True)
                if found is None or found.user_id not in (None, user_id):
                    raise Refusal(_GONE)
                row = found
                row.place = reply.place
            row.user_id, row.name, row.body, row.for_workers = owner, reply.name, reply.body, reply.for_workers
            session.add(row)
            session.flush()
            assert row.id is not None
            feed.append(session, "replies")
            return row.id

    def one(self, reply_id: int, user_id: int) -> SavedReply | None:
        """The team's or this user's own reply of this id, or None."""
        with self.database.read() as session:
            row = session.get(SavedReplyRow, reply_id)
            return _reply(row) if row is not None and row.user_id in (None, user_id) else None

    def remove(self, reply_id: int) -> None:
        """Forget a reply; one that is gone already is no matter."""
        with self.database.write() as session:
            row = session.get(SavedReplyRow, reply_id)
            if row is not None:
                session.delete(row)
                feed.append(session, "replies")


def _is(owner: int | None) -> Any:
    return col(SavedReplyRow.user_id).is_(None) if owner is None else SavedReplyRow.user_id == owner


def _reply(row: SavedReplyRow) -> SavedReply:
    return SavedReply(row.id or 0, row.name, row.body, row.user_id is not None, row.for_workers, row.place)
