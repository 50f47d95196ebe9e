"""Requests that were answered: whatever is done for one is stored together with its answer, once."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session, col, delete, select, update

from domain.ingest import REMEMBERED, Answer, Asked, Busy, KeyTaken
from storage.engine import Database
from storage.tables.system import ApiRequestRow
from storage.upsert import insert

_log = logging.getLogger("jobline.api")
_TRIES = 3
T = TypeVar("T")


class ApiRequests:
    """Does the work of a request once, however often it comes. Safe from any thread and several programs."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock

    def answered(self, asked: Asked) -> Answer | None:
        """What was answered to this request before, if anything. Raises KeyTaken."""
        with self.database.read() as session:
            return _kept(session, asked)

    def once(self, asked: Asked, work: Callable[[Session], Answer]) -> Answer:
        """Do the work and keep its answer, or give the answer that is kept already.

        The key is claimed, the work done and the answer kept in one transaction: after a crash there is
        all of it or nothing. Of two at the same moment the second waits at the claim (SQLite: for the one
        writer; PostgreSQL: for the row of that key) and then finds the first one's answer, or, where that
        one was refused, does the work itself. A refusal keeps nothing, so the key stays free.
        Raises what `work` raises, KeyTaken, and Busy.
        """
        return self._again(lambda: self._once(asked, work))

    def rehearse(self, work: Callable[[Session], T]) -> T:
        """Do the work, take it back, and return what came of it."""

        def try_out() -> T:
            found: list[T] = []
            with suppress(_TakenBack), self.database.write() as session:
                found.append(work(session))
                raise _TakenBack
            return found[0]

        return self._again(try_out)

    def _again(self, attempt: Callable[[], T]) -> T:
        """Try a few times: two requests may make the same job or customer, or wait for each other's rows."""
        for tries_left in reversed(range(_TRIES)):
            try:
                return attempt()
            except IntegrityError:
                if not tries_left:
                    raise
            except OperationalError as error:
                _log.warning("a request waits for the database: %s", type(error.orig).__name__)
        raise Busy("The database is busy. Nothing was done; send the same request again, with the same key.")

    def _once(self, asked: Asked, work: Callable[[Session], Answer]) -> Answer:
        with self.database.write() as session:
            if not self._claim(session, asked):
                kept = _kept(session, asked)
                if kept is None:  # it was pruned between the two statements
                    raise Busy("This key is just being forgotten. Send the request again.")
                return kept
            answer = work(session)
            mine = update(ApiRequestRow).where(
                col(ApiRequestRow.token_id) == asked.token.id, col(ApiRequestRow.key) == asked.key
            )
            session.exec(mine.values(status=answer.status, answer=answer.body))
            return answer

    def _claim(self, session: Session, asked: Asked) -> bool:
        row = insert(session, ApiRequestRow).values(
            token_id=asked.token.id, key=asked.key, digest=asked.digest, status=0, answer="", at=self.clock()
        )
        # The row count of such an insert is not to be had on both engines; what it returns is.
        return session.exec(row.on_conflict_do_nothing().returning(ApiRequestRow.key)).first() is not None


class _TakenBack(Exception):
    """Ends a transaction that only tried something out."""


def forget_requests(session: Session, now: datetime) -> None:
    """Drop answers whose keys need not be remembered any more."""
    session.exec(delete(ApiRequestRow).where(col(ApiRequestRow.at) < now - REMEMBERED))


def _kept(session: Session, asked: Asked) -> Answer | None:
    row = session.exec(
        select(ApiRequestRow).where(ApiRequestRow.token_id == asked.token.id, ApiRequestRow.key == asked.key)
    ).first()
    if row is None:
        return None
    if row.digest != asked.digest:
        raise KeyTaken("This Idempotency-Key came with another request before. Use a new key for each request.")
    return Answer(row.status, row.answer)
